"""The history: the hash chain, the entries held against the rows, entries in words."""
