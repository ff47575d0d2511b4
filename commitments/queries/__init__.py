"""Every read of the ledger: one by name, lists, how it stood at an instant, the numbers a report states."""
