"""The commitments as a file for other programs: a workbook, CSV, JSON, a calendar. Filters are those of ``list``."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import listing
from tracker.cli.base import Command, ForceOption, command, save
from tracker.cli.filters import Department, DueWithin, Kind, Letter, Overdue, Search, States, asked
from tracker.cli.output import csv_bytes, json_text

if TYPE_CHECKING:
    from commitments.queries.listing import Filter

group = typer.Typer(no_args_is_help=True, help="导出承诺事项 · Export commitments.", rich_markup_mode=None)
File = Annotated[str, typer.Argument(help="写到哪个文件，“-”为标准输出 · Where to; - for stdout.")]


def _add(name: str, content: "Callable[[Command, Filter, str], bytes]") -> None:
    """Add a command; ``content`` makes the file, and its docstring is the help."""

    @group.command(name, help=content.__doc__)
    def export(
        ctx: typer.Context,
        file: File,
        state: States = None,
        overdue: Overdue = False,
        due_within: DueWithin = "",
        department: Department = "",
        letter: Letter = "",
        kind: Kind = "",
        words: Search = "",
        force: ForceOption = False,
    ) -> None:
        shared = command(ctx)
        wanted = asked(shared, state or [], overdue, due_within, department, letter, kind, words)
        made = content(shared, wanted, department)
        save(shared.app, None if file == "-" else Path(file), made, force=force)


def _xlsx(shared: Command, wanted: "Filter", _department: str) -> bytes:
    """导出承诺事项台账（Excel、WPS），改后可用 ledger load 读回 · Export the ledger as a workbook that load reads back.

    $ tracker export xlsx ledger.xlsx
    $ tracker export xlsx mzj.xlsx --department 市民政局 --state open
    """
    from commitments.exchange import columns, xlsx_write
    from commitments.queries.listing import StatusRow

    app = shared.app
    with app.reading() as session:
        found, names = columns.rows(session, wanted), columns.departments(session)
    statuses = listing.Statuses(app)
    for row in found:
        known = StatusRow._make(row.get(field) for field in StatusRow._fields)
        row["band"] = statuses.of(known).band
    return xlsx_write.workbook(
        found, unit=app.signature, departments=names, locale=shared.locale, now=app.clock(), today=app.today
    )


def _csv(shared: Command, wanted: "Filter", _department: str) -> bytes:
    """导出 CSV，与 list --csv 相同 · Export what list --csv prints.

    $ tracker export csv overdue.csv --overdue
    """
    return csv_bytes(listing.FIELDS, listing.listed(shared.app, wanted, listing.Statuses(shared.app)))


def _json(shared: Command, wanted: "Filter", _department: str) -> bytes:
    """导出 JSON，与 list --json 相同 · Export what list --json prints.

    $ tracker export json - --letter 1007
    """
    found = listing.listed(shared.app, wanted, listing.Statuses(shared.app))
    return json_text({"as_of": shared.app.today, "commitments": found}).encode() + b"\n"


def _ics(shared: Command, wanted: "Filter", department: str) -> bytes:
    """导出日历（iCalendar），期限和复核日期各为一天 · Export deadlines and review dates as a calendar.

    $ tracker export ics mzj.ics --department 市民政局 --state open
    """
    from commitments.i18n import word
    from commitments.models import Commitment
    from notifications.mail import calendar_events
    from notifications.mail.ics import calendar

    app = shared.app
    rules = calendar_events.Rules(ladder=app.ladder, workdays=app.workdays, locale=shared.locale)
    with app.reading() as session:
        events = calendar_events.events(session, *wanted.conditions(Commitment), rules=rules)
    name = f"{department or app.signature} {word(shared.locale, 'noun', 'calendar')}"
    return calendar(events, name=name, alarm_at=app.config.reminders.send_at).encode()


for name, content in (("xlsx", _xlsx), ("csv", _csv), ("json", _json), ("ics", _ics)):
    _add(name, content)
