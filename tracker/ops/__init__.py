"""Keeping a ledger alive: copies, upgrades, moves, checks, alerts, keys of links."""
