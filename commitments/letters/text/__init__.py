"""The text of a letter: what of the page is not its own, what is read differently, its canonical form."""
