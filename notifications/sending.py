"""Sending what waits: lease → compose → freeze → transmit → settle, batch after batch.

No transaction is open while the network is. At most one message per open line is in doubt at any moment. Longer than
most files: one batch from lease to settlement, told in order.
"""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments.errors import StorageTrouble
from commitments.storage import reading, until_done, writing
from notifications import alerts, attempts, outbox, planning, workers
from notifications.channels import ChannelDown, Line, Parcel
from notifications.compose import Bundle, Draft, Material, compose, freeze_bytes, gather
from notifications.models import Attempt, Instance, Message, Notice
from notifications.office import Office
from notifications.outbox import Lease
from notifications.transmission import Ended, transmit

BATCH = 100  # addressees leased at once
FRESH = 1.0  # seconds after which what the next messages are composed from is read again
AT_A_TIME = 24  # messages composed while others are on their way
PAUSES = (1, 2, 5, 10)  # minutes a channel rests after the 1st, 2nd … trouble in a row
CHANNEL_ALERT = "channel"
Known = tuple[Material, Mapping[tuple[str, date], int]]  # what bundles speak of; how many were composed before
Composed = tuple[Draft, dict[str, Any]]  # a message, and the row in which it is stored
log = logging.getLogger("yinuo.delivery")


@dataclass
class Report:
    """What a pass did, for a person: counts, and why nothing went out if nothing did."""

    planned: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    silent_because: str = ""
    trouble: str = ""

    @property
    def sent(self) -> int:
        """Return how many messages were accepted."""
        return self.outcomes["sent"]


def send_all(office: Office, clock: Callable[[], datetime], stop: Callable[[], bool], report: Report) -> None:
    """Send what waits, batch after batch, until nothing is left to do now."""
    lines: list[Line] = []
    try:
        while not stop() and _send_some(office, clock, stop, report, lines):
            pass
    except ChannelDown as trouble:
        report.trouble = str(trouble)
        _rest(office, clock(), report.trouble)
    finally:
        for line in lines:
            line.close()


@dataclass
class _Held:
    """What a lease holds, by ids: messages for another try, notices, messages frozen from these."""

    again: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    frozen: list[int] = field(default_factory=list)


def _send_some(
    office: Office, clock: Callable[[], datetime], stop: Callable[[], bool], report: Report, lines: list[Line]
) -> bool:
    """Lease, compose, freeze and send; False when that moved nothing, so that a pass always ends."""
    with reading(office.engine) as session:
        lease = outbox.lease(session, office.worker, clock())
        budget = _budget(session, office, lease)
    if budget <= 0 or not _anything_waits(office, lease):
        return False
    _open(office, lines, 1)
    held = _Held()
    try:
        again, fresh = _take(office, lease, budget, held)
        _open(office, lines, len(again) + len(fresh))
        parcels = _parcels(office, lease, again, fresh, held, clock)
        transmit(parcels, lines, partial(_turn_over, office, lease, clock, report), stop)
    finally:
        with writing(office.engine) as session:
            outbox.release(session, lease, [*held.again, *held.frozen], held.fresh)
    return bool(held.again or held.frozen)


def _parcels(
    office: Office,
    lease: Lease,
    again: Sequence[int],
    fresh: Sequence[int],
    held: _Held,
    clock: Callable[[], datetime],
) -> Iterator[list[tuple[int, Parcel]]]:
    """Yield what goes out, a few at a time, batch after batch: the next is leased while the one before flies."""
    while again or fresh:
        if again:
            yield _resend(office, lease, again)
        for made in _composed_from(office, lease, fresh, clock):
            held.frozen += [key for key, _ in made]
            yield made
        if office.channel.per_minute:  # what is in hand does not yet count against the pace
            return
        lease = _current(office, lease, clock())
        again, fresh = _take(office, lease, BATCH, held)


def _composed_from(
    office: Office, lease: Lease, fresh: Sequence[int], clock: Callable[[], datetime]
) -> Iterator[list[tuple[int, Parcel]]]:
    """Compose notices, yielding nothing after each message so that the lines are served, then the parcels of a set."""
    with reading(office.engine) as session:
        bundles = _bundles(session, fresh)
    read = -math.inf
    for start in range(0, len(bundles), AT_A_TIME):
        if monotonic() - read > FRESH:
            known, read = _read(office, bundles[start:], clock()), monotonic()
        composed, now = [], clock()
        for bundle in bundles[start : start + AT_A_TIME]:
            composed.append((bundle, _composed(bundle, known, office, now)))
            yield []
        yield _freeze(office, lease, composed, now)


