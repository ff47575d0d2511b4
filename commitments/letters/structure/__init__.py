"""How a letter is built: paragraphs, numbering, sections, tables."""
