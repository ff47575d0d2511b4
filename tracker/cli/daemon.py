"""Telling: remind (one pass), daemon (pass after pass), rehearse (on a copy)."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from commitments.errors import Problem, each_message, sentence
from tracker.cli.base import Command, JsonOption, UsageError, command
from tracker.cli.dates import read_bound
from tracker.cli.output import clean, print_json, print_table

if TYPE_CHECKING:
    from notifications.passes import Report
    from tracker.app import App


def remind(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看不发 · Show what would be owed; send nothing.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """立即执行一轮提醒 · Do one pass now, as the daemon's tick does.

    $ tracker remind --dry-run
    $ tracker remind
    """
    shared = command(ctx)
    app = shared.app
    if dry_run:
        _show_owed(ctx, app, json=json)
        return
    report = run_pass(app)
    if json:
        print_json(
            {"planned": report.planned, "outcomes": dict(report.outcomes), "silent_because": report.silent_because}
        )
    else:
        print(i18n.say(shared.locale, "cli.remind.done", planned=report.planned, sent=report.sent))
    if report.silent_because:
        shared.tell("cli.remind.silent", why=silence(report, shared.locale))
    else:
        _say_what_waits(shared, guess=not (report.trouble or report.steps.failed or _failed(report)))
    complain(report)


def _failed(report: "Report") -> dict[str, int]:
    """Count the messages that did not go out, by what became of them."""
    return {state: count for state, count in report.outcomes.items() if count and state in ("retry", "unknown", "dead")}


def _say_what_waits(shared: Command, *, guess: bool) -> None:
    """Say how many notices are owed or held, and unless that is known already, guess why they did not go out."""
    from notifications.outbox import notices
    from tracker.cli.wording import hold_reason

    with shared.app.reading() as session:
        left = notices.count_waiting(session)
    owed = sum(count for (state, _), count in left.items() if state == "owed")
    if owed:
        shared.tell("cli.remind.waiting_why" if guess else "cli.remind.waiting", n=owed)
    for (state, reason), count in left.items():
        if state == "held":
            shared.tell("cli.remind.held", n=count, reason=hold_reason(shared.locale, reason))


def silence(report: "Report", locale: str) -> str:
    """Return why nothing went out, in the reader's language."""
    (why,) = each_message([report.silent_because], locale)
    return why


def run_pass(app: "App") -> "Report":
    """Do a pass under the sending lock; keys that are gone stop no mail, and are told."""
    from notifications.passes import Steps

    engine, steps = app.engine, Steps()
    with app.sending():
        with steps.step("settings"):
            app.check_keys()
        report = app.run_once(steps=steps)
    engine.dispose()
    return report


def complain(report: "Report") -> None:
    """Delivery trouble is an error of its own, after the result was printed."""
    from commitments.errors import DeliveryFailed, Error
    from notifications.remarks import worded

    for failure in report.steps.failed:
        raise failure.trouble if isinstance(failure.trouble, Error) else DeliveryFailed(problem=worded(failure.text))
    failed = _failed(report)
    if report.trouble or failed:
        raise DeliveryFailed(problem=Problem(lambda locale: _failures(report.trouble, failed, locale)))


def _failures(trouble: str, failed: dict[str, int], locale: str) -> str:
    """Say what the relay said, and how many messages did not go out."""
    counts = [
        i18n.say(locale, "cli.remind.failed", n=count, state=i18n.word(locale, "message_state", state))
        for state, count in failed.items()
    ]
    failed_counts = i18n.word(locale, "cli.common", "comma").join(counts)
    parts = (*each_message([trouble], locale), failed_counts)
    return i18n.word(locale, "cli.common", "semicolon").join(filter(None, parts))


def _show_owed(ctx: typer.Context, app: "App", *, json: bool) -> None:
    """Plan in a transaction that is rolled back; print what would be owed."""
    from notifications import delivery
    from notifications.outbox import notices
    from tracker.cli.outbox import print_notices

    context = app.context()
    delivery.check_environment(context)
    with delivery.trial(context, app.clock()) as session:
        rows = [
            {"slot": n.slot, "state": n.state, "to": n.addressee, "key": n.key, "reason": n.reason}
            for n in notices.waiting(session)
        ]
    if json:
        print_json({"notices": rows})
    else:
        print_notices(rows, command(ctx).locale)
    if why := delivery.why_not(context, app.clock()):
        (reason,) = each_message([why], command(ctx).locale)
        command(ctx).tell("cli.remind.would_be_silent", why=reason)


def daemon(
    ctx: typer.Context,
    serve: Annotated[bool, typer.Option("--serve", help="同时提供网页 · Serve the pages too.")] = False,
) -> None:
    """守护进程：按期提醒、逐月通报，直到收到 SIGTERM · Run until SIGTERM."""
    from tracker.daemon import Daemon

    shared = command(ctx)
    logging.getLogger("yinuo").setLevel(logging.DEBUG if shared.verbose else logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds the one before at work is no news
    raise typer.Exit(Daemon(shared.app, serve=serve).run())


def rehearse(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", help="从哪天 · First day.")],
    until: Annotated[str, typer.Option("--until", help="到哪天 · Last day.")],
    into: Annotated[Path, typer.Option("--into", help="写到哪个文件夹 · Folder for the mails.")],
    json: JsonOption = False,
) -> None:
    """在副本上预演，不发送任何邮件 · The mails that would go out, on a copy; nothing is sent.

    $ tracker rehearse --from 2019-12-01 --until 2020-01-31 --into preview
    """
    from commitments.errors import DeliveryFailed
    from tracker.ops.rehearsal import Rehearsal

    shared = command(ctx)
    app = shared.app
    begin, end = read_bound(first, app, shared.locale), read_bound(until, app, shared.locale)
    if end < begin:
        raise UsageError(problem=sentence("cli.rehearse.span", first=begin, last=end))
    if into.exists() and any(into.iterdir()):
        raise UsageError(problem=sentence("cli.rehearse.not_empty", folder=into))
    with Rehearsal(app, into) as rehearsal:
        sent = rehearsal.run(begin, end)
        uncomposable, why = rehearsal.uncomposable()
    rows = [{"day": m.told_on, "to": m.mailbox, "kind": m.kind, "subject": clean(m.subject)} for m in sent]
    if json:
        print_json({"messages": rows})
    else:
        print_table(i18n.table(shared.locale, "cli.rehearse.column"), rows)
        shared.tell("cli.rehearse.written", n=len(rows), folder=into)
    if uncomposable:
        raise DeliveryFailed(problem=sentence("cli.rehearse.not_composed", n=uncomposable, why=why))
