"""The outbox: what was or will be sent; retrying, releasing and cancelling what is held."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commitments.errors import sentence
from commitments.i18n import say, word
from tracker.cli.base import ActorOption, CsvOption, JsonOption, UsageError, YesOption, command, confirm, worded
from tracker.cli.output import picked, print_csv, print_facts, print_json, print_table, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy.orm import Session

    from notifications.models import Message
    from tracker.cli.base import Command

group = typer.Typer(no_args_is_help=True, help="发件箱 · What was or will be sent.", rich_markup_mode=None)
COLUMNS = (
    "id", "message_id", "to", "addressee", "channel", "kind", "state", "subject", "notices", "attempts", "sent_at",
    "error", "held",
)  # fmt: skip
ATTEMPT = ("n", "worker", "started_at", "finished_at", "outcome", "answer")
Id = Annotated[int, typer.Argument(help="邮件序号，见 outbox list · Number of the message.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[
        str, typer.Option("--state", help="frozen | sending | retry | unknown | sent | cancelled | dead")
    ] = "",
    held: Annotated[
        bool,
        typer.Option("--held", "--waiting", help="列出待告知和暂扣的通知 · What is owed or held, and why."),
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="最近几封 · The newest.")] = 200,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """列出邮件，最近的在前 · List messages, newest first.

    $ tracker outbox list
    $ tracker outbox list --held --json
    """
    from tracker.cli.wording import labels

    shared = command(ctx)
    with shared.app.reading() as session:
        rows = _notices(session) if held else _messages(session, state, limit)
    name = "notices" if held else "messages"
    if json:
        print_json({name: rows})
    elif csv:
        print_csv(tuple(rows[0]) if rows else COLUMNS, rows)
    elif held:
        print_notices(rows, shared.locale)
    else:
        names = ("id", "state", "to", "subject", "error")
        print_table(labels(shared.locale, names), [_worded(row, shared.locale) for row in rows], shared.locale)


def _worded(row: "Mapping[str, Any]", locale: str) -> dict[str, Any]:
    """Say how a message stands; one that waits for a person says so."""
    state = word(locale, "message_state", row["state"])
    held = say(locale, "cli.common.note", text=state, note=word(locale, "notice_state", "held"))
    return {**row, "state": held if row["held"] else state, "error": row["error"].message(locale)}


def print_notices(rows: "Sequence[Mapping[str, Any]]", locale: str) -> None:
    """Print notices that wait, in words: state, why, day, receiver, what."""
    from tracker.cli.wording import hold_reason, labels, notice

    worded = [
        {
            "state": word(locale, "notice_state", row["state"]), "reason": hold_reason(locale, row["reason"]),
            "slot": row["slot"], "notice": notice(locale, row["key"]),
        }
        for row in rows
    ]  # fmt: skip
    print_table(labels(locale, ("state", "reason", "slot", "notice")), worded, locale)


def _messages(session: "Session", state: str, limit: int) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from notifications.models import Message, Notice

    query = select(Message).order_by(Message.id.desc()).limit(limit)
    if state:
        query = query.where(Message.state == worded("--state", "message_state", state))
    messages = session.scalars(query).all()
    keys: dict[int, list[str]] = {message.id: [] for message in messages}
    carried = select(Notice.message_id, Notice.key).where(Notice.message_id.in_(keys)).order_by(Notice.id)
    for message, key in session.execute(carried):
        keys[message or 0].append(key)
    return [_facts(message, keys[message.id]) for message in messages]


def _facts(message: "Message", keys: list[str]) -> dict[str, Any]:
    from notifications.outbox.holds import is_suspended
    from notifications.remarks import worded

    known = {
        "to": message.mailbox, "notices": keys, "held": is_suspended(message), "error": worded(message.error),
    }  # fmt: skip
    return {name: known[name] if name in known else getattr(message, name) for name in COLUMNS}


def _notices(session: "Session") -> list[dict[str, Any]]:
    """Return what is owed or held, those in messages that wait for a person included: ``status`` counts the same."""
    from notifications.outbox.holds import suspended_notices
    from notifications.outbox.notices import waiting

    loose = [(n, n.state, n.reason) for n in waiting(session)]
    suspended = [(n, "held", f"message {n.message_id}") for n in suspended_notices(session)]
    return [
        {"key": n.key, "kind": n.kind, "to": n.addressee, "state": state, "reason": reason, "slot": n.slot}
        for n, state, reason in (*loose, *suspended)
    ]


@group.command()
def show(
    ctx: typer.Context,
    id_: Id,
    eml: Annotated[bool, typer.Option("--eml", help="原样输出邮件字节 · Print the frozen bytes.")] = False,
    json: JsonOption = False,
) -> None:
    """查看一封邮件及每次投递 · Show a message and every attempt with the relay's answer.

    $ tracker outbox show 1
    $ tracker outbox show 1 --eml
    """
    from sqlalchemy import select

    from notifications.models import Attempt, Notice
    from notifications.remarks import worded

    with command(ctx).app.reading() as session:
        message = _find(session, id_)
        keys = list(session.scalars(select(Notice.key).where(Notice.message_id == id_).order_by(Notice.id)))
        tries = session.scalars(select(Attempt).where(Attempt.message_id == id_).order_by(Attempt.n)).all()
    if eml:
        write_out(message.frozen)
        return
    attempts = [{**picked(each, ATTEMPT), "answer": worded(each.answer)} for each in tries]
    facts = {**_facts(message, keys), "slot": message.slot, "composition": message.composition}
    if json:
        print_json({"message": {**facts, "attempts": attempts}})
        return
    print_facts(_worded_facts(facts, attempts, command(ctx)))


def _worded_facts(
    facts: "Mapping[str, Any]", attempts: "Sequence[Mapping[str, Any]]", shared: "Command"
) -> dict[str, object]:
    """Return what a person reads of a message and its attempts, instants on the organisation's clock."""
    from tracker.cli.wording import label, notice, outcome, receiver

    locale, zone = shared.locale, shared.app.zone
    worded_facts = {
        **facts, "state": word(locale, "message_state", facts["state"]), "kind": word(locale, "notice", facts["kind"]),
        "held": word(locale, "notice_state", "held") if facts["held"] else "",
        "addressee": receiver(locale, facts["addressee"]), "sent_at": _clock(facts["sent_at"], zone),
        "error": facts["error"].message(locale),
        "notices": "\n".join(notice(locale, key) for key in facts["notices"]),
    }  # fmt: skip
    shown: dict[str, object] = {label(locale, name): value for name, value in worded_facts.items()}
    for each in attempts:
        ended = (
            f"{_clock(each['started_at'], zone)} {outcome(locale, each['outcome'])} {each['answer'].message(locale)}"
        )
        shown[say(locale, "cli.outbox.attempt", n=each["n"])] = ended
    return shown


