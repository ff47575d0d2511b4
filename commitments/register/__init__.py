"""The verbs of the ledger, by noun: each checks, changes, writes one history entry and marks for the planner."""
