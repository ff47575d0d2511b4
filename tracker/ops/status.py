"""How the program does: what ``status`` prints, ``status --check`` judges, and what keeps mail from going out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commitments.errors import Error, Problem, StorageTrouble, sentence
from commitments.storage import check_writable, less_durable
from notifications import alerts
from notifications.models import MESSAGE_STATES, NOTICE_STATES, Instance, Message, Notice
from notifications.outbox import claims, holds, stuck, workers
from notifications.outbox.channel_rest import CHANNEL_ALERT
from notifications.outbox.holds import CLOCK
from notifications.remarks import worded
from tracker.errors import KeysGone

if TYPE_CHECKING:
    from tracker.app import App

HEALTHY, DEGRADED, DOWN = 0, 1, 2
SILENT_TICKS = timedelta(minutes=15)
SILENT_HEART = timedelta(minutes=5)
OLD_BACKUP = timedelta(days=3)
MINUTE = timedelta(minutes=1)
UNWRITABLE = "the database cannot be written"
UNREADABLE = "a file of the configuration cannot be read"
KEYS_GONE = "the keys file of the links is gone; put it back, or make new keys with `tracker links rotate`"


def look(app: "App") -> dict[str, Any]:
    """Return counts, ages, alerts and what keeps mail in. Raises StorageTrouble."""
    stopped = stoppages(app)
    with app.reading() as session:
        return facts(session, app, stopped)


def facts(session: Session, app: "App", stopped: Sequence["Stoppage"] = ()) -> dict[str, Any]:
    """Return counts, ages and alerts, and what was found to keep mail in. Instants are aware UTC."""
    instance = session.get_one(Instance, 1)
    notices = dict(session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all())
    messages = dict(session.execute(select(Message.state, func.count()).group_by(Message.state)).all())
    daemons = workers.expected(session)
    if app.database is not None:
        daemons = daemons[-1:]  # one daemon at a time: those before it were killed and could not sign off
    oldest_owed = select(func.min(Notice.slot)).where(Notice.state == "owed")
    return {
        "environment": instance.environment,
        "database": session.get_bind().dialect.name,
        "last_tick_at": instance.planned_at,
        "owed": notices.get("owed", 0),
        "held": notices.get("held", 0) + len(holds.suspended_notices(session)),
        "held_messages": holds.count_suspended(session),
        "sending": messages.get("sending", 0),
        "retry": messages.get("retry", 0) + messages.get("frozen", 0),
        "unknown": messages.get("unknown", 0),
        "dead": messages.get("dead", 0),
        "notices": {state: notices.get(state, 0) for state in NOTICE_STATES},
        "messages": {state: messages.get(state, 0) for state in MESSAGE_STATES},
        "oldest_owed_slot": session.scalar(oldest_owed),
        "channel_rests_until": instance.paused_until,
        "backed_up_at": instance.backed_up_at,
        "passed_at": instance.passed_at,
        "planned_at": instance.planned_at,
        "failed_passes": instance.failed_passes,
        "journal": less_durable(session.connection()),
        "stoppages": [vars(stoppage) for stoppage in stopped],
        "alerts": [{"at": alert.at, "text": worded(alert.text)} for alert in alerts.standing(session)],
        "workers": [
            {"id": w.id, "started_at": w.started_at, "heartbeat_at": w.heartbeat_at} for w in daemons
        ],
        "created_at": instance.created_at,
        "now": claims.lease_clock(session, app.clock()),
    }  # fmt: skip


def judge(found: dict[str, Any]) -> tuple[int, list[str]]:
    """Return 0 healthy, 1 degraded or 2 down, and why."""
    now: datetime = found["now"]
    planned = found["last_tick_at"]
    down = [
        sentence(f"cli.status.planned_{'last' if planned else 'never'}", worker=worker["id"], at=planned)
        for worker in found["workers"]
        if now - max(filter(None, (planned, worker["started_at"]))) > SILENT_TICKS
    ]
    down += [stoppage["text"] for stoppage in found["stoppages"] if stoppage["kind"] == UNWRITABLE]
    why = [stoppage["text"] for stoppage in found["stoppages"] if stoppage["text"] and stoppage["text"] not in down]
    why += [found["journal"]] if found["journal"] else []
    why += [sentence(f"cli.status.{count}", n=found[count]) for count in _COUNTS if found[count]]
    why += [sentence("cli.status.alert", text=alert["text"]) for alert in found["alerts"]]
    why += [
        sentence("cli.status.silent", worker=worker["id"], n=(now - worker["heartbeat_at"]) // MINUTE)
        for worker in found["workers"]
        if now - worker["heartbeat_at"] > SILENT_HEART
    ]
    last = found["backed_up_at"] or found["created_at"]
    nightly = found["workers"] and found["database"] == "sqlite"  # PostgreSQL is backed up by its own tools
    if nightly and now - last > OLD_BACKUP:
        why.append(sentence("cli.status.backup", at=last))
    return (DOWN if down else DEGRADED if why else HEALTHY), down + why


_COUNTS = ("dead", "held", "unknown")


@dataclass(frozen=True)
class Stoppage:
    """One thing that keeps mail in. ``kind`` may be shown to anybody, ``text`` to the operator only."""

    kind: str
    text: str


def stoppages(app: "App") -> list[Stoppage]:
    """Return what keeps mail from going out, found by looking and not by waiting for the daemon to say so.

    With any of it the dead man's switch is not pinged and ``/healthz`` answers 503. Alerts have their own sentences.

    Raises StorageTrouble when the database cannot be read.
    """
    unwritable = list(_database(app))
    with app.reading() as session:
        return [*unwritable, *(stoppage for look in (_settings, _alerts, _overdue) for stoppage in look(session, app))]


def _database(app: "App") -> Iterator[Stoppage]:
    """Try to write, with no transaction open: a reader who waits for another connection keeps writers waiting."""
    try:
        check_writable(app.engine)
    except StorageTrouble as trouble:
        yield Stoppage(UNWRITABLE, sentence("cli.status.unwritable", problem=Problem(trouble.message)))


def _settings(_session: Session, app: "App") -> Iterator[Stoppage]:
    """Files with secrets may go, or be saved in a form that cannot be read, while the program runs."""
    looks: tuple[Callable[[], object], ...] = (app.config.password, app.check_keys)
    for look in looks:
        try:
            look()
        except (Error, OSError) as trouble:
            known = Problem(trouble.message) if isinstance(trouble, Error) else str(trouble)
            yield Stoppage(KEYS_GONE if isinstance(trouble, KeysGone) else UNREADABLE, known)


def _alerts(session: Session, _app: "App") -> Iterator[Stoppage]:
    kinds = {CHANNEL_ALERT: "the mail channel rests", CLOCK: "the clock is not believed", "pass": "a pass fails"}
    for alert in alerts.standing(session):
        if kind := kinds.get("pass" if alert.key.startswith("pass/") else alert.key):
            yield Stoppage(kind, "")


def _overdue(session: Session, app: "App") -> Iterator[Stoppage]:
    hours = stuck.Hours(zone=app.zone, send_at=app.config.reminders.send_at, workdays=app.workdays)
    waiting = stuck.count(session, hours, app.clock())
    if waiting:
        yield Stoppage("mail waits for longer than it should", sentence("cli.status.overdue", n=waiting))
