"""The proposing unit's monthly digest: preview, approve, send."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commitments import i18n
from commitments.damage import visible
from commitments.errors import sentence
from tracker.cli.base import ActorOption, ForceOption, JsonOption, UsageError, command, save
from tracker.cli.output import clean, print_json, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notifications.mail.render import Rendered
    from notifications.models import Digest, Notice
    from tracker.app import App

group = typer.Typer(no_args_is_help=True, help="办理情况月报 · The monthly digest.", rich_markup_mode=None)
Unit = Annotated[str, typer.Option("--unit", help="提案单位 · Proposing unit.")]
Month = Annotated[str, typer.Option("--month", help="月份 2019-07，默认上月 · Month; last month by default.")]


@group.command()
def show(
    ctx: typer.Context,
    unit: Unit,
    month: Month = "",
    html: Annotated[Path | None, typer.Option("--html", help="预览写入文件 · Write the HTML preview here.")] = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """查看或预览月报 · Show a digest as it went out, or as it would.

    $ tracker digest show --unit 市台联 --month 2019-07
    """
    shared = command(ctx)
    app = shared.app
    period = _month(month, app)
    if period > f"{app.today:%Y-%m}":
        raise UsageError(problem=sentence("cli.digest.not_begun", month=period))
    if period == f"{app.today:%Y-%m}":
        shared.tell("cli.digest.not_over", month=period)
    facts = _snapshot(app, unit, period)
    if json:
        print_json({"digest": facts})
        return
    _say_masked(facts, shared.locale)
    rendered = _render(app, unit, facts)
    if html:
        save(app, html, visible(rendered.html).encode(), force=force)
        shared.tell("cli.digest.written", file=html)
    else:
        print(clean(f"{rendered.subject}\n\n{rendered.text}", keep_lines=True))


def _month(month: str, app: "App") -> str:
    """Check ``2019-07``; without one, take last month."""
    from commitments.calendar.months import first_day, month_of, shifted

    month = month or shifted(month_of(app.today), -1)
    try:
        first_day(month)
    except ValueError:
        raise UsageError(problem=sentence("cli.digest.month", month=repr(month))) from None
    return month


def _snapshot(app: "App", unit: str, month: str) -> dict[str, Any]:
    """Return the stored snapshot as it is shown outside, or one made now."""
    from commitments.errors import NoSuchDigest
    from commitments.queries.lookup import find_department
    from notifications.plan import digests, masking
    from notifications.plan.periods import Owed

    context = app.context()
    with app.reading() as session:
        department = find_department(session, unit)
        try:
            return masking.shown(digests.find(session, department.name, month).snapshot)
        except NoSuchDigest:
            return digests.snapshot(session, department, Owed(month), context, app.today)


def _render(app: "App", unit: str, facts: dict[str, Any]) -> "Rendered":
    from commitments.queries.lookup import find_department
    from notifications.mail.render import Sender

    ours = app.context()
    with app.reading() as session:
        department = find_department(session, unit)
    sender = Sender(
        organisation=ours.name, reply_to=ours.reply_to, contact=ours.contact, today=app.today,
        recipient=department.name,
    )  # fmt: skip
    period = str(facts["period"])
    link = ours.links.unit(department.id, department.link_generation, period, app.today) if ours.links else ""
    context = {"sender": sender, "digest": facts, "copy": False, "link": link}
    return ours.renderer.render("monthly_digest", department.locale, context)


@group.command()
def approve(
    ctx: typer.Context, unit: Unit, month: Month = "", actor: ActorOption = "", json: JsonOption = False
) -> None:
    """批准发出月报（approval = "required" 时）· Approve a digest that waits; it goes out at the next pass.

    $ tracker digest show --unit 市台联 --month 2019-07
    """
    from notifications.plan import digests, masking

    shared = command(ctx)
    app = shared.acting(actor)
    with app.register() as register:
        facts = masking.shown(digests.approve(register, unit, _month(month, app), by=app.actor).snapshot)
    if json:
        print_json({"approved": {name: facts[name] for name in ("unit", "period", "number", "masked")}})
        return
    print(f"{facts['unit']} {facts['period']}")
    _say_masked(facts, shared.locale)


def _say_masked(facts: "Mapping[str, Any]", locale: str) -> None:
    """Show who looks at a digest what was masked in it."""
    head = i18n.word(locale, "noun", "masked")
    for each in facts.get("masked", ()):
        field, kind = i18n.word(locale, "field", each["field"]), i18n.word(locale, "private", each["kind"])
        say(i18n.say(locale, "cli.common.pair", name=head, value=f"{each['ref']}  {field}  {kind}"))


@group.command()
def send(ctx: typer.Context, unit: Unit, month: Month = "") -> None:
    """到期的月报立即发出，并说明为何未发 · Send a digest that is owed, or say why it does not go.

    $ tracker digest show --unit 市台联 --month 2019-07
    """
    from sqlalchemy import select

    from notifications.models import Notice
    from notifications.plan import digests
    from tracker.cli.daemon import complain, run_pass, silence

    shared = command(ctx)
    app = shared.app
    report = run_pass(app)
    with app.reading() as session:
        digest = digests.find(session, unit, _month(month, app))
        mine = select(Notice).where(Notice.digest_id == digest.id, Notice.role == "unit")
        notice = session.scalars(mine).one()
    print(_standing(digest, notice, shared.locale))
    if report.silent_because:
        shared.tell("cli.remind.silent", why=silence(report, shared.locale))
    complain(report)


def _standing(digest: "Digest", notice: "Notice", locale: str) -> str:
    """Say how the notice of a digest stands, and why it is held."""
    from tracker.cli.wording import hold_reason

    state = i18n.word(locale, "notice_state", notice.state)
    with_reason = i18n.say(locale, "cli.common.note", text=state, note=hold_reason(locale, notice.reason))
    name = f"{digest.snapshot['unit']} {digest.period}"
    return i18n.say(locale, "cli.common.pair", name=name, value=with_reason if notice.reason else state)
