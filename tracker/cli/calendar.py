"""Working days, each answer explained: which days were skipped, which weekends were worked, and why."""

import os
from collections.abc import Sequence
from itertools import count as numbers
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commitments import i18n
from commitments.errors import sentence
from tracker.cli.base import Command, JsonOption, UsageError, command
from tracker.cli.dates import read_bound
from tracker.cli.output import print_facts, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import date

    from commitments.calendar.workdays import Answer, Step, WorkCalendar
    from tracker.app import App

group = typer.Typer(no_args_is_help=True, help="工作日 · Working days, each answer explained.", rich_markup_mode=None)
Day = Annotated[str, typer.Argument(help="日期：2019-12-31、2019年12月31日、+30d · A date.")]
MAX_WORKING_DAYS = 10_000  # working days, forty years


def _program(shared: Command) -> "tuple[App, str]":
    """Return the program and the reader's language; where there is no configuration at all, the defaults do."""
    from tracker import config
    from tracker.app import App

    try:
        config.find(shared.config, os.environ, Path.cwd())
    except config.ConfigError:
        if shared.config or os.environ.get("TRACKER_CONFIG"):
            raise
        app = App(config.Config(), actor="")
    else:
        app = shared.app
    return app, shared.language or app.config.language


# -- two questions ---------------------------------------------------------------------------------------------


@group.command()
def count(ctx: typer.Context, start: Day, end: Day, json: JsonOption = False) -> None:
    """两个日期之间有几个工作日 · Count the working days after START up to and including END.

    $ tracker calendar count 2019-12-20 2019-12-31
    """
    app, locale = _program(command(ctx))
    first, last = read_bound(start, app, locale), read_bound(end, app, locale)
    answer = app.workdays.explain_between(first, last)
    if json:
        print_json({"working_days": answer.working_days, **_grounds(answer)})
        return
    found = _say(locale, "count", start=first, end=last, n=answer.working_days)
    _print(found, answer, first, last, app.workdays, locale)


@group.command(context_settings={"ignore_unknown_options": True})  # so that -7 needs no --
def add(
    ctx: typer.Context,
    start: Day,
    n: Annotated[
        int,
        typer.Argument(
            min=-MAX_WORKING_DAYS, max=MAX_WORKING_DAYS, help="几个工作日，可为负 · How many; negative goes back."
        ),
    ],
    json: JsonOption = False,
) -> None:
    """某日之后（前）第几个工作日 · Find the N-th working day after a date, or before it.

    $ tracker calendar add 2026-02-13 1
    $ tracker calendar add 2026-02-13 -7
    """
    app, locale = _program(command(ctx))
    first = read_bound(start, app, locale)
    try:
        answer = app.workdays.explain_add(first, n)
    except OverflowError:
        raise UsageError(problem=sentence("cli.calendar.beyond", n=n, start=first)) from None
    if json:
        print_json({"date": answer.date, **_grounds(answer)})
        return
    text = "after" if n > 0 else "before" if n < 0 else "same"
    found = _say(locale, text, start=first, n=abs(n), day=answer.date)
    _print(found, answer, first, answer.date or first, app.workdays, locale)


def _grounds(answer: "Answer") -> dict[str, object]:
    steps = [{"date": step.day, "counted": step.counted, "why": step.why} for step in answer.steps]
    return {"provisional": answer.provisional, "explanation": steps}


# -- words -----------------------------------------------------------------------------------------------------


def _say(locale: str, text: str, **facts: object) -> str:
    return i18n.say(locale, f"cli.calendar.{text}", **facts)


def _with(text: str, why: str, locale: str) -> str:
    return i18n.say(locale, "cli.common.note", text=text, note=why)


def _print(found: str, answer: "Answer", start: "date", end: "date", workdays: "WorkCalendar", locale: str) -> None:
    """Print what was found, marked where it rests on years not yet published, and which days were skipped or worked."""
    first, last = sorted((start.year, end.year))
    years = [str(year) for year in range(first, last + 1) if workdays.provisional(year)]
    why = _say(locale, "provisional", years=i18n.word(locale, "cli.common", "comma").join(years))
    print((_with(found, why, locale) if years else found) + _explained(answer, start.year, locale))