def _budget(session: Session, office: Office, lease: Lease) -> int:
    """Return how many messages may be begun now, so that pacing never sleeps with a lease in hand.

    Daemons that live side by side share the pace evenly.
    """
    if not office.channel.per_minute:
        return BATCH
    side_by_side = max(1, len(workers.alive(session, lease.now)))  # `remind` sends without being one of them
    share = max(1, office.channel.per_minute // side_by_side)
    begun = attempts.begun_since(session, lease.worker, lease.now - timedelta(minutes=1))
    return min(BATCH, share - begun)


def _anything_waits(office: Office, lease: Lease) -> bool:
    """Look before dialling: a carrier is not called for nothing."""
    today = office.today(lease.now)
    with reading(office.engine) as session:
        return outbox.anything_waits(session, lease, today, office.channel.name)


def _open(office: Office, lines: list[Line], wanted: int) -> None:
    """Open lines: the first before anything is frozen, since a dead carrier freezes nothing; one is enough."""
    while len(lines) < min(office.channel.lines, wanted):
        try:
            lines.append(office.channel.open())
        except ChannelDown:
            if not lines:
                raise
            return


def _take(office: Office, lease: Lease, budget: int, held: _Held) -> tuple[list[int], list[int]]:
    today, channel = office.today(lease.now), office.channel.name
    with writing(office.engine) as session:
        again = outbox.lease_messages(session, lease, budget)
        fresh = outbox.lease_notices(session, lease, today, channel, budget - len(again)) if len(again) < budget else []
    held.again += again
    held.fresh += fresh
    return again, fresh


def _current(office: Office, lease: Lease, now: datetime) -> Lease:
    """Return the lease as of now."""
    with reading(office.engine) as session:
        return replace(lease, now=now, clock=outbox.lease_clock(session, now))


def _resend(office: Office, lease: Lease, ids: Sequence[int]) -> list[tuple[int, Parcel]]:
    """Return the parcels of messages that wait for another try; those no longer true are dissolved."""
    if not ids:
        return []
    with reading(office.engine) as session:
        messages = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.next_at)).all()
        doubtful = set(session.scalars(select(Attempt.message_id).where(*_in_doubt(ids))))
        bundles = {m.id: _bundle(session, m) for m in messages if m.id not in doubtful}
        material = gather(session, list(bundles.values()), office, lease.now)
    frozen = {message.id: message.content for message in messages}
    stale = [key for key, bundle in bundles.items() if _content(bundle, material, office, lease.now) != frozen[key]]
    with writing(office.engine) as session:
        for key in stale:
            outbox.dissolve(session, key, "no longer true; composed anew")
    return [(m.id, _parcel(m, office)) for m in messages if m.id not in stale]


