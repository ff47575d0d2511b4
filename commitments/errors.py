"""Everything that can go wrong for a reason a person can mend.

    Error
    ├── NotFound            a named thing does not exist
    │   ├── NoSuchCommitment, NoSuchLetter, NoSuchDepartment, NoSuchTarget
    │   └── NoSuchMessage, NoSuchDigest
    ├── AmbiguousLetter     a proposal number means several letters
    │   └── SameNumber
    ├── Refused             understood, but the rules of the ledger say no
    │   ├── WrongState, WrongMessageState, EvidenceNeeded, NotInLetter, ReasonNeeded, ReasonReserved
    │   ├── NothingToChange, LeadUnknown, NoIdentity
    │   ├── DueBeforeLetter, NotLater, NoDeadline, NoRequest, DueAndReview, LeadSupports, NotInFuture
    │   ├── NotYours, NoDispute, LeadNeeded, WhyNeeded
    │   ├── AlreadyExists, SameValue, BadValue, BadWord, BadFigure, FarDate, BadMailbox, BadText, BadRef
    │   ├── UnreadableEvidence
    │   ├── LedgerRejected, LedgerDiffers
    │   ├── PackageMissing, TooLongForSheet, DamagedText, EvidenceDamaged
    │   └── HistoryBroken, RowDiffers
    ├── StorageTrouble      the database cannot be used as it is
    │   ├── DatabaseMissing, DatabaseUnusable, DatabaseBusy, Unwritable, SchemaTooNew, WrongEnvironment, NoBackup
    ├── CalendarFileError   the operator's working-day file is wrong
    ├── DeliveryFailed      a message could not be handed over
    └── DatabaseHeld        another daemon holds the database

A class states facts; its sentence stands in the catalogue of words, under ``error`` and its name, and what a reader can
do about it, under ``advice``, for each front end. The command line maps classes to exit codes. Longer
than most files: a list of everything that can be refused.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from difflib import get_close_matches
from functools import partial
from typing import Self

from commitments.history.entry_words import difference_words, field_words
from commitments.i18n import meanings, say, table, word

CODES: Mapping[str, str] = {  # facts that are codes, with the group of their words
    "state": "state",
    "message_state": "message_state",
    "outcome": "outcome",
    "verb": "verb",
    "field": "field",
    "fields": "field",
    "kind": "kind_of_row",
    "fault": "letter_fault",
    "measure": "letter_measure",
}


class Error(Exception):
    """What went wrong, as facts; ``str()`` says it in English."""

    def __init__(self, **facts: object) -> None:
        """Keep the facts that fill the sentence."""
        super().__init__(facts)
        self.facts = facts

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[()]]:
        """Let errors be raised again on the other side of a process."""
        return partial(type(self), **self.facts), ()

    def message(self, locale: str, front: str = "") -> str:
        """Return the sentence for a reader of ``locale``; a front end, ``cli`` or ``page``, adds its advice."""
        sentence, advice = self._sentence(locale), table(locale, f"advice.{front}").get(type(self).__name__, "")
        gap = "\n" if "\n" in sentence else " " if locale == "en" else ""
        return sentence + (gap + advice.format(**self._said(locale)) if advice else "")

    def _sentence(self, locale: str) -> str:
        known = table(locale, "error")
        name = next(each.__name__ for each in type(self).__mro__ if each.__name__ in known)
        return say(locale, f"error.{name}", **self._said(locale))

    def _said(self, locale: str) -> dict[str, object]:
        """Return the facts in the reader's words."""
        return {name: _fact(locale, value, CODES.get(name)) for name, value in self.facts.items()}

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.message("en")


class Mistake(ValueError):
    """What is wrong with one value: the end of a sentence, without its stop; ``key`` names it in the catalogue."""

    def __init__(self, key: str, /, **facts: object) -> None:
        """Take the key under ``mistake``, and the facts that fill its text."""
        super().__init__(key, facts)
        self.key, self.facts = key, facts

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str]]:
        """Let mistakes be raised again on the other side of a process."""
        return partial(type(self), **self.facts), (self.key,)

    def message(self, locale: str) -> str:
        """Return the text for a reader of ``locale``."""
        facts = {name: _fact(locale, value) for name, value in self.facts.items()}
        return say(locale, f"mistake.{self.key}", **facts)

    def __str__(self) -> str:
        """Return the English text."""
        return self.message("en")


