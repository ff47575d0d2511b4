"""The history (变更记录): who changed what, and whether its chain holds."""

import re
from collections.abc import Iterable, Iterator
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from commitments import i18n
from commitments.errors import sentence
from tracker.cli.base import Command, CsvOption, JsonOption, UsageError, command, refs
from tracker.cli.output import clean, picked, print_csv, print_json, print_table, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from commitments.history.chain import Head
    from commitments.history.replay import Difference
    from commitments.models import HistoryEntry
    from tracker.app import App

PAGE_SIZE = 500
COLUMNS = ("seq", "at", "actor", "action", "subject", "reason", "changes", "hash")
NAMES = ("support", "short_names", "evidence")
INTERNAL = ("arming", "reopened_at", "link_generation")  # what the program counts by; in --json


class ListByDefault(TyperGroup):
    """``history`` and ``history REF`` are short for ``history list [REF]``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``list`` before arguments that ask for neither a command nor help."""
        first = args[0] if args else ""
        asked = first in self.commands or first in ctx.help_option_names
        return super().parse_args(ctx, args if asked else ["list", *args])


group = typer.Typer(
    cls=ListByDefault,
    subcommand_metavar="[REF] | verify",
    help="变更记录 · The history: who changed what.",
    rich_markup_mode=None,
)


@group.command("list")
def list_(
    ctx: typer.Context,
    ref: Annotated[
        str, typer.Argument(help="承诺编号、文号或部门 · A ref, letter or department.", autocompletion=refs)
    ] = "",
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """列出变更记录，最早的在前 · List the entries, oldest first; this is what `history` does by itself.

    $ tracker history
    $ tracker history 2019-1007-03 --json
    """
    shared = command(ctx)
    entries = _entries(shared.app, ref)
    if json:
        print_json({"entries": [picked(entry, COLUMNS) for entry in entries]})
    elif csv:
        print_csv(
            COLUMNS,
            ({**picked(entry, COLUMNS), "changes": dumps(entry.changes, ensure_ascii=False)} for entry in entries),
        )
    else:
        headings = i18n.table(shared.locale, "cli.history.column")
        print_table(headings, [_line(entry, shared.locale, shared.app.zone) for entry in entries], shared.locale)


def _entries(app: "App", ref: str) -> "Iterator[HistoryEntry]":
    """Read page by page, each transaction ended before the next. Raises NoSuchCommitment when nothing has this ref."""
    from sqlalchemy import select

    from commitments.models import HistoryEntry
    from commitments.queries.lookup import find

    query = select(HistoryEntry).order_by(HistoryEntry.seq).limit(PAGE_SIZE)
    query = query.where(HistoryEntry.subject == ref) if ref else query
    last = 0
    while True:
        with app.reading() as session:
            page = session.scalars(query.where(HistoryEntry.seq > last)).all()
            if ref and not page and not last:
                find(session, ref)
        yield from page
        if len(page) < PAGE_SIZE:
            return
        last = page[-1].seq


def _line(entry: "HistoryEntry", locale: str, zone: "ZoneInfo") -> dict[str, object]:
    """Give an entry its words, and the time on the organisation's clock."""
    from commitments.codes import in_words

    when = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}"
    worded = {
        "subject": _subject(entry.subject, locale),
        "what": in_words(locale, "action", entry.action),
        "reason": in_words(locale, "reason", entry.reason),
    }
    return {**picked(entry, COLUMNS), **worded, "when": when, "changes": _changes(entry.changes, locale, zone)}


def _subject(subject: str, locale: str) -> str:
    """Say what an entry is about, where that is neither a ref nor a name."""
    if message := re.fullmatch(r"message (\d+)", subject):
        return i18n.say(locale, "cli.history.subject.message", id=message[1])
    names = {"organisation": i18n.word(locale, "role", "organisation")}
    return names.get(subject) or i18n.word(locale, "cli.history.subject", subject)


def _changes(changes: dict[str, Any], locale: str, zone: "ZoneInfo") -> str:
    """Say what became what. What an entry states besides (a new thing's fields, evidence) is in --json."""
    from commitments.history.entry_words import change_words

    moved = {field: value for field, value in changes.items() if field not in INTERNAL and _is_change(field, value)}
    return i18n.word(locale, "cli.common", "semicolon").join(
        change_words(locale, field, old, new, zone) for field, (old, new) in moved.items()
    )


def _is_change(field: str, value: object) -> bool:
    """Tell ``[old, new]`` from a list of two names."""
    return isinstance(value, list) and len(value) == 2 and (field not in NAMES or isinstance(value[0], list))  # noqa: PLR2004


@group.command()
def verify(
    ctx: typer.Context,
    anchor: Annotated[
        str, typer.Option("--anchor", help="月报末尾所印的 序号:哈希 · SEQ:HASH as a digest printed it.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """核验变更记录链，并与台账各表逐项核对 · Walk the chain, then hold what it says against the tables.

    Prints the head, or names the first entry that does not hold, or each field that was changed past the program.

    $ tracker history verify
    """
    from commitments.history import chain
    from commitments.storage import one_moment
    from tracker.ops.doctor import differences

    known = _head(anchor) if anchor else None
    shared = command(ctx)
    with one_moment(shared.app.engine) as session:
        head = chain.verify(session, known)
        found = _say_differences(shared, differences(session)) if not json else list(differences(session))
    if json:
        print_json({"seq": head.seq, "hash": head.hash, "differences": [each._asdict() for each in found]})
    elif not found:
        print(head)
    if found:
        raise typer.Exit(1)


def _say_differences(shared: Command, differences: "Iterable[Difference]") -> "list[Difference]":
    """Say each difference as it is found; return the last, for there may be as many as rows."""
    from tracker.ops.doctor import worded

    last: list[Difference] = []
    for difference in differences:
        last = [difference]
        say(f"tracker: {clean(worded(difference, shared.app.zone).message(shared.locale))}")
    return last


def _head(text: str) -> "Head":
    """Read ``12:ab34…``. Raises UsageError."""
    from commitments.history.chain import Head

    match = re.fullmatch(r"(\d+):([0-9a-f]{64})", text.strip().lower())
    if match is None:
        raise UsageError(problem=sentence("cli.history.anchor", text=repr(text)))
    return Head(int(match[1]), match[2])
