"""The outbox as a sender sees it: each method is one whole transaction, and none is open when it returns."""

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments.damage import is_damaged
from commitments.errors import StorageTrouble
from commitments.storage import reading, until_done, writing
from notifications import alerts
from notifications.channels import ChannelDown, Outcome, OutgoingMessage
from notifications.connections import Ended, Outgoing
from notifications.context import Context
from notifications.mail.compose import Draft
from notifications.mail.composer import Composed, Known
from notifications.mail.gather import Batch, gather
from notifications.models import Message
from notifications.outbox import attempts, channel_rest, claims, holds, messages, notices, refusals, workers
from notifications.outbox.claims import Lease
from notifications.plan import mailboxes
from notifications.remarks import remark

ADDRESSEES_PER_CLAIM = 100
log = logging.getLogger("yinuo.delivery")


@dataclass(frozen=True)
class Claimed:
    """What is held under a lease, as of now: ids of messages for another try, ids of owed notices."""

    lease: Lease
    again: Sequence[int]
    notices: Sequence[int]


@dataclass(frozen=True)
class Retries:
    """Messages for another try whose rows are sound, by id, and the hashes of what they say.

    ``batches`` are the notices of those that may still be composed anew.
    """

    messages: Mapping[int, OutgoingMessage]
    contents: Mapping[int, str]
    batches: Mapping[int, Batch]


@dataclass(frozen=True)
class Recorded:
    """The messages that may go out now, the states of those that ended, and what makes the channel rest."""

    started: set[int]
    states: Sequence[str]
    refusing: Sequence[Outcome]