def _explained(answer: "Answer", year: int, locale: str) -> str:
    """Say which days were skipped and which weekends were worked; days of ``year`` without the year."""
    runs_by_kind: dict[str, list[str]] = {"skipped": [], "worked": []}
    steps = sorted(answer.steps, key=lambda step: step.day)
    for (counted, why), run in groupby(steps, key=lambda step: (step.counted, step.why)):
        if why != "weekday":
            days = _run([step.day for step in run], year, locale)
            runs_by_kind["worked" if counted else "skipped"].append(_with(days, _why(why, locale), locale))
    comma = i18n.word(locale, "cli.common", "comma")
    return "".join(_say(locale, text, days=comma.join(runs)) for text, runs in runs_by_kind.items() if runs)


def _run(days: "Sequence[date]", year: int, locale: str) -> str:
    first, last = (
        i18n.format_date(locale, day).removeprefix(f"{year}年").removesuffix(f" {year}") for day in (days[0], days[-1])
    )
    return first if first == last else _say(locale, "run", first=first, last=last)


def _why(reason: str, locale: str) -> str:
    """Put a reason of the calendar (``holiday:国庆节``) into words."""
    from commitments.calendar.workdays import CHINESE

    kind, _, name = reason.partition(":")
    english = {chinese: word for word, chinese in CHINESE.items()}
    return _say(locale, kind, name=english.get(name, name) if locale == "en" else name)


# -- the calendar itself ---------------------------------------------------------------------------------------


@group.command()
def show(
    ctx: typer.Context,
    year: Annotated[int, typer.Argument(min=1, max=9999, help="年份 · Year.")],
    json: JsonOption = False,
) -> None:
    """一年中的放假与调休 · Show the weekdays off and the weekends worked of a year, and why.

    $ tracker calendar show 2026
    """
    app, locale = _program(command(ctx))
    steps, provisional = app.workdays.year_days(year), app.workdays.provisional(year)
    if json:
        days = [{"date": step.day, "worked": step.counted, "why": step.why} for step in steps]
        print_json({"year": year, "provisional": provisional, "days": days})
        return
    print_table(i18n.table(locale, "cli.calendar.column"), [_row(step, locale) for step in steps])
    if provisional:
        say(_say(locale, "provisional", years=year))


def _row(step: "Step", locale: str) -> dict[str, object]:
    weekday = i18n.word(locale, "weekday", str(step.day.isoweekday()))
    what = _say(locale, "on" if step.counted else "off")
    return {"date": step.day, "weekday": weekday, "what": what, "why": _why(step.why, locale)}


@group.command()
def check(ctx: typer.Context, json: JsonOption = False) -> None:
    """检查工作日历文件，哪些年份已公布 · Check the calendar file; say which years are published and which provisional.

    $ tracker calendar check
    """
    app, locale = _program(command(ctx))
    facts = _checked(app)
    if json:
        print_json(facts)
        return
    complete = {True: _say(locale, "complete"), False: ""}
    own = "\n".join(
        _say(locale, "own", **{**year, "complete": complete[year["complete"]]}).rstrip() for year in facts["own"]
    )
    values = {**facts, "published": "–".join(map(str, facts["published"])), "own": own}
    names = i18n.table(locale, "cli.calendar.label")
    print_facts({names[field]: value for field, value in values.items() if value})


def _checked(app: "App") -> dict[str, Any]:
    """Return what is published, what the operator's file says, the first provisional year. Raises CalendarFileError."""
    found, file = app.workdays.check(), app.config.calendar_file
    return {
        "published": found.published,
        "file": str(file) if file else None,
        "own": [
            {"year": year, "off": len(own.off), "work": len(own.work), "complete": own.complete, "source": own.source}
            for year, own in sorted(found.operator.items())
        ],
        "provisional_from": next(year for year in numbers(found.published[1]) if app.workdays.provisional(year)),
    }
