"""What happens to commitments: progress, extend, report-done, close, reopen."""

from typing import Annotated

import typer

from commitments import i18n
from commitments.errors import sentence
from tracker.cli.base import ActorOption, ReasonOption, Ref, UsageError, YesOption, command, worded
from tracker.cli.dates import read_day
from tracker.cli.recorded import recording

Evidence = Annotated[
    list[str] | None, typer.Option("--evidence", help="佐证材料：文件或网址，可重复 · File or address, repeatable.")
]
On = Annotated[str, typer.Option("--on", help="发生日期，默认今天 · When it happened; today by default.")]
Note = Annotated[str, typer.Option("--note", help="说明 · Note.")]


class BadProgress(UsageError):
    """A figure reported that is no number, or one that cannot be kept."""


def progress(
    ctx: typer.Context,
    ref: Ref,
    note: Annotated[str, typer.Option("--note", help="进展情况 · What was done.")],
    target: Annotated[list[str] | None, typer.Option("--target", help="量化目标进度：名称=数值 · WHAT=FIGURE.")] = None,
    evidence: Evidence = None,
    on: On = "",
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """登记进展 · Record what was done.

    $ tracker progress 2019-1007-02 --note 清单已报送审定
    $ tracker progress 2019-1007-08 --note 首批社区通过验收 --target 城市社区创建比例=4.5
    """
    from commitments.queries.lookup import find
    from commitments.register import progress
    from commitments.text import amounts

    shared = command(ctx)
    app = shared.acting(actor)
    figures = dict(_figure(text) for text in target or [])
    day = read_day(on, app, shared.locale, past=True, yes=yes) if on else None
    with recording(ctx, actor) as answer:
        progress.record(answer.register, ref, note, on=day, figures=figures, proofs=evidence or [])
        row = find(answer.register.session, ref)
        reported = (f"{what}={amounts.written(figure)}" for what, figure in figures.items())
        joined = i18n.word(shared.locale, "cli.common", "semicolon").join(reported)
        facts = (answer.fact("note", note), answer.fact("figures", joined), answer.evidence(row), answer.due(row))
        answer.add("progress", row, *facts, answer.ladder(row))


def _figure(text: str) -> tuple[str, float]:
    from commitments.errors import Mistake
    from commitments.text import amounts

    what, _, figure = text.rpartition("=")
    try:
        return what.strip(), amounts.read(figure.strip().rstrip("%％"))
    except Mistake as wrong:
        raise BadProgress(what=f"--target {text}", problem=wrong) from None


def extend(
    ctx: typer.Context,
    ref: Ref,
    to: Annotated[str, typer.Option("--to", help="新期限 · The new deadline.")] = "",
    reason: ReasonOption = "",
    approved_by: Annotated[
        str, typer.Option("--approved-by", help="批准人，同时批准 · Who approved it, at once.")
    ] = "",
    approve: Annotated[bool, typer.Option("--approve", help="批准待审批的申请 · Approve the request.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="不同意待审批的申请 · Refuse the request.")] = False,
    by: Annotated[str, typer.Option("--by", help="决定人 · Who decides.")] = "",
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """申请延期，或批复延期 · Ask for a later deadline, or decide on a request.

    $ tracker extend 2019-1007-03 --to 2020-03-31 --reason 设备到货推迟
    $ tracker extend 2019-1007-03 --approve --by 分管领导
    """
    from commitments.register import extensions

    if bool(to) + approve + refuse != 1:
        raise UsageError(problem=sentence("cli.extend.which"))
    from commitments.queries.lookup import find

    shared = command(ctx)
    app = shared.acting(actor)
    day = read_day(to, app, shared.locale, yes=yes) if to else None
    with recording(ctx, actor) as answer:
        register = answer.register
        before = find(register.session, ref).due_on
        if day:
            extensions.ask(register, ref, day, reason)
            register.session.flush()
        if not day or approved_by:
            extensions.decide(register, ref, approve=approve or bool(day), by=approved_by or by or app.actor)
        row = find(register.session, ref)
        if day and not approved_by:
            until_then = answer.sentence("stands", due=answer.day(row.due_on)) if row.due_on else ""
            asked = (answer.fact("asked_for", answer.day(day)), answer.due(row), answer.fact("note", until_then))
            answer.add("extension_asked", row, *asked)
        else:
            action = "extension_refused" if refuse else "extended"
            answer.add(action, row, answer.due(row, before), answer.ladder(row))


def report_done(
    ctx: typer.Context,
    ref: Ref,
    evidence: Evidence = None,
    note: Note = "",
    on: On = "",
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """报告办结，等待验收 · Report a commitment done; it waits to be accepted.

    $ tracker report-done 2019-1007-01 --note 机制已印发 --evidence https://mzj.gz.example/jz.html
    """
    from commitments.register import closing

    shared = command(ctx)
    app = shared.acting(actor)
    day = read_day(on, app, shared.locale, past=True, yes=yes) if on else None
    with recording(ctx, actor) as answer:
        row = closing.report_done(answer.register, ref, note=note, proofs=evidence or [], on=day)
        office = answer.sentence("office", mailbox=app.config.organisation.mailbox)
        answer.add("report_done", row, answer.fact("note", note), answer.evidence(row), answer.fact("told", office))


def close(
    ctx: typer.Context,
    ref: Ref,
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome",
            help="已兑现 kept | 部分兑现 partly_kept | 未兑现 not_kept | 并入其他事项 merged | 撤回 withdrawn",
        ),
    ],
    evidence: Evidence = None,
    waiver: Annotated[str, typer.Option("--waiver", help="免附材料的理由 · Why no evidence is needed.")] = "",
    note: Note = "",
    next_due: Annotated[
        str, typer.Option("--next", help="下一年度期限，年度事项续立 · Open next year's, due then.")
    ] = "",
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """销号：写明结果，附佐证材料 · Close out with an outcome and evidence.

    $ tracker close 2019-1007-01 --outcome kept --evidence https://mzj.gz.example/jz.html
    $ tracker close 2019-1007-08 --outcome kept --waiver 现场查验 --next 2020-12-31
    """
    from commitments.register import closing

    shared = command(ctx)
    app = shared.acting(actor)
    following = read_day(next_due, app, shared.locale, yes=yes) if next_due else None
    with recording(ctx, actor) as answer:
        known, proofs = worded("--outcome", "outcome", outcome), evidence or []
        row = closing.close(answer.register, ref, known, proofs=proofs, waiver=waiver, note=note, next_due=following)
        facts = (answer.outcome(row), answer.fact("note", note or waiver), answer.evidence(row), answer.following(row))
        answer.add("close", row, *facts, answer.owners(row))


def reopen(ctx: typer.Context, ref: Ref, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """重新开启已销号或已报办结的事项 · Open again what was closed or reported done.

    $ tracker reopen 2019-1007-05 --reason 佐证材料不完整
    """
    from commitments.register import closing

    with recording(ctx, actor) as answer:
        row = closing.reopen(answer.register, ref, reason)
        answer.add("reopen", row, answer.fact("note", reason), answer.due(row), answer.owners(row))
