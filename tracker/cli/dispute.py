"""A department says that a commitment is not its to do (职责异议), and what is decided: dispute."""

from typing import Annotated

import typer

from commitments.errors import sentence
from commitments.i18n import word
from tracker.cli.base import ActorOption, ReasonOption, Ref, UsageError
from tracker.cli.recorded import recording


def dispute(
    ctx: typer.Context,
    ref: Ref,
    department: Annotated[str, typer.Option("--department", help="提出异议的单位 · The department that disputes.")],
    reason: ReasonOption = "",
    accept: Annotated[bool, typer.Option("--accept", help="异议成立 · The dispute is right.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="异议不成立 · The dispute is wrong.")] = False,
    lead: Annotated[str, typer.Option("--lead", help="改由谁主办 · Who leads instead.")] = "",
    by: Annotated[str, typer.Option("--by", help="决定人 · Who decides.")] = "",
    note: Annotated[str, typer.Option("--note", help="处理意见 · What to say about the decision.")] = "",
    actor: ActorOption = "",
) -> None:
    """登记职责异议，或作出处理 · Record that it is not a department's to do, or decide on that.

    $ tracker dispute 2019-1007-02 --department 各区政府 --reason 清单由市级部门制定
    $ tracker dispute 2019-1007-04 --department 市政务服务数据管理局 --refuse --by 分管领导 --note 答复函已写明
    $ tracker dispute 2019-1007-01 --department 市民政局 --accept --lead 市委组织部 --by 分管领导
    """
    from commitments.queries.lookup import find, find_department
    from commitments.register import responses

    if bool(reason) + accept + refuse != 1:
        raise UsageError(problem=sentence("cli.dispute.which"))
    with recording(ctx, actor) as answer:
        register = answer.register
        whose = find_department(register.session, department)
        if reason:
            responses.dispute(register, ref, whose, reason)
        else:
            other = find_department(register.session, lead) if lead else None
            responses.decide_dispute(
                register, ref, department=whose, accept=accept, by=by or register.actor, note=note, lead=other
            )
        row = find(register.session, ref)
        action = "dispute" if reason else "dispute_accepted" if accept else "dispute_refused"
        disputed = (word(answer.locale, "noun", "dispute"), whose.name)
        undecided = answer.sentence("decide") if reason else ""
        answer.add(action, row, disputed, answer.fact("note", reason or note), answer.fact("note", undecided))
