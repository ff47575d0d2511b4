"""The ledger of the first reply letter, and what ``tracker demo`` tells with it."""
