"""Rehearsing: the real pass on a copy of the ledger, with a clock that steps through the days; mails go to a folder."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, select

from commitments.errors import DeliveryFailed, Problem, Refused, each_message
from commitments.storage import copy_into, writing
from notifications import alerts
from notifications.channels import ChannelDown
from notifications.channels.folder import FolderChannel
from notifications.delivery import pass_once
from notifications.models import UNCOMPOSABLE, Instance, Message, Notice
from notifications.outbox.holds import UNCOMPOSABLE_ALERTS
from notifications.remarks import worded
from tracker.app import App
from tracker.ops import link_keys

if TYPE_CHECKING:
    from commitments.register.context import Register

Happening = Callable[["Register"], object]
EVENING = time(17, 0)


class OnlySqlite(Refused):
    """Rehearsals copy an SQLite file."""


class Rehearsal:
    """A copy of the ledger whose days pass at once. Use as a context; mails go to ``into``."""

    def __init__(self, app: App, into: Path, *, copy: bool = True) -> None:
        self.source = app
        self.into = into
        self.copy = copy
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        """Copy the ledger unless it is to be changed in place."""
        config = self.source.config
        if self.copy:
            folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
            config = config.at_database(_copied(self.source, folder))
            if config.web.base_url:  # its own, however it stands with those of the ledger
                link_keys.read(config.keys_file)
        self.app = App(config, actor=self.source.actor, clock=lambda: self.now, durable=False)
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the copy."""
        self.app.engine.dispose()
        self._closing.close()

    def run(
        self, first: date, last: date, happenings: Mapping[date, Sequence[Happening]] | None = None
    ) -> Sequence[Message]:
        """Let the days from ``first`` to ``last`` pass; return the messages that went out, in order.

        Each working day has a pass at the send time; in the evening come the day's happenings.
        """
        context = self.app.context(FolderChannel(self.into, durable=False))
        check_folder(self.into)
        self.begin(first)
        with self.app.sending():
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                self.now = self._not_before_now(day, context.send_at)
                if context.may_send(self.now):  # on a day off a pass would only wait
                    pass_once(context, lambda: self.now)
                self.now = self._not_before_now(day, EVENING)
                for happening in (happenings or {}).get(day, ()):
                    with self.app.register() as register:
                        happening(register)
        with self.app.reading() as session:
            sent = session.scalars(select(Message).where(Message.state == "sent").order_by(Message.sent_at, Message.id))
            during = [message for message in sent if message.told_on >= first]
        _write_html(self.into)
        return during

    def uncomposable(self) -> tuple[int, str]:
        """Return how many notices could not be composed, and what the alerts say of them."""
        with self.app.reading() as session:
            held = select(func.count()).where(Notice.state == "held", Notice.reason == UNCOMPOSABLE)
            of = (UNCOMPOSABLE_ALERTS, "pass/")
            texts = [worded(alert.text) for alert in alerts.standing(session) if alert.key.startswith(of)]
            return session.scalar(held) or 0, Problem(lambda locale: "; ".join(each_message(texts, locale)))

    def _not_before_now(self, day: date, moment: time) -> datetime:
        """Return a moment of a day; of today none that is over, when what was entered since did not stand yet."""
        at = self._at(day, moment)
        return max(at, self.source.clock()) if day == self.source.today else at

    def _at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, tzinfo=self.app.zone).astimezone(UTC)

    def begin(self, first: date) -> None:
        """Set the clock to the first morning, as if the planner had been at work until then: no gap is guarded."""
        self.now = self._at(first, time(0, 0))
        with writing(self.app.engine) as session:
            session.get_one(Instance, 1).planned_at = self.now


def check_folder(folder: Path) -> None:
    """Raise DeliveryFailed when no mail can be written there, before months pass in vain."""
    try:
        FolderChannel(folder).open()
    except ChannelDown as down:
        raise DeliveryFailed(problem=worded(down.why)) from down


def _write_html(folder: Path) -> None:
    """Write ``NAME.html`` beside each ``NAME.eml``, for a browser to open."""
    for eml in folder.glob("*.eml"):
        body = message_from_bytes(eml.read_bytes(), policy=policy.default).get_body(("html",))
        if body is not None:
            eml.with_suffix(".html").write_text(body.get_content(), encoding="utf-8")


def _copied(app: App, folder: Path) -> Path:
    """Copy through SQLite; the live file is never opened by hand."""
    if app.database is None:
        raise OnlySqlite
    target = folder / "rehearsal.db"
    copy_into(app.engine, target)
    return target