def _in_doubt(ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    """Select what may have arrived already: once an outcome was unknown, only the same bytes go again."""
    return (Attempt.message_id.in_(ids), Attempt.outcome == "unknown")


def _bundle(session: Session, message: Message) -> Bundle:
    notices = session.scalars(select(Notice).where(Notice.message_id == message.id).order_by(Notice.id)).all()
    return Bundle(message.addressee, list(notices))


def _content(bundle: Bundle, material: Material, office: Office, now: datetime) -> str:
    """Return the hash of what a message would say now; "" when nothing is left to say, or it cannot be said."""
    try:
        draft = compose(bundle, material, office, now)
    except Exception:  # dissolved, it is composed anew, and then held with its name
        log.exception("the message to %s cannot be composed again", bundle.addressee)
        return ""
    return draft.content if draft else ""


def _parcel(message: Message, office: Office) -> Parcel:
    name = _name(message.told_on, message.kind, message.message_id)
    return Parcel(message.message_id, name, office.sender, message.mailbox, message.frozen)


def _name(day: date, kind: str, message_id: str) -> str:
    """Name a message among files, so that a folder of them sorts by day."""
    return f"{day}-{kind}-{message_id[1:13]}"


def _read(office: Office, bundles: Sequence[Bundle], now: datetime) -> Known:
    """Read what bundles speak of, and how many messages were composed for their addressees before."""
    with reading(office.engine) as session:
        made = outbox.compositions(session, [bundle.addressee for bundle in bundles], office.channel.name)
        return gather(session, bundles, office, now), made


def _freeze(
    office: Office, lease: Lease, composed: Sequence[tuple[Bundle, Composed | None]], now: datetime
) -> list[tuple[int, Parcel]]:
    """Store the bytes before the first of them goes out."""
    with writing(office.engine) as session:
        for bundle, _ in composed:
            _put_aside(session, bundle, now)
        return _store(session, office, lease, [made for _, made in composed if made is not None])


def _composed(bundle: Bundle, known: Known, office: Office, now: datetime) -> Composed | None:
    """Compose one bundle. Whatever is wrong with it, the others go on."""
    material, made = known
    try:
        draft = compose(bundle, material, office, now)
        if draft and not draft.mailbox:
            bundle.held = planning.NO_MAILBOX
            return None
        return _row(draft, made.get((draft.addressee, draft.slot), 0) + 1, material, office, now) if draft else None
    except Exception as trouble:  # a poisonous row must not stop the mail of everybody else
        log.exception("the message to %s cannot be composed", bundle.addressee)
        bundle.held, bundle.why = planning.POISON, f"{type(trouble).__name__}: {trouble}"
        return None


def _put_aside(session: Session, bundle: Bundle, now: datetime) -> None:
    """Cancel or supersede the untrue, send on what goes elsewhere, hold and name what cannot be composed."""
    outbox.settle_notices(session, bundle.untrue)
    planning.readdress(session, bundle.elsewhere)
    ended = {key for keys in (*bundle.untrue.values(), *bundle.elsewhere.values()) for key in keys}
    left = [notice for notice in bundle.notices if notice.id not in ended]
    if bundle.held and left:
        outbox.settle_notices(session, {"held": [notice.id for notice in left]}, reason=bundle.held, held_at=now)
    if bundle.why and left:
        key = left[0].key
        alerts.raise_(session, f"poison/{key}", f"held, cannot be composed: {key}: {bundle.why}", now)


def _row(draft: Draft, composition: int, material: Material, office: Office, now: datetime) -> Composed:
    """Return the message as it will be stored, bytes included."""
    message_id, data = freeze_bytes(draft, material, office, now, composition)
    return draft, {
        "message_id": message_id,
        "addressee": draft.addressee,
        "channel": office.channel.name,
        "slot": draft.slot,
        "told_on": office.today(now),
        "kind": draft.kind,
        "composition": composition,
        "mailbox": draft.mailbox,
        "subject": draft.rendered.subject,
        "frozen": data,
        "content": draft.content,
        "refused_since": draft.refused_since,
        "next_at": datetime.combine(draft.slot, time(), office.zone),  # at once, by whoever's clock
        "frozen_at": now,
    }


def _store(session: Session, office: Office, lease: Lease, made: Sequence[Composed]) -> list[tuple[int, Parcel]]:
    for draft, row in made:
        if draft.rendered.problem:
            alerts.raise_(session, f"template/{draft.kind}/{draft.locale}", draft.rendered.problem, row["frozen_at"])
    stored = outbox.freeze(session, lease, [(row, draft.notices) for draft, row in made])
    ours = [row for _, row in made if row["message_id"] in stored]
    return [(stored[row["message_id"]], _fresh_parcel(row, office)) for row in ours]


def _fresh_parcel(row: Mapping[str, Any], office: Office) -> Parcel:
    name = _name(row["told_on"], row["kind"], row["message_id"])
    return Parcel(row["message_id"], name, office.sender, row["mailbox"], row["frozen"])


def _bundles(session: Session, ids: Sequence[int]) -> list[Bundle]:
    bundles: dict[str, Bundle] = {}
    for start in range(0, len(ids), 500):
        query = select(Notice).where(Notice.id.in_(ids[start : start + 500])).order_by(Notice.id)
        for notice in session.scalars(query):
            bundles.setdefault(notice.addressee, Bundle(notice.addressee, [])).notices.append(notice)
    return list(bundles.values())


# -- keeping the books while messages fly ----------------------------------------------------------------------


def _turn_over(
    office: Office,
    lease: Lease,
    clock: Callable[[], datetime],
    report: Report,
    ended: Sequence[Ended],
    keys: Sequence[int],
    flying: Sequence[int],
) -> set[int]:
    """Settle what has ended, begin what goes out next, renew what flies, in one commit; return what may go out.

    What has ended or flies lives only in memory, so with any of it this repeats until it succeeds.
    """

    def work() -> tuple[list[str], set[int]]:
        with writing(office.engine) as session:
            now = clock()
            states = attempts.settle_all(session, lease, ended, now, office.unknown_after)
            current = replace(lease, now=now, clock=outbox.lease_clock(session, now))
            outbox.renew(session, current, flying)
            begun = attempts.begin(session, current, keys)
            if "sent" in states and not report.sent:
                _recovered(session, now)
        return states, begun

    if not (ended or keys or flying):
        return set()
    states, begun = until_done(work, patience=math.inf, again=_storage_trouble) if ended or flying else until_done(work)
    report.outcomes.update(state for state in states if state)
    return begun


def _storage_trouble(trouble: BaseException) -> bool:
    log.warning("an outcome could not be recorded yet: %s", trouble)
    return isinstance(trouble, DBAPIError | StorageTrouble)


def _recovered(session: Session, now: datetime) -> None:
    """A message got through: the channel works."""
    instance = session.get_one(Instance, 1)
    if instance.channel_failures:
        instance.channel_failures, instance.paused_until = 0, None
        alerts.clear(session, CHANNEL_ALERT, now)


def _rest(office: Office, now: datetime, why: str) -> None:
    """Let a channel in trouble rest, longer each time in a row; nothing counts against the messages."""
    with writing(office.engine) as session:
        instance = session.get_one(Instance, 1)
        pause = PAUSES[min(instance.channel_failures, len(PAUSES) - 1)]
        instance.channel_failures += 1
        instance.paused_until = now + timedelta(minutes=pause)
        alerts.raise_(session, CHANNEL_ALERT, f"channel {office.channel.name}: {why}", now)
    log.warning("channel %s rests for %d min: %s", office.channel.name, pause, why)
