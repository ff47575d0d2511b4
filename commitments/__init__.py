"""What was promised: letters, departments, commitments and their history. Knows nothing of mail."""
