"""Dates on the command line: read as people write them, and shown back before they count."""

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from commitments import i18n
from tracker.cli.base import UsageError
from tracker.cli.output import clean, say

if TYPE_CHECKING:
    from commitments.calendar.dates import Ambiguous, Written
    from tracker.app import App


class BadDate(UsageError):
    """Something that should be a date is none, or could be several."""


class EmptyDate(UsageError):
    """A date option that was given with nothing in it."""


def read_day(text: str, app: "App", locale: str, *, past: bool = False, yes: bool = False) -> date:
    """Read a date that will count; see ``read_due``."""
    return read_due(text, app, locale, past=past, yes=yes).day


def read_due(text: str, app: "App", locale: str, *, past: bool = False, yes: bool = False) -> "Written":
    """Read a date, say on stderr how it was read, and ask on a terminal where another reading is possible.

    Without a year the next such day is meant, or with ``past`` the last one. To be called before a transaction begins.
    Raises BadDate.
    """
    written = _read(text, app, locale, past=past)
    question = i18n.say(locale, "cli.date.confirm", told=_shown(written, app, locale))
    if written.sure or yes or not _can_ask():
        _show(written, app, locale)
    else:
        typer.confirm(question, default=True, abort=True, err=True)
    return written


def as_due(written: "Written", locale: str) -> dict[str, Any]:
    """Return the fields of a commitment that a deadline fills: the day, what it was counted from, and how, in words."""
    return {
        "due_on": written.day,
        "due_from": written.start,
        "due_offset": written.offset,
        "due_rule": written.rule(locale),
    }


def read_bound(text: str, app: "App", locale: str) -> date:
    """Read a date that only narrows what is shown: nothing is asked, and short distances are not said again."""
    written = _read(text, app, locale, past=False)
    if not (written.offset and written.sure):
        _show(written, app, locale)
    return written.day


def _read(text: str, app: "App", locale: str, *, past: bool) -> "Written":
    from commitments.calendar import dates
    from commitments.errors import Mistake

    try:
        return dates.read(text, app.today, app.workdays, past=past)
    except dates.Ambiguous as unclear:
        if not _can_ask():
            raise BadDate(problem=unclear) from unclear
        return dates.chosen(unclear.text, _chosen(unclear, locale), app.today)
    except Mistake as wrong:
        raise BadDate(problem=wrong) from wrong


def _chosen(unclear: "Ambiguous", locale: str) -> date:
    """Ask which reading is meant; anything else than one of them is no answer."""
    readings = [day.isoformat() for day in unclear.readings]
    question = i18n.say(locale, "cli.date.which", text=clean(unclear.text), readings=" / ".join(readings))
    answer = str(typer.prompt(question, err=True)).strip()
    if answer not in readings:
        raise BadDate(problem=unclear)
    return unclear.readings[readings.index(answer)]


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _show(written: "Written", app: "App", locale: str) -> None:
    """Say how a date was read, unless it stands there word for word."""
    if not written.literal:
        say(_shown(written, app, locale))


def _shown(written: "Written", app: "App", locale: str) -> str:
    from commitments.calendar.deadlines import provisional

    unsure = provisional(written.start, written.offset, written.day, app.workdays)
    return clean(written.told(locale)) + (i18n.word(locale, "noun", "provisional") if unsure else "")
