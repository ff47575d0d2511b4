"""What can be wrong with a letter's file: each a sentence that says what to do."""

from commitments.errors import Refused


class UnreadableLetter(Refused):
    """The file is no letter that can be read as text."""


class OldWord(Refused):
    """A .doc or .wps file: its form was never published whole."""


class ScannedLetter(Refused):
    """A PDF made of pictures."""


class LetterTooLarge(Refused):
    """Beyond the limits that keep reading short."""


class ReaderMissing(Refused):
    """An optional package is needed for this kind of file."""


class NoLetter(Refused):
    """Nothing in the file reads like a letter."""