class Choice:
    """What can be chosen among the words of a group: codes in English, in Chinese each with its word."""

    def __init__(self, group: str) -> None:
        """Take the group of the catalogue."""
        self.group = group

    def message(self, locale: str) -> str:
        """Return the list for a reader of ``locale``."""
        codes = list(dict.fromkeys(meanings(self.group).values()))
        return ", ".join(codes) if locale == "en" else "、".join(f"{word(locale, self.group, c)}（{c}）" for c in codes)


def no_choice(group: str, value: object) -> Mistake:
    """Return the mistake of a word that stands for no value of a group of the catalogue, with a near one."""
    known = [*meanings(group), *meanings(group).values()]
    near = get_close_matches(str(value), known, n=1) or [word for word in known if str(value) in word][:1]
    hint = Mistake("perhaps", name=near[0]) if near and str(value) else ""
    return Mistake("no_choice", value=value, allowed=Choice(group), hint=hint)


class Problem(str):  # noqa: SLOT000 - a str has no room for slots of its own
    """What there is to say, as a text in English; ``message`` says it in the reader's language."""

    _said: Callable[[str], str]

    def __new__(cls, said: Callable[[str], str]) -> Self:
        """Take what says it in a language."""
        problem = super().__new__(cls, said("en"))
        problem._said = said
        return problem

    def __reduce__(self) -> tuple[type[Self], tuple[Callable[[str], str]]]:
        """Let what there is to say come from another process."""
        return type(self), (self._said,)

    def message(self, locale: str) -> str:
        """Return the sentence for a reader of ``locale``."""
        return self._said(locale)


def sentence(key: str, /, **facts: object) -> Problem:
    """Return the text ``cli.links.which`` of the catalogue, filled with facts, in English and in each language."""
    return Problem(partial(_filled, key, facts))


def _filled(key: str, facts: Mapping[str, object], locale: str) -> str:
    return say(locale, key, **{name: _fact(locale, value) for name, value in facts.items()})


class Lines:
    """Several sentences, a line each."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Take the lines; a Problem among them is said in the reader's language."""
        self.lines = lines

    def message(self, locale: str) -> str:
        """Return the lines for a reader of ``locale``."""
        return "\n".join(each_message(self.lines, locale))


def each_message(problems: Sequence[str], locale: str) -> list[str]:
    """Say each in the reader's language, where it knows how."""
    return [each.message(locale) if isinstance(each, Problem) else each for each in problems]


def _fact(locale: str, value: object, group: str | None = None) -> object:
    """Say a fact in the reader's language, where it knows how: a code of ``group`` by its word, several in a row."""
    if isinstance(value, Error | Mistake | Choice | Problem | Lines):  # errors of others have a ``message`` too
        return value.message(locale)
    if isinstance(value, str):
        return _word(locale, group, value) if group else value
    if not isinstance(value, Sequence):
        return value
    return (", " if locale == "en" else "、").join(str(_fact(locale, each, group)) for each in value)


def _word(locale: str, group: str, value: str) -> str:
    return field_words(locale, value) if group == "field" else word(locale, group, value)


class NotFound(Error):
    """A named thing does not exist; ``near`` lists names that look like it."""

    def _sentence(self, locale: str) -> str:
        near = self.facts.get("near")
        return super()._sentence(locale) + (say(locale, "near.names", names=_fact(locale, near)) if near else "")


class NoSuchCommitment(NotFound):
    """No commitment has this ref."""


class NoSuchLetter(NotFound):
    """No letter has this document or proposal number."""


class AmbiguousLetter(Error):
    """A proposal number that several letters answer."""


class SameNumber(AmbiguousLetter):
    """A document number that several letters have, which were entered before all its spellings were one."""


class NoSuchDepartment(NotFound):
    """No department has this name or short name."""


class NoSuchTarget(NotFound):
    """The commitment has no target of this name."""


class NoSuchMessage(NotFound):
    """No message has this number."""


class NoSuchDigest(NotFound):
    """No digest stands for this unit and month."""


class Refused(Error):
    """Understood, but the rules of the ledger say no."""


class WrongState(Refused):
    """The verb does not fit the commitment's state."""


class WrongMessageState(Refused):
    """The verb does not fit the state of a message in the outbox."""


class EvidenceNeeded(Refused):
    """Closing as kept needs evidence or a written waiver."""


class NotInLetter(Refused):
    """Words given as a quote do not occur in the letter's stored text."""


class ReasonNeeded(Refused):
    """The change must say why."""


class WhyNeeded(ReasonNeeded):
    """What a reader says on a page must say why."""


