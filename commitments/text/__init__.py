"""What people write: figures, numbers and names in one spelling, quotes of a letter, personal data."""
