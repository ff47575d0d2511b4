"""How the program does, read from the database alone: what ``status`` prints and ``status --check`` judges."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commitments.storage import less_durable
from notifications import alerts
from notifications.models import MESSAGE_STATES, NOTICE_STATES, Instance, Message, Notice
from notifications.outbox import holds, leases, workers
from tracker.ops import stoppages

if TYPE_CHECKING:
    from tracker.app import App

HEALTHY, DEGRADED, DOWN = 0, 1, 2
SILENT_TICKS = timedelta(minutes=15)
SILENT_HEART = timedelta(minutes=5)
OLD_BACKUP = timedelta(days=3)
MINUTE = timedelta(minutes=1)


def look(app: "App") -> dict[str, Any]:
    """Return counts, ages, alerts and what keeps mail in. Raises StorageTrouble."""
    stopped = stoppages.found(app)
    with app.reading() as session:
        return facts(session, app, stopped)


def facts(session: Session, app: "App", stopped: Sequence[stoppages.Stoppage] = ()) -> dict[str, Any]:
    """Return counts, ages and alerts, and what was found to keep mail in. Instants are aware UTC."""
    instance = session.get_one(Instance, 1)
    notices = dict(session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all())
    messages = dict(session.execute(select(Message.state, func.count()).group_by(Message.state)).all())
    daemons = workers.expected(session)
    if app.database is not None:
        daemons = daemons[-1:]  # one daemon at a time: those before it were killed and could not sign off
    overdue = select(func.min(Notice.slot)).where(Notice.state == "owed")
    return {
        "environment": instance.environment,
        "database": session.get_bind().dialect.name,
        "last_tick_at": instance.planned_at,
        "owed": notices.get("owed", 0),
        "held": notices.get("held", 0) + len(holds.parked_notices(session)),
        "held_messages": holds.parked(session),
        "sending": messages.get("sending", 0),
        "retry": messages.get("retry", 0) + messages.get("frozen", 0),
        "unknown": messages.get("unknown", 0),
        "dead": messages.get("dead", 0),
        "notices": {state: notices.get(state, 0) for state in NOTICE_STATES},
        "messages": {state: messages.get(state, 0) for state in MESSAGE_STATES},
        "oldest_owed_slot": session.scalar(overdue),
        "channel_rests_until": instance.paused_until,
        "backed_up_at": instance.backed_up_at,
        "passed_at": instance.passed_at,
        "planned_at": instance.planned_at,
        "failed_passes": instance.failed_passes,
        "journal": less_durable(session.connection()),
        "stoppages": [vars(stoppage) for stoppage in stopped],
        "alerts": [{"at": alert.at, "text": alert.text} for alert in alerts.standing(session)],
        "workers": [
            {"id": w.id, "started_at": w.started_at, "heartbeat_at": w.heartbeat_at} for w in daemons
        ],
        "created_at": instance.created_at,
        "now": leases.lease_clock(session, app.clock()),
    }  # fmt: skip


def judge(found: dict[str, Any]) -> tuple[int, list[str]]:
    """Return 0 healthy, 1 degraded or 2 down, and why."""
    now: datetime = found["now"]
    down = [
        f"daemon {worker['id']} has not planned since {found['last_tick_at'] or 'its start'}"
        for worker in found["workers"]
        if now - max(filter(None, (found["last_tick_at"], worker["started_at"]))) > SILENT_TICKS
    ]
    down += [stoppage["text"] for stoppage in found["stoppages"] if stoppage["kind"] == stoppages.UNWRITABLE]
    why = [stoppage["text"] for stoppage in found["stoppages"] if stoppage["text"] and stoppage["text"] not in down]
    why += [found["journal"]] if found["journal"] else []
    why += [f"{found[count]} {words}" for count, words in _COUNTS.items() if found[count]]
    why += [f"alert: {alert['text']}" for alert in found["alerts"]]
    why += [
        f"daemon {worker['id']} has been silent for {(now - worker['heartbeat_at']) // MINUTE} minutes"
        for worker in found["workers"]
        if now - worker["heartbeat_at"] > SILENT_HEART
    ]
    last = found["backed_up_at"] or found["created_at"]
    nightly = found["workers"] and found["database"] == "sqlite"  # PostgreSQL is backed up by its own tools
    if nightly and now - last > OLD_BACKUP:
        why.append(f"the last backup is of {last}")
    return (DOWN if down else DEGRADED if why else HEALTHY), down + why


_COUNTS = {"dead": "messages are dead", "held": "notices are held", "unknown": "messages with unknown outcome"}