def _clock(at: "datetime | None", zone: "ZoneInfo") -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else ""


def _find(session: "Session", id_: int) -> "Message":
    from commitments.errors import NoSuchMessage
    from notifications.models import Message

    message = session.get(Message, id_)
    if message is None:
        raise NoSuchMessage(id=id_)
    return message


@group.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(help="邮件序号，可多个，见 outbox list · Numbers of messages.")
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="全部已失败的 · All that are dead.")] = False,
    actor: ActorOption = "",
) -> None:
    """立即重试邮件（含已失败的），可一次多封 · Try messages again at the next pass, dead ones too.

    $ tracker outbox list --state dead
    $ tracker outbox retry --dead
    """
    from notifications.outbox import messages

    if bool(ids) == dead:
        raise UsageError(problem=sentence("cli.outbox.which"))
    shared = command(ctx)
    with shared.acting(actor).register() as register:
        named = [_find(register.session, each) for each in dict.fromkeys(ids or ())]
        chosen = messages.dead(register.session) if dead else named
        for message in chosen:
            _refuse_unless(message, "retry", "retry", "unknown", "dead", "frozen")
        for message in chosen:
            messages.try_again(register.session, message, register.now)
            register.note("outbox_retry", f"message {message.id}")
    for message in chosen:
        print(message.id)
    if not chosen:
        shared.tell("cli.outbox.none_dead")


def _refuse_unless(message: "Message", verb: str, *states: str) -> None:
    from commitments.errors import WrongMessageState

    if message.state not in states:
        raise WrongMessageState(id=message.id, message_state=message.state, verb=verb)


@group.command()
def release(ctx: typer.Context, yes: YesOption = False, actor: ActorOption = "") -> None:
    """放行被安全阀暂扣的通知 · Free what the guard holds; it goes out at the next pass.

    $ tracker outbox release --yes
    """
    from notifications.outbox import holds

    confirm(ctx, sentence("cli.outbox.release"), yes=yes)
    shared = command(ctx)
    with shared.acting(actor).register() as register:
        freed = holds.release(register.session, register.now)
        if freed:
            register.note("outbox_release", "guard", changes={"notices": freed})
    print(freed)
    shared.tell("cli.outbox.released" if freed else "cli.outbox.none_held", n=freed)


@group.command()
def cancel(
    ctx: typer.Context,
    id_: Annotated[
        int | None, typer.Argument(help="邮件序号；不填则取消全部暂扣 · A message; all held notices without.")
    ] = None,
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """取消一封未发出的邮件，或全部暂扣的通知 · Cancel a message that has not gone out, or all the guard holds.

    $ tracker outbox cancel --yes
    """
    from notifications import delivery
    from notifications.outbox import holds, messages
    from notifications.outbox.transitions import MESSAGE

    confirm(ctx, sentence("cli.outbox.cancel"), yes=yes)
    app = command(ctx).acting(actor)
    with app.reading() as session:
        doubtful = id_ is None and holds.clock_doubted(session)
    if doubtful:
        delivery.hold_due(app.context(), app.clock())
    with app.register() as register:
        if id_ is None:
            count = holds.cancel(register.session, register.now)
        else:
            message = _find(register.session, id_)
            _refuse_unless(message, "cancel", *MESSAGE.possible("cancel"))
            count = messages.cancel_message(register.session, message)
        if count:
            register.note("outbox_cancel", f"message {id_}" if id_ else "guard", changes={"notices": count})
    print(count)
