"""Who must be told what, and telling it. Reads commitments, knows nothing of the program around it."""
