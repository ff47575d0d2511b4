"""The commitments as a file for other programs: a workbook, CSV, JSON, a calendar. Filters are those of ``list``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import listing
from tracker.cli.base import ForceOption, command, save
from tracker.cli.filters import Department, DueWithin, Kind, Letter, Overdue, Search, States, asked
from tracker.cli.output import csv_bytes, json_text

if TYPE_CHECKING:
    from tracker.app import App

group = typer.Typer(no_args_is_help=True, help="导出承诺事项 · Export commitments.", rich_markup_mode=None)
File = Annotated[str, typer.Argument(help="写到哪个文件，“-”为标准输出 · Where to; - for stdout.")]


@group.command()
def xlsx(
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
    """导出承诺事项台账（Excel、WPS），改后可用 ledger load 读回 · Export the ledger as a workbook that load reads back.

    $ tracker export xlsx ledger.xlsx
    $ tracker export xlsx mzj.xlsx --department 市民政局 --state open
    """
    from commitments.exchange import columns, xlsx_write
    from commitments.queries.listing import StatusRow

    shared = command(ctx)
    app = shared.app
    wanted = asked(shared, state or [], overdue, due_within, department, letter, kind, words)
    with app.reading() as session:
        found, names = columns.rows(session, wanted), columns.departments(session)
    statuses = listing.Statuses(app)
    for row in found:
        known = StatusRow._make(row.get(field) for field in StatusRow._fields)
        row["band"] = statuses.of(known).band
    unit, now = app.signature, app.clock()
    content = xlsx_write.workbook(
        found, unit=unit, departments=names, locale=shared.locale, now=now, today=app.today
    )  # fmt: skip
    _write(app, file, content, force=force)


@group.command()
def csv(
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
    """导出 CSV，与 list --csv 相同 · Export what list --csv prints.

    $ tracker export csv overdue.csv --overdue
    """
    shared = command(ctx)
    app = shared.app
    wanted = asked(shared, state or [], overdue, due_within, department, letter, kind, words)
    _write(app, file, csv_bytes(listing.FIELDS, listing.listed(app, wanted, listing.Statuses(app))), force=force)


@group.command()
def json(
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
    """导出 JSON，与 list --json 相同 · Export what list --json prints.

    $ tracker export json - --letter 1007
    """
    shared = command(ctx)
    app = shared.app
    wanted = asked(shared, state or [], overdue, due_within, department, letter, kind, words)
    found = listing.listed(app, wanted, listing.Statuses(app))
    _write(app, file, json_text({"as_of": app.today, "commitments": found}).encode() + b"\n", force=force)


@group.command()
def ics(
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
    """导出日历（iCalendar），期限和复核日期各为一天 · Export deadlines and review dates as a calendar.

    $ tracker export ics mzj.ics --department 市民政局 --state open
    """
    from commitments.i18n import word
    from commitments.models import Commitment
    from notifications.mail import calendar_events
    from notifications.mail.ics import calendar

    shared = command(ctx)
    app = shared.app
    wanted = asked(shared, state or [], overdue, due_within, department, letter, kind, words)
    rules = calendar_events.Rules(ladder=app.ladder, workdays=app.workdays, locale=shared.locale)
    with app.reading() as session:
        events = calendar_events.events(session, *wanted.conditions(Commitment), rules=rules)
    name = f"{department or app.signature} {word(shared.locale, 'noun', 'calendar')}"
    content = calendar(events, name=name, alarm_at=app.config.reminders.send_at).encode()
    _write(app, file, content, force=force)


def _write(app: "App", file: str, content: bytes, *, force: bool) -> None:
    save(app, None if file == "-" else Path(file), content, force=force)
