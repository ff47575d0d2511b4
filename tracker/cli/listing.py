"""Looking at commitments: list, show, due."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from commitments.errors import DamagedText, sentence
from commitments.i18n import table, word
from tracker.cli.base import CsvOption, JsonOption, Ref, UsageError, command
from tracker.cli.dates import read_bound
from tracker.cli.filters import Department, DueWithin, Kind, Letter, Overdue, Search, States, asked, nothing
from tracker.cli.output import clean, paint, print_csv, print_facts, print_json, print_lines, print_table, say

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from commitments.calendar.deadlines import Dated, Status
    from commitments.queries.listing import Filter, Listed, StatusRow
    from tracker.app import App

FIELDS = (
    "ref", "letter", "ordinal", "kind", "strength", "title", "lead", "support", "due_on", "due_basis", "due_rule",
    "due_provisional", "first_due_on", "review_on", "state", "outcome", "band", "days_left", "working_days_left",
)  # fmt: skip
T = TypeVar("T", bound="Listed | Row[Any]")
LIGHTS = {"overdue": "red", "due_today": "yellow", "due_soon": "yellow", "review_due": "yellow", "on_track": "green"}


def list_(
    ctx: typer.Context,
    state: States = None,
    overdue: Overdue = False,
    due_within: DueWithin = "",
    department: Department = "",
    letter: Letter = "",
    kind: Kind = "",
    words: Search = "",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="最多几条，最急的在前 · At most, worst first.")
    ] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """列出承诺事项 · List commitments; all states unless --state.

    $ tracker list
    $ tracker list --overdue --department 市民政局
    $ tracker list --due-within 30d --json
    """
    from commitments.queries import listing

    shared = command(ctx)
    app = shared.app
    wanted, statuses = asked(shared, state or [], overdue, due_within, department, letter, kind, words), Statuses(app)
    if json:
        print_json({"as_of": app.today, "commitments": listed(app, wanted, statuses, limit)})
    elif csv:
        print_csv(FIELDS, listed(app, wanted, statuses, limit))
    elif not _print(_pages(listing.short_page, app, wanted), statuses, shared.locale, limit):
        say(nothing(app, wanted, shared.locale))


def listed(app: "App", wanted: "Filter", statuses: "Statuses", limit: int | None = None) -> list[dict[str, object]]:
    """Return commitments as ``list --json`` shows them, in the order of the table: worst first."""
    from commitments.queries.listing import page

    rows = sorted(_pages(page, app, wanted), key=lambda row: (statuses.rank(row), row.ref))
    return [facts(row, statuses) for row in rows[:limit]]


def _pages(
    read: "Callable[[Connection, Filter, str, int], Sequence[T]]", app: "App", wanted: "Filter"
) -> "Iterator[T]":
    """Read page by page; each transaction ends before anything is printed, so a pager blocks nobody."""
    from commitments.queries.listing import PAGE

    after, page = "", None
    while page is None or len(page) == PAGE:
        with app.looking() as connection:
            try:
                page = read(connection, wanted, after, PAGE)
            except DamagedText:
                page = _sound_ones(read, connection, wanted, after, app.config.language)
        yield from page
        after = page[-1].ref if page else after


def _sound_ones(
    read: "Callable[[Connection, Filter, str, int], Sequence[T]]",
    connection: "Connection",
    wanted: "Filter",
    after: str,
    locale: str,
) -> "list[T]":
    """Read all that follow, each by itself, and name those of which a date cannot be read."""
    from commitments.queries.listing import refs

    rows: list[T] = []
    for ref in refs(connection, wanted, after):
        try:
            rows += read(connection, replace(wanted, ref=ref), "", 1)
        except DamagedText as trouble:
            say(f"{clean(ref)}: {trouble.message(locale, 'cli')}")
    return rows


class Statuses:
    """How each commitment stands today, worked out once for each set of dates: a ledger has many rows and few days."""

    def __init__(self, app: "App") -> None:
        self.today, self.workdays, self.ladder = app.today, app.workdays, app.ladder
        self._known = cache(self._status)

    def of(self, one: "Dated") -> "Status":
        """Return how it stands; what is reported done has the band of that day."""
        return self._known(one.state, one.due_on, one.due_from, one.due_offset, one.review_on, one.reported_done_on)

    def rank(self, one: "Dated") -> tuple[int, date]:
        """Return the place in a list, worst first: how bad it stands, then its day."""
        return [*LIGHTS, None].index(self.of(one).band), one.due_on or one.review_on or date.min

    def working_days_left(self, one: "Dated") -> int | None:
        """Return the working days until a deadline, counted on where those of a year are not yet published."""
        status = self.of(one)
        if status.days_left is None or status.working_days_left is not None or one.due_on is None:
            return status.working_days_left
        return self.workdays.between(self.today, one.due_on)

    def _status(self, state: str, due_on: date | None, *dates: Any) -> "Status":
        from commitments.calendar.deadlines import LIVE_STATES, status
        from commitments.queries.listing import StatusRow

        return status(StatusRow(state, None, due_on, *dates), self.today, self.ladder, self.workdays, LIVE_STATES)


def facts(row: "Listed", statuses: Statuses) -> dict[str, object]:
    """Return one commitment as ``list --json`` shows it."""
    status = statuses.of(row)
    known = row._asdict() | {
        "due_provisional": status.provisional,
        "band": status.band,
        "days_left": status.days_left,
        "working_days_left": statuses.working_days_left(row),
    }
    return {field: known[field] for field in FIELDS}


def _print(rows: Iterable[Sequence[Any]], statuses: Statuses, locale: str, limit: int | None) -> int:
    """Print the table, worst first; what is due on one day goes by ref. Return how many lines there were.

    What stands alike is worked out once, and lines wait encoded: as text, Chinese takes twice the memory.
    """
    lines: dict[tuple[int, date], list[bytes]] = defaultdict(list)
    place = cache(partial(_place, statuses, locale))
    for ref, lead, title, *facts in rows:
        rank, words = place(*facts)
        lines[rank].append(f"{clean(ref)}\t{words}\t{clean(lead)}\t{clean(title)}".encode())
    colours = [*LIGHTS.values(), "dim"]
    chosen = islice(((rank, line) for rank in sorted(lines) for line in sorted(lines[rank])), limit)
    groups = groupby(chosen, key=itemgetter(0))
    lines_of = ((colours[rank[0]], (line.decode() for _, line in some)) for rank, some in groups)
    print_lines(table(locale, "cli.list.column"), lines_of)
    return len(lines)


def _place(statuses: Statuses, locale: str, *facts: Any) -> tuple[tuple[int, date], str]:
    """Return where a commitment comes in the table (how bad, which day), and how its status and deadline read."""
    from commitments.queries.listing import StatusRow

    row = StatusRow(*facts)
    status = statuses.of(row)
    due = due_words(row.due_on, row.review_on, locale, provisional=status.provisional)
    return statuses.rank(row), f"{clean(light_word(row, status.band, locale))}\t{due}"


def light_word(row: "StatusRow | Listed", light: str | None, locale: str) -> str:
    """Return the word for how a commitment stands: its outcome once it is closed."""
    if row.state == "closed":
        return word(locale, "outcome", str(row.outcome))
    if row.state == "open":
        return word(locale, "band", str(light))
    return word(locale, "state", row.state)


def due_words(due_on: date | None, review_on: date | None, locale: str, *, provisional: bool) -> str:
    """Return the deadline, or the day of review, as tables show it."""
    if due_on:
        return f"{due_on} {word(locale, 'noun', 'provisional')}" if provisional else str(due_on)
    return f"{word(locale, 'noun', 'review')} {review_on}" if review_on else ""


def show(ctx: typer.Context, ref: Ref, json: JsonOption = False) -> None:
    """查看一条承诺事项 · Show one commitment with what happened.

    $ tracker show 2019-1007-02
    """
    from commitments.queries import lookup
    from commitments.queries.detail import load_detail
    from tracker.cli import detail as cli_detail

    shared = command(ctx)
    app = shared.app
    with app.reading() as session:
        detail = load_detail(session, lookup.find(session, ref))
    plain = facts(cli_detail.listed(detail), Statuses(app)) | cli_detail.details(detail)
    events = cli_detail.events(detail)
    if json:
        print_json({"commitment": plain | events})
        return
    row = detail.row
    print(paint(f"{row.ref}  {clean(row.title)}", "bold"))
    provisional = bool(plain["due_provisional"])
    due_on = due_words(row.due_on, row.review_on, shared.locale, provisional=provisional)
    print_facts(cli_detail.labelled({**plain, "due_on": due_on}, shared.locale))
    cli_detail.print_events(events, shared.locale, app.zone)


def due(
    ctx: typer.Context,
    until: Annotated[
        str, typer.Option("--until", help="到哪天为止，默认30天 · Until when; 30 days by default.")
    ] = "30d",
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """即将发出的通知：谁、哪天、为什么 · The coming notices: who is told what, when, why; of repeats the next one.

    $ tracker due --until 60d
    $ tracker due --until 2019-12-31 --json
    """
    from tracker.cli.wording import receiver
    from tracker.ops.upcoming import upcoming

    shared = command(ctx)
    app = shared.app
    last = read_bound(until, app, shared.locale)
    if last < app.today:
        raise UsageError(problem=sentence("cli.due.past", until=repr(until)))
    rows = upcoming(app, last, shared.locale)
    columns = ("slot", "kind", "ref", "title", "to", "role", "rung", "due_on", "provisional", "why")
    if json:
        print_json({"as_of": app.today, "until": last, "notices": rows})
    elif csv:
        print_csv(columns, rows)
    else:
        worded = [{**row, "to": receiver(shared.locale, str(row["to"]))} for row in rows]
        print_table(table(shared.locale, "cli.due.column"), worded, shared.locale)
