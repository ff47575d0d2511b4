"""Tests of the verbs of the ledger."""
