"""Which commitments a list is about: the options that narrow it, and what to say when nothing is left."""

from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from tracker.cli.base import Command, worded
from tracker.cli.dates import read_bound

if TYPE_CHECKING:
    from commitments.queries.listing import Filter
    from tracker.app import App

States = Annotated[
    list[str] | None,
    typer.Option("--state", help="待确认 draft | 办理中 open | 已报办结 reported_done | 已销号 closed"),
]
Overdue = Annotated[bool, typer.Option("--overdue", help="只看逾期 · Overdue only.")]
DueWithin = Annotated[str, typer.Option("--due-within", help="期限在…之内：7d、10wd · Due within.")]
Department = Annotated[str, typer.Option("--department", help="主办或会办单位 · Lead or supporting.")]
Letter = Annotated[str, typer.Option("--letter", help="文号或提案号 · Document or proposal number.")]
KIND = typer.Option("--kind", help="下一步承诺 pledge | 未结事项 open_item | 量化目标 target")
Kind = Annotated[str, KIND]
Search = Annotated[str, typer.Option("--search", help="文字查找 · Words in ref, title, quote or condition.")]
# Which option narrows by which field of a filter.
OPTIONS = {
    "states": "--state", "overdue_on": "--overdue", "due_until": "--due-within", "department": "--department",
    "letter": "--letter", "kind": "--kind", "words": "--search",
}  # fmt: skip


def asked(
    shared: Command,
    states: list[str],
    overdue: bool,
    due_within: str,
    department: str,
    letter: str,
    kind: str,
    words: str,
) -> "Filter":
    """Return what these options ask for. Raises BadValue, BadDate, NoSuchDepartment, NoSuchLetter."""
    from commitments.queries.listing import Filter

    app = shared.app
    return Filter(
        states=tuple(worded("--state", "state", state) for state in states),
        overdue_on=app.today if overdue else None,
        due_until=read_bound(due_within, app, shared.locale) if due_within else None,
        department=_id("find_department", department, app) if department else None,
        letter=_id("find_letter", letter, app) if letter else None,
        kind=worded("--kind", "kind", kind) if kind else None,
        words=words,
    )


def _id(finder: str, name: str, app: "App") -> int:
    """Return the number of what is called so."""
    from commitments.queries import lookup

    with app.reading() as session:
        found: int = getattr(lookup, finder)(session, name).id
    return found


def nothing(app: "App", wanted: "Filter", locale: str) -> str:
    """Say that a list is empty, and which of its conditions finds nothing by itself."""
    from dataclasses import replace

    from commitments.queries.listing import Filter, count

    given = {option: replace(Filter(), **{field: getattr(wanted, field)}) for field, option in OPTIONS.items()
             if getattr(wanted, field) != getattr(Filter(), field)}  # fmt: skip
    with app.looking() as connection:
        if not count(connection, Filter()):
            return i18n.say(locale, "cli.list.none")
        fruitless = [option for option, narrow in given.items() if not count(connection, narrow)]
    options = i18n.word(locale, "cli.common", "comma").join(fruitless or given)
    return i18n.say(locale, "cli.list.alone" if fruitless else "cli.list.together", options=options)
