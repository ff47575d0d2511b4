"""The head of a letter: numbers, units, dates, contacts."""