class ReasonReserved(Refused):
    """A person's reason that reads as one that the program writes."""


class LeadUnknown(Refused):
    """The letter does not say who does it; a person must."""


class NoIdentity(Refused):
    """Nothing that tells a letter from others was given."""


class NothingToChange(Refused):
    """An edit that names no field."""


class DueBeforeLetter(Refused):
    """A deadline before the letter that makes the pledge."""


class NotLater(Refused):
    """An extension must move the deadline to a later day."""


class NoDeadline(Refused):
    """Only a deadline can be extended."""


class NoRequest(Refused):
    """There is no extension request to decide."""


class NotYours(Refused):
    """Only who leads or supports a commitment can answer for it."""


class NoDispute(Refused):
    """There is no dispute to decide."""


class LeadNeeded(Refused):
    """Whose dispute is accepted leads no longer; somebody else must."""


class DueAndReview(Refused):
    """A commitment has a deadline or a review date, never both."""


class LeadSupports(Refused):
    """The lead department cannot also support."""


class NotInFuture(Refused):
    """Something done cannot lie ahead."""


class AlreadyExists(Refused):
    """A name or number that must be unique is taken."""


class SameValue(AlreadyExists):
    """Two rows of a kind have the same ``field``, as only the database knows."""


class BadValue(Refused):
    """A value is not one of those allowed."""


class BadWord(BadValue):
    """A word that stands for no value; ``problem`` says what can be chosen."""


class BadMailbox(BadValue):
    """A mail address that cannot be written to."""


class BadFigure(BadWord):
    """A figure of a target that cannot be kept as it was written."""


class FarDate(BadValue):
    """A date that nobody can mean; ``field`` is the column it was given for."""


class BadText(BadValue):
    """Text that is empty, too long, or holds characters nobody can see."""


class BadRef(BadValue):
    """A ref that could not stand in an address or a notice's key."""


class UnreadableEvidence(Refused):
    """An evidence file cannot be taken in."""


class EvidenceDamaged(Refused):
    """The copy was made, but evidence has not the hash it was taken in with."""


class LedgerRejected(Refused):
    """A ledger file has mistakes; nothing was loaded. ``problems`` lists each with row and key."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        """Take the file's name and one sentence per mistake."""
        super().__init__(file=file, count=len(problems), lines=Lines(problems))
        self.problems = list(problems)


class LedgerDiffers(Refused):
    """The file differs from what stands, and --update was not given; ``lines`` shows the differences."""

    def __init__(self, file: str, differences: Sequence[str]) -> None:
        """Take the file's name and one line per difference."""
        super().__init__(file=file, count=len(differences), lines="\n".join(differences))
        self.differences = list(differences)


class PackageMissing(Refused):
    """An optional package is needed for this form."""


class TooLongForSheet(Refused):
    """More rows than a workbook can be read back with."""


class DamagedText(Refused):
    """A text of the database is not UTF-8, or no JSON: it is shown with signs in its place, and not passed on."""


class HistoryBroken(Refused):
    """The chain of history does not hold."""


class RowDiffers(Refused):
    """A table does not hold what the history says: somebody changed it past the verbs."""

    def __init__(self, *, zone: tzinfo, **facts: object) -> None:
        """Take kind, row, field, what the history says and what the table holds; instants are told in ``zone``."""
        super().__init__(**facts)
        self.zone = zone

    def _sentence(self, locale: str) -> str:
        return difference_words(locale, self.facts, self.zone)


class StorageTrouble(Error):
    """The database cannot be used as it is."""


class DatabaseMissing(StorageTrouble):
    """There is no database where the configuration says."""


class DatabaseUnusable(StorageTrouble):
    """The database is there but cannot be read or written."""


class DatabaseBusy(StorageTrouble):
    """Another program holds the database for longer than we wait."""


class Unwritable(StorageTrouble):
    """A file or folder beside the ledger that cannot be written."""


class DatabaseGone(StorageTrouble):
    """Another file, or none, has the ledger's name while the program runs."""


class SchemaTooNew(StorageTrouble):
    """The database was written by a newer program."""


class SchemaTooOld(StorageTrouble):
    """The database must be upgraded before this command can use it."""


class WrongEnvironment(StorageTrouble):
    """A copied database must not send mail for the original."""


class CalendarFileError(Error):
    """The operator's working-day file is wrong."""


class DeliveryFailed(Error):
    """A message could not be handed over."""


class DatabaseHeld(Error):
    """Another process holds the database for sending."""
