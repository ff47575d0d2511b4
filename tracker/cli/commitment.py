"""Entering and correcting commitments: add, edit, confirm, drop."""

from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from commitments.errors import sentence
from tracker.cli.base import ActorOption, JsonOption, ReasonOption, Ref, UsageError, YesOption, command, confirm, worded
from tracker.cli.dates import EmptyDate, as_due, read_day, read_due
from tracker.cli.entering import QuietOption, say_late
from tracker.cli.filters import KIND, Letter
from tracker.cli.output import print_json, say
from tracker.cli.recorded import Recorded, recording

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from commitments.models import Department, Target

STRENGTH = typer.Option("--strength", help="明确承诺 firm | 计划安排 planned | 附条件 conditional | 原则表态 soft")
Support = Annotated[
    list[str] | None, typer.Option("--support", help="会办单位，可重复 · Supporting department, repeatable.")
]
Due = Annotated[str | None, typer.Option("--due", help="期限：2019-12-31、明年6月底、10个工作日、+10wd · Deadline.")]
Review = Annotated[
    str | None, typer.Option("--review-on", help="复核日期（无期限时）· Review date, when there is no deadline.")
]


class BadTarget(UsageError):
    """A target that is no number with its unit."""


def add(
    ctx: typer.Context,
    letter: Letter,
    title: Annotated[str, typer.Option("--title", help="事项名称 · What was promised, in a few words.")],
    lead: Annotated[str, typer.Option("--lead", help="主办单位 · Lead department.")],
    support: Support = None,
    due: Due = None,
    review_on: Review = None,
    quote: Annotated[str, typer.Option("--quote", help="答复函原文 · The letter's words.")] = "",
    summary: Annotated[str, typer.Option("--summary", help="答复要点，转述 · The letter's words, restated.")] = "",
    section: Annotated[str, typer.Option("--section", help="所在章节 · Section of the letter.")] = "",
    ordinal: Annotated[str, typer.Option("--ordinal", help="序号，如 一是 · Its number there.")] = "",
    kind: Annotated[str, KIND] = "pledge",
    strength: Annotated[str, STRENGTH] = "planned",
    owner_basis: Annotated[
        str, typer.Option("--owner-basis", help="答复函写明 stated | 答复单位自办 self | 推定 inferred")
    ] = "stated",
    due_text: Annotated[str, typer.Option("--due-text", help="期限原文 · The deadline as written.")] = "",
    due_basis: Annotated[
        str,
        typer.Option(
            "--due-basis", help="答复函写明 stated | 由答复函推算 derived | 暂按惯例推定 assumed | 人工确定 set"
        ),
    ] = "",
    due_rule: Annotated[str, typer.Option("--due-rule", help="如何推算 · How the date was found.")] = "",
    condition: Annotated[str, typer.Option("--condition", help="前提，如 待…后 · What it waits for.")] = "",
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help="量化目标：名称=目标值单位，如 创建比例=10% · What=goal and unit."),
    ] = None,
    ref: Annotated[str, typer.Option("--ref", help="编号，默认自动 · Its ref; numbered by itself by default.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="先列为待确认 · Keep it a draft.")] = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    actor: ActorOption = "",
) -> None:
    """新增承诺事项 · Add a commitment.

    $ tracker add --letter 1007 --title 社区工作简报 --lead 市民政局 --due 2019-12-31
    $ tracker add --letter 1007 --title 议事厅提升 --lead 市民政局 --support 各区政府 --due +10wd
    """  # fmt: skip
    from commitments.models import Commitment
    from commitments.queries import lookup
    from commitments.register import opening
    from tracker import late_entries

    shared = command(ctx)
    app = shared.acting(actor)
    dated = as_due(read_due(due, app, shared.locale, yes=yes), shared.locale) if due else {}
    review = read_day(review_on, app, shared.locale, yes=yes) if review_on else None
    basis = worded("--due-basis", "due_basis", due_basis) if due_basis else "stated" if due_text else "set"
    if quiet and draft:
        raise UsageError(problem=sentence("cli.add.quiet_draft"))
    with app.register() as register:
        row = Commitment(
            ref=ref,
            letter=lookup.find_letter(register.session, letter),
            title=title,
            quote=quote,
            summary=summary,
            section=section,
            ordinal=ordinal or None,
            kind=worded("--kind", "kind", kind),
            strength=worded("--strength", "strength", strength),
            lead=lookup.find_department(register.session, lead),
            support=_departments(register.session, support or []),
            owner_basis=worded("--owner-basis", "owner_basis", owner_basis),
            due_text=due_text,
            due_basis=basis if due else None,
            condition=condition,
            review_on=review,
            state="draft" if draft else "open",
            targets=[_target(text) for text in target or []],
            **({**dated, "due_rule": due_rule} if due_rule else dated),
        )
        opening.add(register, row)
        late = late_entries.opened(app, register, [row.ref], quiet=quiet)
        answer = Recorded(app, shared.locale, register)
        answer.add("add", row, answer.due(row), answer.opened(row))
    overdue = sum(each.overdue for each in late)
    print_json({"ref": row.ref, "overdue": overdue}) if json else print(row.ref)
    answer.say()
    say_late(late, app, shared.locale)


def _departments(session: "Session", names: list[str]) -> "list[Department]":
    from commitments.queries.lookup import find_department

    return [find_department(session, name) for name in names]


def _target(text: str) -> "Target":
    """Read ``创建比例=10%``: what, goal, unit."""
    import re

    from commitments.errors import BadFigure, Mistake
    from commitments.models import Target
    from commitments.text import amounts

    match = re.fullmatch(rf"(.+?)=\s*({amounts.NUMBER})\s*((?!\s){amounts.UNIT})", text.strip())
    if match is None:
        raise BadTarget(what=f"--target {text}")
    try:
        return Target(what=match[1].strip(), goal=amounts.read(match[2]), unit=match[3])
    except Mistake as wrong:
        raise BadFigure(what=f"--target {match[1]}", problem=wrong) from None


def edit(
    ctx: typer.Context,
    ref: Ref,
    reason: ReasonOption = "",
    lead: Annotated[str | None, typer.Option("--lead", help="主办单位 · Lead department.")] = None,
    support: Annotated[
        list[str] | None, typer.Option("--support", help="会办单位，可重复；“-”表示没有 · Supporting; '-' for none.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="事项名称 · Title.")] = None,
    quote: Annotated[str | None, typer.Option("--quote", help="原文 · The letter's words.")] = None,
    summary: Annotated[str | None, typer.Option("--summary", help="答复要点，转述 · The words, restated.")] = None,
    due: Due = None,
    review_on: Review = None,
    kind: Annotated[str | None, KIND] = None,
    strength: Annotated[str | None, STRENGTH] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="前提 · What it waits for.")] = None,
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """更正承诺事项（须写理由）· Correct a commitment; say why.

    $ tracker edit 2019-1007-04 --title 公共服务信息平台 --reason 名称写全
    $ tracker edit 2019-1007-06 --due 2020-06-30 --reason 领导批示明确期限
    """
    from commitments.queries.lookup import find, find_department
    from commitments.register import editing

    shared = command(ctx)
    app = shared.acting(actor)
    for option, given in (("--due", due), ("--review-on", review_on)):
        if given is not None and not given.strip():
            raise EmptyDate(option=option)
    if due and review_on:
        raise UsageError(problem=sentence("cli.edit.one_date"))
    dated = as_due(read_due(due, app, shared.locale, yes=yes), shared.locale) if due else {}
    if review_on:
        dated["review_on"] = read_day(review_on, app, shared.locale, yes=yes)
    with recording(ctx, actor) as answer:
        register = answer.register
        new: dict[str, object] = {
            name: value
            for name, value in {"title": title, "quote": quote, "summary": summary, "condition": condition}.items()
            if value is not None
        }
        for name, value in (("kind", kind), ("strength", strength)):
            if value is not None:
                new[name] = worded(f"--{name}", name, value)
        if lead is not None:
            new["lead"] = find_department(register.session, lead)
        if support is not None:
            new["support"] = _departments(register.session, [name for name in support if name != "-"])
        before = find(register.session, ref)
        day, had_deadline = before.due_on or before.review_on, before.due_on is not None
        row = editing.edit(register, ref, reason, **new, **dated)
        same = had_deadline == (row.due_on is not None)  # a review date was no other deadline before
        answer.add("edit", row, answer.due(row, day if same else None), answer.ladder(row))


def confirm_draft(
    ctx: typer.Context,
    refs: Annotated[list[str] | None, typer.Argument(help="承诺编号 · Refs.")] = None,
    all_stated: Annotated[
        str,
        typer.Option(
            "--all-stated",
            metavar="LETTER",
            help="该函中责任单位、期限都写明，没有疑问的待确认事项 · Those whose owner and deadline the words state.",
        ),
    ] = "",
    quiet: QuietOption = False,
    actor: ActorOption = "",
) -> None:
    """确认待确认事项，正式立项 · Confirm drafts; they become open.

    $ tracker confirm 2019-1007-12
    $ tracker confirm --all-stated 1007
    """  # fmt: skip
    from commitments.register import opening

    if bool(refs) == bool(all_stated):
        raise UsageError(problem=sentence("cli.confirm.which"))
    from tracker import late_entries

    with recording(ctx, actor) as answer:
        chosen = refs or _stated_drafts(answer.register.session, all_stated)
        rows = [opening.confirm(answer.register, ref) for ref in chosen]
        if not rows:
            say(i18n.say(answer.locale, "cli.confirm.none_stated", letter=all_stated))
        late = late_entries.opened(answer.app, answer.register, chosen, quiet=quiet)
        for row in rows:
            answer.add("confirm", row, answer.due(row), answer.opened(row))
    say_late(late, answer.app, answer.locale)


def _stated_drafts(session: "Session", number: str) -> list[str]:
    """Return the drafts of a letter whose owner and deadline its words state."""
    from sqlalchemy import select

    from commitments.models import Commitment, Source
    from commitments.queries.lookup import find_letter
    from commitments.register.letter_import import is_stated

    letter = find_letter(session, number)
    source = session.get(Source, letter.id)
    drafts = select(Commitment).where(Commitment.letter_id == letter.id, Commitment.state == "draft")
    rows = session.scalars(drafts.order_by(Commitment.ref)).all()
    return [row.ref for row in rows if is_stated(row, source)]


def drop(
    ctx: typer.Context, ref: Ref, reason: ReasonOption = "", yes: YesOption = False, actor: ActorOption = ""
) -> None:
    """删除待确认事项 · Drop a draft; the history keeps it.

    $ tracker drop 2019-1007-12 --yes
    """
    from commitments.queries.lookup import find
    from commitments.register import opening

    confirm(ctx, sentence("cli.drop.question", ref=ref), yes=yes)
    with recording(ctx, actor) as answer:
        answer.add("drop", find(answer.register.session, ref))
        opening.drop(answer.register, ref, reason)
