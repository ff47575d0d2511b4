"""What keeps mail from going out, found by looking and not by waiting for the daemon to say so.

Shown by ``status`` and ``doctor``; with any of it the dead man's switch is not pinged and ``/healthz`` answers 503.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from commitments.errors import Error, StorageTrouble
from commitments.storage import check_writable
from notifications import alerts
from notifications.outbox import overdue
from notifications.outbox.holds import CLOCK
from notifications.outbox.results import CHANNEL_ALERT
from tracker.errors import KeysGone

if TYPE_CHECKING:
    from tracker.app import App

UNWRITABLE = "the database cannot be written"
UNREADABLE = "a file of the configuration cannot be read"
KEYS_GONE = "the keys file of the links is gone; put it back, or make new keys with `tracker links rotate`"


@dataclass(frozen=True)
class Stoppage:
    """One thing that keeps mail in. ``kind`` may be shown to anybody, ``text`` to the operator only."""

    kind: str
    text: str


def found(app: "App") -> list[Stoppage]:
    """Return what keeps mail from going out. Alerts that stand are told by their own sentence.

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
        yield Stoppage(UNWRITABLE, f"the database cannot be written: {trouble}")


def _settings(_session: Session, app: "App") -> Iterator[Stoppage]:
    """Files with secrets may go, or be saved in a form that cannot be read, while the program runs."""
    looks: tuple[Callable[[], object], ...] = (app.config.password, app.check_keys)
    for look in looks:
        try:
            look()
        except (Error, OSError) as trouble:
            yield Stoppage(KEYS_GONE if isinstance(trouble, KeysGone) else UNREADABLE, str(trouble))


def _alerts(session: Session, _app: "App") -> Iterator[Stoppage]:
    for alert in alerts.standing(session):
        if alert.key == CHANNEL_ALERT:
            yield Stoppage("the mail channel rests", "")
        elif alert.key == CLOCK:
            yield Stoppage("the clock is not believed", "")
        elif alert.key.startswith("pass/"):
            yield Stoppage("a pass fails", "")


def _overdue(session: Session, app: "App") -> Iterator[Stoppage]:
    hours = overdue.Hours(zone=app.zone, send_at=app.config.reminders.send_at, workdays=app.workdays)
    waiting = overdue.count(session, hours, app.clock())
    if waiting:
        words = f"{waiting} notices or messages should have gone out more than two hours ago; does a daemon run?"
        yield Stoppage("mail waits for longer than it should", words)
