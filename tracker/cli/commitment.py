"""Entering and correcting commitments: add, edit, confirm, drop."""

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.base import ActorOption, ReasonOption, Ref, UsageError, YesOption, command, confirm, read_day, read_due
from tracker.cli.entering import QuietOption, count, say_late
from tracker.cli.output import print_json

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from commitments.models import Department, Target

Letter = Annotated[str, typer.Option("--letter", help="文号或提案号 · Document or proposal number.")]
Support = Annotated[
    list[str] | None, typer.Option("--support", help="会办单位，可重复 · Supporting department, repeatable.")
]
Due = Annotated[str, typer.Option("--due", help="期限：2019-12-31、2019年12月31日、+10wd、+30d · Deadline.")]
Review = Annotated[
    str, typer.Option("--review-on", help="复核日期（无期限时）· Review date, when there is no deadline.")
]


def register(cli: typer.Typer) -> None:
    """Add the commands to the program."""
    for name, verb in (("add", add), ("edit", edit), ("confirm", confirm_draft), ("drop", drop)):
        cli.command(name)(verb)


def add(
    ctx: typer.Context,
    letter: Letter,
    title: Annotated[str, typer.Option("--title", help="事项名称 · What was promised, in a few words.")],
    lead: Annotated[str, typer.Option("--lead", help="主办单位 · Lead department.")],
    support: Support = None,
    due: Due = "",
    review_on: Review = "",
    quote: Annotated[str, typer.Option("--quote", help="答复函原文 · The letter's words.")] = "",
    section: Annotated[str, typer.Option("--section", help="所在章节 · Section of the letter.")] = "",
    ordinal: Annotated[str, typer.Option("--ordinal", help="序号，如 一是 · Its number there.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="pledge | open_item | target")] = "pledge",
    strength: Annotated[str, typer.Option("--strength", help="firm | planned | conditional | soft")] = "planned",
    owner_basis: Annotated[str, typer.Option("--owner-basis", help="stated | self | inferred")] = "stated",
    due_text: Annotated[str, typer.Option("--due-text", help="原文的时限表述 · The deadline as written.")] = "",
    due_basis: Annotated[str, typer.Option("--due-basis", help="stated | derived | assumed | set")] = "",
    due_rule: Annotated[str, typer.Option("--due-rule", help="如何推算 · How the date was found.")] = "",
    condition: Annotated[str, typer.Option("--condition", help="前提，如 待…后 · What it waits for.")] = "",
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help="量化目标：名称=目标值单位，如 创建比例=10% · What=goal and unit."),
    ] = None,
    ref: Annotated[str, typer.Option("--ref", help="编号，默认自动 · Its ref; numbered by itself by default.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="先存草稿 · Keep it a draft.")] = False,
    quiet: QuietOption = False,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON · Print JSON.")] = False,
    actor: ActorOption = "",
) -> None:
    """新增承诺事项 · Add a commitment.

    $ tracker add --letter 1007 --title 社区工作简报 --lead 市民政局 --due 2019-12-31
    $ tracker add --letter 1007 --title 议事厅提升 --lead 市民政局 --support 各区政府 --due +10wd
    """  # fmt: skip
    from commitments import search  # noqa: PLC0415
    from commitments.models import Commitment  # noqa: PLC0415
    from tracker import entering  # noqa: PLC0415

    shared = command(ctx)
    app = shared.acting(actor)
    if quiet and draft:
        raise UsageError(problem="Give --quiet when the draft is confirmed, not with --draft.")
    with app.register() as register:
        day, offset = read_due(due, app) if due else (None, None)
        row = Commitment(
            ref=ref,
            letter=search.find_letter(register.session, letter),
            title=title,
            quote=quote,
            section=section,
            ordinal=ordinal or None,
            kind=kind,
            strength=strength,
            lead=search.find_department(register.session, lead),
            support=_departments(register.session, support or []),
            owner_basis=owner_basis,
            due_text=due_text,
            due_on=day,
            due_basis=(due_basis or ("stated" if due_text else "set")) if day else None,
            due_rule=due_rule or _rule(app.today, offset),
            due_from=app.today if offset else None,
            due_offset=offset,
            condition=condition,
            review_on=read_day(review_on, app) if review_on else None,
            state="draft" if draft else "open",
            targets=[_target(text) for text in target or []],
        )
        register.add(row)
        late = entering.opened(app, register, [row.ref], quiet=quiet)
    print_json({"ref": row.ref, "overdue": count(late)}) if json else print(row.ref)
    say_late(late, app, shared.locale)


def _departments(session: "Session", names: list[str]) -> "list[Department]":
    from commitments.search import find_department  # noqa: PLC0415

    return [find_department(session, name) for name in names]


def _rule(start: "date", offset: str | None) -> str:
    return f"{start.isoformat()} {offset}" if offset else ""


def _target(text: str) -> "Target":
    """Read ``创建比例=10%``: what, goal, unit."""
    import re  # noqa: PLC0415

    from commitments.models import Target  # noqa: PLC0415

    match = re.fullmatch(r"(.+?)=\s*(\d+(?:\.\d+)?)\s*(\S*)", text.strip())
    if match is None:
        raise UsageError(problem=f"--target {text!r}: write WHAT=GOAL with its unit, such as 创建比例=10%.")
    return Target(what=match[1].strip(), goal=float(match[2]), unit=match[3])


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
    due: Due = "",
    review_on: Review = "",
    kind: Annotated[str | None, typer.Option("--kind", help="pledge | open_item | target")] = None,
    strength: Annotated[str | None, typer.Option("--strength", help="firm | planned | conditional | soft")] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="前提 · What it waits for.")] = None,
    actor: ActorOption = "",
) -> None:
    """更正承诺事项（须写理由）· Correct a commitment; say why.

    $ tracker edit 2019-1007-04 --title 公共服务信息平台 --reason 名称写全
    $ tracker edit 2019-1007-06 --due 2020-06-30 --reason 领导批示明确期限
    """
    from commitments.search import find_department  # noqa: PLC0415

    app = command(ctx).acting(actor)
    if due and review_on:
        raise UsageError(problem="Give --due or --review-on, not both.")
    with app.register() as register:
        new: dict[str, object] = {
            name: value
            for name, value in {
                "title": title, "quote": quote, "kind": kind, "strength": strength, "condition": condition,
            }.items()
            if value is not None
        }  # fmt: skip
        if lead is not None:
            new["lead"] = find_department(register.session, lead)
        if support is not None:
            new["support"] = _departments(register.session, [name for name in support if name != "-"])
        if due:
            day, offset = read_due(due, app)
            new |= {"due_on": day, "due_from": app.today if offset else None, "due_offset": offset}
            new["due_rule"] = _rule(app.today, offset)
        if review_on:
            new["review_on"] = read_day(review_on, app)
        register.edit(ref, reason, **new)
    print(ref)