class Outbox:
    """What waits to go out, for the sender of one channel."""

    def __init__(self, context: Context, clock: Callable[[], datetime]) -> None:
        self.context = context
        self.clock = clock
        self.engine = context.engine
        self.works = False  # the channel, known from a message that was accepted

    # -- claims ------------------------------------------------------------------------------------------------

    def open_lease(self) -> tuple[Lease, int]:
        """Return a lease of our own and how many messages may be started under it now: 0 when nothing waits."""
        now = self.clock()
        with reading(self.engine) as session:
            lease = claims.new_lease(session, self.context.worker, now)
            allowed = self._allowed(session, lease)
            if allowed <= 0 or not claims.anything_waits(session, lease, self.context.today(now), self._channel):
                return lease, 0
        return lease, allowed

    def claim(self, lease: Lease, at_most: int) -> Claimed:
        """Claim what goes next; what was refused before comes last, so that it keeps nobody waiting."""
        now = self.clock()
        with writing(self.engine) as session:
            lease = replace(lease, now=now, clock=claims.lease_clock(session, now))
            again = claims.claim_messages(session, lease, at_most, ("frozen", "unknown"))
            left, today = at_most - len(again), self.context.today(now)
            owed = claims.claim_notices(session, lease, today, self._channel, left) if left > 0 else []
            if not (again or owed):
                again = claims.claim_messages(session, lease, at_most, ("retry",))
        return Claimed(lease, again, owed)

    def release(self, lease: Lease, message_ids: Sequence[int], notice_ids: Sequence[int]) -> None:
        """Give back what the lease still holds of these."""
        with writing(self.engine) as session:
            claims.release(session, lease, message_ids, notice_ids)

    # -- composing ---------------------------------------------------------------------------------------------

    def batches(self, notice_ids: Sequence[int]) -> list[Batch]:
        """Return notices by addressee."""
        found: dict[str, Batch] = {}
        with reading(self.engine) as session:
            for notice in notices.of_ids(session, notice_ids):
                found.setdefault(notice.addressee, Batch(notice.addressee, [])).notices.append(notice)
        return list(found.values())

    def retries(self, message_ids: Sequence[int]) -> Retries:
        """Return messages for another try. Once an outcome was unknown, only the same bytes go again."""
        with reading(self.engine) as session:
            found = [message for message in messages.readable(session, message_ids) if _is_sound(message)]
            in_doubt = attempts.in_doubt(session, message_ids) | {m.id for m in found if m.state == "unknown"}
            batches = {
                m.id: Batch(m.addressee, list(notices.of_message(session, m.id))) for m in found if m.id not in in_doubt
            }
        outgoing = {m.id: self._outgoing(m.message_id, m.told_on, m.kind, m.mailbox, m.frozen) for m in found}
        return Retries(outgoing, {m.id: m.content for m in found}, batches)

    def read(self, batches: Sequence[Batch], now: datetime) -> Known:
        """Return what batches speak of."""
        with reading(self.engine) as session:
            made = messages.compositions(session, [batch.addressee for batch in batches], self._channel)
            return Known(gather(session, batches, self.context, now), made)

    def discard(self, stale: Iterable[int], damaged: Iterable[int], now: datetime) -> None:
        """Have messages composed anew that are no longer true; suspend those whose rows are damaged."""
        with writing(self.engine) as session:
            for key in stale:
                messages.discard_stale(session, key, remark("stale"))
            for key in damaged:
                holds.suspend_damaged(session, key, now)

    def store(self, lease: Lease, composed: Sequence[Composed], now: datetime) -> list[Outgoing]:
        """Store rendered messages before the first of them goes out, and hold or end what does not go out."""
        made = [(each.draft, each.row) for each in composed if each.draft]
        with writing(self.engine) as session:
            for each in composed:
                _set_aside(session, each.batch, now)
            _judge_templates(session, [draft for draft, _ in made], now)
            stored = messages.store_rendered(session, lease, [(row, draft.notices) for draft, row in made])
        ours = [row for _, row in made if row["message_id"] in stored]
        parts = ("message_id", "told_on", "kind", "mailbox", "frozen")
        return [(stored[row["message_id"]], self._outgoing(*(row[part] for part in parts))) for row in ours]

    # -- attempts ----------------------------------------------------------------------------------------------

    def finish_and_start(
        self, lease: Lease, ended: Sequence[Ended], starting: Sequence[int], in_flight: Sequence[int]
    ) -> Recorded:
        """Finish the attempts that ended, start the next and keep what is in flight ours, in one commit.

        What has ended or is in flight lives only in memory, so with any of it this repeats until it succeeds.
        """
        work = partial(self._finish_and_start, lease, ended, starting, in_flight)
        recorded = until_done(work, math.inf, _storage_trouble) if ended or in_flight else until_done(work)
        self.works = self.works or "sent" in recorded.states
        return recorded

    def _finish_and_start(
        self, lease: Lease, ended: Sequence[Ended], starting: Sequence[int], in_flight: Sequence[int]
    ) -> Recorded:
        with writing(self.engine) as session:
            now = self.clock()
            outcomes, refusing = refusals.judged(session, ended, now)
            states = attempts.finish(session, lease, outcomes, now, self.context.unknown_after)
            lease = replace(lease, now=now, clock=claims.lease_clock(session, now))
            claims.renew(session, lease, in_flight)
            started = attempts.start(session, lease, starting)
            if "sent" in states and not self.works:
                channel_rest.end(session, now)
        return Recorded(started, [state for state in states if state], refusing)

    def rest(self, down: ChannelDown) -> None:
        """Let a channel in trouble rest; nothing counts against the messages."""
        with writing(self.engine) as session:
            channel_rest.begin(session, self.context, self.clock(), down)

    def _outgoing(self, message_id: str, told_on: date, kind: str, mailbox: str, data: bytes) -> OutgoingMessage:
        """Return what a connection transmits. Its name among files lets a folder of them sort by day."""
        name = f"{told_on}-{kind}-{message_id[1:13]}"
        return OutgoingMessage(message_id, name, self.context.sender, mailbox, data)

    @property
    def _channel(self) -> str:
        return self.context.channel.name

    def _allowed(self, session: Session, lease: Lease) -> int:
        """Return how many messages may be started now, so that the pace is kept without waiting under a lease.

        Daemons that live side by side share the pace evenly.
        """
        if not self.context.channel.per_minute:
            return ADDRESSEES_PER_CLAIM
        side_by_side = max(1, len(workers.alive(session, lease.now)))  # `remind` sends without being one of them
        share = max(1, self.context.channel.per_minute // side_by_side)
        started = attempts.started_since(session, lease.worker, lease.now - timedelta(minutes=1))
        return min(ADDRESSEES_PER_CLAIM, share - started)


def _is_sound(message: Message) -> bool:
    """Say whether it is certain who gets a message, and under which id."""
    return not is_damaged(f"{message.message_id}{message.addressee}{message.mailbox}{message.kind}")


def _storage_trouble(trouble: BaseException) -> bool:
    log.warning("an outcome could not be recorded yet: %s", trouble)
    return isinstance(trouble, DBAPIError | StorageTrouble)


def _set_aside(session: Session, batch: Batch, now: datetime) -> None:
    """End what is untrue, send on what goes elsewhere, hold and name what cannot be composed."""
    notices.end(session, batch.untrue)
    mailboxes.readdress(session, batch.elsewhere)
    gone = {key for keys in (*batch.untrue.values(), *batch.elsewhere.values()) for key in keys}
    left = [notice for notice in batch.notices if notice.id not in gone]
    if batch.held and left:
        holds.hold_these(session, [notice.id for notice in left], batch.held, now)
    if batch.why and left:
        held = remark("uncomposable", key=left[0].key, why=batch.why)
        alerts.raise_(session, f"{holds.UNCOMPOSABLE_ALERTS}{batch.cause}", held, now)


def _judge_templates(session: Session, drafts: Sequence[Draft], now: datetime) -> None:
    """Say which templates of the operator's could not be used, and which can again."""
    problems: dict[str, str] = {}
    for draft in drafts:
        key = f"template/{draft.kind}/{draft.locale}"
        problems[key] = problems.get(key) or draft.rendered.problem or ""
    for key, problem in problems.items():
        if problem:
            alerts.raise_(session, key, problem, now)
        else:
            alerts.clear(session, key, now)
