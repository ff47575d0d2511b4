"""Looking at commitments: list, show, due."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from commitments.glossary import word
from tracker.cli.base import CsvOption, JsonOption, Ref, UsageError, command, parse_days
from tracker.cli.output import clean, paint, print_csv, print_facts, print_json, print_table

if TYPE_CHECKING:
    from commitments.models import Commitment
    from commitments.search import Filter
    from tracker.app import App

FIELDS = (
    "ref", "letter", "ordinal", "kind", "strength", "title", "lead", "support", "due_on", "due_basis", "due_rule",
    "due_provisional", "first_due_on", "review_on", "state", "outcome", "band", "days_left", "working_days_left",
)  # fmt: skip
HEADINGS = {
    "zh": {"ref": "编号", "light": "进度", "due": "期限", "lead": "主办", "title": "事项"},
    "en": {"ref": "Ref", "light": "Status", "due": "Due", "lead": "Lead", "title": "Commitment"},
}
LIGHTS = {"overdue": "red", "due_today": "yellow", "due_soon": "yellow", "review_due": "yellow", "on_track": "green"}


def register(cli: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, verb in (("list", list_), ("show", show), ("due", due)):
        cli.command(name)(verb)


def list_(
    ctx: typer.Context,
    state: Annotated[list[str] | None, typer.Option("--state", help="draft | open | reported_done | closed")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期 · Overdue only.")] = False,
    due_within: Annotated[str, typer.Option("--due-within", help="期限在…之内：7d、10wd · Due within.")] = "",
    department: Annotated[str, typer.Option("--department", help="主办或会办单位 · Lead or supporting.")] = "",
    letter: Annotated[str, typer.Option("--letter", help="文号或提案号 · Document or proposal number.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="pledge | open_item | target")] = "",
    words: Annotated[str, typer.Option("--search", help="文字查找 · Words in ref, title, quote or condition.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多几条 · At most.")] = 1_000_000,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """列出承诺事项 · List commitments; all states unless --state.

    $ tracker list
    $ tracker list --overdue --department 市民政局
    $ tracker list --due-within 30d --json
    """
    shared = command(ctx)
    app = shared.app
    wanted = _filter(app, state or [], overdue, due_within, department, letter, kind, words)
    rows = (facts(row, app) for row in _rows(app, wanted, limit))
    if json:
        print_json({"as_of": app.today, "commitments": list(rows)})
    elif csv:
        print_csv(FIELDS, rows)
    else:
        _print(list(rows), shared.locale)


def _filter(
    app: "App", states: list[str], overdue: bool, due_within: str, department: str, letter: str, kind: str, words: str
) -> "Filter":
    from commitments import rules, search  # noqa: PLC0415
    from commitments.models import KINDS, STATES  # noqa: PLC0415

    for state in states:
        rules.check_word("--state", state, STATES)
    if kind:
        rules.check_word("--kind", kind, KINDS)
    with app.reading() as session:
        return search.Filter(
            states=tuple(states),
            overdue_on=app.today if overdue else None,
            due_until=parse_days(due_within, app) if due_within else None,
            department=search.find_department(session, department).id if department else None,
            letter=search.find_letter(session, letter).id if letter else None,
            kind=kind or None,
            words=words,
        )


def _rows(app: "App", wanted: "Filter", limit: int) -> "Iterator[Commitment]":
    """Read page by page; each transaction ends before anything is printed, so a pager blocks nobody."""
    from commitments import search  # noqa: PLC0415

    after = ""
    while limit > 0:
        with app.reading() as session:
            page = search.page(session, wanted, after, min(limit, search.PAGE))
        yield from page
        if len(page) < search.PAGE:
            return
        after, limit = page[-1].ref, limit - len(page)


def facts(row: "Commitment", app: "App") -> dict[str, object]:
    """Return one commitment as ``list --json`` shows it."""
    from commitments.deadlines import band, provisional  # noqa: PLC0415

    live = row.state in ("open", "reported_done")
    asof = row.reported_done_on if row.state == "reported_done" and row.reported_done_on else app.today
    left = row.due_on if live else None
    return {
        "ref": row.ref,
        "letter": row.letter.document_number,
        "ordinal": row.ordinal,
        "kind": row.kind,
        "strength": row.strength,
        "title": row.title,
        "lead": row.lead.name,
        "support": [department.name for department in row.support],
        "due_on": row.due_on,
        "due_basis": row.due_basis,
        "due_rule": row.due_rule,
        "due_provisional": provisional(row.due_from, row.due_offset, row.due_on, app.workdays),
        "first_due_on": row.first_due_on,
        "review_on": row.review_on,
        "state": row.state,
        "outcome": row.outcome,
        "band": band(row.due_on, row.review_on, asof, app.ladder, app.workdays) if live else None,
        "days_left": (left - app.today).days if left else None,
        "working_days_left": app.workdays.between(app.today, left) if left else None,
    }


def _print(rows: Sequence[Mapping[str, object]], locale: str) -> None:
    """Print the table, worst first."""
    order: list[object] = [*LIGHTS, None]
    worst = sorted(
        rows, key=lambda row: (order.index(row["band"]), str(row["due_on"] or row["review_on"] or ""), row["ref"])
    )
    lines = [{**row, "light": _light(row, locale), "due": _due(row, locale)} for row in worst]
    headings = HEADINGS["zh" if locale.startswith("zh") else "en"]
    print_table(headings, lines, [LIGHTS.get(str(row["band"]), "dim") for row in worst])


def _light(row: Mapping[str, object], locale: str) -> str:
    if row["state"] == "closed":
        return word(locale, "outcome", str(row["outcome"]))
    if row["state"] == "open":
        return word(locale, "band", str(row["band"]))
    return word(locale, "state", str(row["state"]))


def _due(row: Mapping[str, object], locale: str) -> str:
    if row["due_on"]:
        return f"{row['due_on']}{_mark(row['due_provisional'], locale)}"
    return f"{word(locale, 'noun', 'review')} {row['review_on']}" if row["review_on"] else ""


def _mark(provisional: object, locale: str) -> str:
    """Mark a date that rests on a year whose working days are not published."""
    return f" {word(locale, 'noun', 'provisional')}" if provisional else ""


def show(ctx: typer.Context, ref: Ref, json: JsonOption = False) -> None:
    """查看一条承诺事项 · Show one commitment with what happened.

    $ tracker show 2019-1007-02
    """
    from commitments import search  # noqa: PLC0415
    from tracker.cli import story  # noqa: PLC0415

    shared = command(ctx)
    app = shared.app
    with app.reading() as session:
        row = search.find(session, ref)
        told = story.tell(session, row)
        plain = facts(row, app) | story.details(row)
    if json:
        print_json({"commitment": plain | told})
        return
    print(paint(f"{row.ref}  {clean(row.title)}", "bold"))
    print_facts(story.labelled({**plain, "due_on": _due(plain, shared.locale)}, shared.locale))
    story.print_events(told, shared.locale, app.zone)


def due(
    ctx: typer.Context,
    until: Annotated[
        str, typer.Option("--until", help="到哪天为止，默认30天 · Until when; 30 days by default.")
    ] = "30d",
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """即将发出的通知：谁、哪天、为什么 · The coming notices: who is told what, when, why.

    $ tracker due --until 60d
    $ tracker due --until 2019-12-31 --json
    """
    from tracker.coming import coming  # noqa: PLC0415

    shared = command(ctx)
    app = shared.app
    last = parse_days(until, app)
    if last < app.today:
        raise UsageError(problem=f"--until {until!r} lies in the past.")
    rows = coming(app, last, shared.locale)
    columns = ("slot", "kind", "ref", "title", "to", "role", "rung", "due_on", "provisional", "why")
    if json:
        print_json({"as_of": app.today, "until": last, "notices": rows})
    elif csv:
        print_csv(columns, rows)
    else:
        zh = {"slot": "日期", "to": "发给", "ref": "编号", "title": "事项", "why": "依据"}
        en = {"slot": "Day", "to": "To", "ref": "Ref", "title": "Commitment", "why": "Why"}
        print_table(zh if shared.locale.startswith("zh") else en, rows)