def confirm_draft(
    ctx: typer.Context,
    refs: Annotated[list[str] | None, typer.Argument(help="承诺编号 · Refs.")] = None,
    all_stated: Annotated[
        str,
        typer.Option(
            "--all-stated", metavar="LETTER", help="该函中责任单位、时限都已写明的草稿 · All that ask nothing."
        ),
    ] = "",
    quiet: QuietOption = False,
    actor: ActorOption = "",
) -> None:
    """确认草稿，正式立项 · Confirm drafts; they become open.

    $ tracker confirm 2019-1007-09
    $ tracker confirm --all-stated 1007
    """  # fmt: skip
    if bool(refs) == bool(all_stated):
        raise UsageError(problem="Give refs, or --all-stated LETTER.")
    from tracker import entering  # noqa: PLC0415

    shared = command(ctx)
    app = shared.acting(actor)
    with app.register() as register:
        chosen = refs or _stated_drafts(register.session, all_stated)
        for ref in chosen:
            register.confirm(ref)
        late = entering.opened(app, register, chosen, quiet=quiet)
    if chosen:
        print("\n".join(chosen))
    say_late(late, app, shared.locale)


def _stated_drafts(session: "Session", number: str) -> list[str]:
    """Return the drafts of a letter about which reading left no question."""
    from sqlalchemy import select  # noqa: PLC0415

    from commitments.models import Commitment, Source  # noqa: PLC0415
    from commitments.search import find_letter  # noqa: PLC0415

    letter = find_letter(session, number)
    source = session.get(Source, letter.id)
    drafts = select(Commitment.ref).where(Commitment.letter_id == letter.id, Commitment.state == "draft")
    refs = session.scalars(drafts.order_by(Commitment.ref)).all()
    return [ref for ref in refs if not (source and source.asks(ref))]


def drop(
    ctx: typer.Context, ref: Ref, reason: ReasonOption = "", yes: YesOption = False, actor: ActorOption = ""
) -> None:
    """删除草稿 · Drop a draft; the history keeps it.

    $ tracker drop 2019-1007-09 --yes
    """
    confirm(f"Drop the draft {ref}?", yes=yes)
    with command(ctx).acting(actor).register() as register:
        register.drop(ref, reason)
    print(ref)
