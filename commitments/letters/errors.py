"""What can be wrong with a letter's file: each a sentence that says what to do."""

from commitments.errors import Refused


class UnreadableLetter(Refused):
    """The file is no letter that can be read as text."""


class OfficeNeeded(Refused):
    """A file that only an office program reads; ``form`` is its ending: doc, rtf, odt, xls, ods."""


class FixedLayout(Refused):
    """An .ofd file: pages as they are printed."""


class ZipOfLetters(Refused):
    """A zip of several files where one letter is wanted."""


class ScannedLetter(Refused):
    """A PDF made of pictures."""


class GarbledLetter(ScannedLetter):
    """A PDF whose text layer is signs that mean nothing outside its own fonts."""


class PictureLetter(ScannedLetter):
    """A picture of a page."""


class LetterTooLarge(Refused):
    """Beyond the limits that keep reading short."""


class ReaderMissing(Refused):
    """An optional package is needed for this kind of file."""


class NoLetter(Refused):
    """Nothing in the file reads like a letter."""
