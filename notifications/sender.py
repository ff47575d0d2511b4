"""Sending what waits: lease → compose → freeze → transmit → settle, batch after batch.

No transaction is open while the network is. At most one message per open line is in doubt at any moment. Longer than
most files: one batch from lease to settlement, told in order.
"""

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from commitments.damage import is_damaged
from commitments.errors import DamagedText, StorageTrouble
from commitments.storage import reading, writing
from notifications import alerts
from notifications.channels import ChannelDown, Line, Parcel
from notifications.connections import transmit
from notifications.mail.compose import Bundle, Draft, Material, compose, freeze_bytes, gather
from notifications.models import NO_MAILBOX, UNCOMPOSABLE, Attempt, Message, Notice
from notifications.outbox import attempts, holds, leases, workers
from notifications.outbox.leases import Lease
from notifications.outbox.results import CHANNEL_ALERT, Books, rest
from notifications.passes import Report, cause, said
from notifications.plan import planner
from notifications.settings import Office

__all__ = ["CHANNEL_ALERT", "Report", "send_all"]
BATCH = 100  # addressees leased at once
FRESH = 1.0  # seconds after which what the next messages are composed from is read again
AT_A_TIME = 24  # messages composed while others are on their way
Known = tuple[Material, Mapping[tuple[str, date], int]]  # what bundles speak of; how many were composed before
Composed = tuple[Draft, dict[str, Any]]  # a message, and the row in which it is stored
log = logging.getLogger("yinuo.delivery")


def send_all(office: Office, clock: Callable[[], datetime], stop: Callable[[], bool], report: Report) -> None:
    """Send what waits, batch after batch, until nothing is left to do now."""
    lines: list[Line] = []
    try:
        while not stop() and _send_some(office, clock, stop, report, lines):
            pass
    except ChannelDown as trouble:
        report.trouble = str(trouble)
        rest(office, clock(), trouble)
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
        lease = leases.lease(session, office.worker, clock())
        budget = _budget(session, office, lease)
    if budget <= 0 or not _anything_waits(office, lease):
        return False
    _open(office, lines, 1)
    held = _Held()
    try:
        again, fresh = _take(office, lease, budget, held)
        _open(office, lines, len(again) + len(fresh))
        parcels = _parcels(office, lease, again, fresh, held, clock)
        books = Books(office, lease, clock, report)
        transmit(parcels, lines, books.turn_over, lambda: bool(books.refusing) or stop())
        books.raise_refusal()
    finally:
        with writing(office.engine) as session:
            leases.release(session, lease, [*held.again, *held.frozen], held.fresh)
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
        some = bundles[start : start + AT_A_TIME]
        if monotonic() - read > FRESH:
            known, read = _read_for(office, bundles[start:], some, clock())
        composed, now = [], clock()
        for bundle in some:
            composed.append((bundle, None if bundle.held else _composed(bundle, known, office, now)))
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
        return leases.anything_waits(session, lease, today, office.channel.name)


def _open(office: Office, lines: list[Line], wanted: int) -> None:
    """Open lines: the first before anything is frozen, since a dead carrier freezes nothing; one is enough."""
    while len(lines) < min(office.channel.lines, wanted):
        try:
            lines.append(_dialled(office))
        except ChannelDown:
            if not lines:
                raise
            return


def _dialled(office: Office) -> Line:
    """Open a line; whatever goes wrong, the channel is down and not the pass. Raises ChannelDown."""
    try:
        return office.channel.open()
    except ChannelDown:
        raise
    except Exception as trouble:
        raise ChannelDown(said(trouble)) from trouble


def _take(office: Office, lease: Lease, budget: int, held: _Held) -> tuple[list[int], list[int]]:
    """Lease what goes next; what was refused before comes last, so that it keeps nobody waiting."""
    today, channel = office.today(lease.now), office.channel.name
    with writing(office.engine) as session:
        again = leases.lease_messages(session, lease, budget, ("frozen", "unknown"))
        fresh = leases.lease_notices(session, lease, today, channel, budget - len(again)) if len(again) < budget else []
        if not (again or fresh):
            again = leases.lease_messages(session, lease, budget, ("retry",))
    held.again += again
    held.fresh += fresh
    return again, fresh


def _current(office: Office, lease: Lease, now: datetime) -> Lease:
    """Return the lease as of now."""
    with reading(office.engine) as session:
        return replace(lease, now=now, clock=leases.lease_clock(session, now))


def _resend(office: Office, lease: Lease, ids: Sequence[int]) -> list[tuple[int, Parcel]]:
    """Return the parcels of messages that wait for another try; what is no longer true is dissolved, or held."""
    if not ids:
        return []
    with reading(office.engine) as session:
        messages = _readable(session, select(Message).where(Message.id.in_(ids)).order_by(Message.next_at), ids)
        doubtful = set(session.scalars(select(Attempt.message_id).where(*_in_doubt(ids))))
        doubtful |= {message.id for message in messages if message.state == "unknown"}
        bundles = {m.id: _bundle(session, m) for m in messages if m.id not in doubtful}
    frozen = {message.id: message.content for message in messages}
    saying = _contents(bundles, office, lease.now)
    sound = {m.id for m in messages if not is_damaged(f"{m.message_id}{m.addressee}{m.mailbox}{m.kind}")}
    stale = {key for key, content in saying.items() if content != frozen[key]} & sound
    with writing(office.engine) as session:
        for key in stale:
            leases.dissolve(session, key, "no longer true; composed anew")
        for key in set(ids) - sound:
            holds.suspend_damaged(session, key, lease.now)
    return [(m.id, _parcel(m, office)) for m in messages if m.id in sound - stale]


def _readable(session: Session, query: Select[Any], ids: Sequence[int]) -> Sequence[Message]:
    """Read messages; one with a date that is none keeps no other waiting."""
    try:
        return session.scalars(query).all()
    except DamagedText:
        return [message for key in ids for message in _readable_alone(session, query, key)]


def _readable_alone(session: Session, query: Select[Any], key: int) -> Sequence[Message]:
    try:
        return session.scalars(query.where(Message.id == key)).all()
    except DamagedText:
        return []


def _in_doubt(ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    """Select what may have arrived already: once an outcome was unknown, only the same bytes go again."""
    return (Attempt.message_id.in_(ids), Attempt.outcome == "unknown")


def _bundle(session: Session, message: Message) -> Bundle:
    notices = session.scalars(select(Notice).where(Notice.message_id == message.id).order_by(Notice.id)).all()
    return Bundle(message.addressee, list(notices))


def _contents(bundles: Mapping[int, Bundle], office: Office, now: datetime) -> dict[int, str]:
    """Return what each message would say now, as its hash; one that cannot be read keeps no other waiting."""
    try:
        material = _material(office, list(bundles.values()), now)
    except StorageTrouble:
        raise
    except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
        _material(office, [], now)  # what fails for nobody is the trouble of none of them, and is raised
        return {key: _content_alone(each, office, now) for key, each in bundles.items()}
    return {key: _content(bundle, material, office, now) for key, bundle in bundles.items()}


def _content_alone(bundle: Bundle, office: Office, now: datetime) -> str:
    try:
        return _content(bundle, _material(office, [bundle], now), office, now)
    except StorageTrouble:
        raise
    except Exception:  # as in ``_content``
        log.exception("what the message to %s speaks of cannot be read", bundle.addressee)
        return ""


def _material(office: Office, bundles: Sequence[Bundle], now: datetime) -> Material:
    with reading(office.engine) as session:
        return gather(session, bundles, office, now)


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


def _read_for(office: Office, bundles: Sequence[Bundle], some: Sequence[Bundle], now: datetime) -> tuple[Known, float]:
    """Read for all bundles, and say when that was; where one cannot be read, read for those of ``some`` that can.

    What cannot be read is held. What fails for nobody too is the trouble of none of them, and is raised.
    """
    try:
        return _read(office, bundles, now), monotonic()
    except StorageTrouble:
        raise
    except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
        _read(office, [], now)
    for bundle in some:
        try:
            _read(office, [bundle], now)
        except Exception as trouble:  # noqa: BLE001 - held with its name
            _poisoned(bundle, trouble)
    return _read(office, [bundle for bundle in some if not bundle.held], now), -math.inf  # of the next nothing is known


def _read(office: Office, bundles: Sequence[Bundle], now: datetime) -> Known:
    """Read what bundles speak of, and how many messages were composed for their addressees before."""
    with reading(office.engine) as session:
        made = leases.compositions(session, [bundle.addressee for bundle in bundles], office.channel.name)
        return gather(session, bundles, office, now), made


def _freeze(
    office: Office, lease: Lease, composed: Sequence[tuple[Bundle, Composed | None]], now: datetime
) -> list[tuple[int, Parcel]]:
    """Store the bytes before the first of them goes out. What cannot be stored is held; the others go on."""
    try:
        return _frozen(office, lease, composed, now)
    except StorageTrouble:
        raise
    except Exception:
        if len(composed) == 1:
            raise
        return [parcel for bundle, made in composed for parcel in _freeze_one(office, lease, bundle, made, now)]


def _freeze_one(
    office: Office, lease: Lease, bundle: Bundle, made: Composed | None, now: datetime
) -> list[tuple[int, Parcel]]:
    try:
        return _frozen(office, lease, [(bundle, made)], now)
    except Exception as trouble:  # noqa: BLE001 - held with its name
        _poisoned(bundle, trouble)
        return _frozen(office, lease, [(bundle, None)], now)


def _frozen(
    office: Office, lease: Lease, composed: Sequence[tuple[Bundle, Composed | None]], now: datetime
) -> list[tuple[int, Parcel]]:
    with writing(office.engine) as session:
        for bundle, _ in composed:
            _put_aside(session, bundle, now)
        return _store(session, office, lease, [made for _, made in composed if made is not None])


def _poisoned(bundle: Bundle, trouble: Exception) -> None:
    """Hold a bundle that cannot be read, composed or stored: it must not stop the mail of everybody else."""
    log.error("the message to %s cannot be composed", bundle.addressee, exc_info=trouble)
    bundle.held, bundle.why, bundle.cause = UNCOMPOSABLE, said(trouble), cause(trouble)


def _composed(bundle: Bundle, known: Known, office: Office, now: datetime) -> Composed | None:
    """Compose one bundle. Whatever is wrong with it, the others go on."""
    material, made = known
    try:
        draft = compose(bundle, material, office, now)
        if draft and not draft.mailbox:
            bundle.held = NO_MAILBOX
            return None
        return _row(draft, made.get((draft.addressee, draft.slot), 0) + 1, material, office, now) if draft else None
    except Exception as trouble:  # noqa: BLE001 - a poisonous row must not stop the mail of everybody else
        _poisoned(bundle, trouble)
        return None


def _put_aside(session: Session, bundle: Bundle, now: datetime) -> None:
    """Cancel or supersede the untrue, send on what goes elsewhere, hold and name what cannot be composed."""
    leases.end_notices(session, bundle.untrue)
    planner.readdress(session, bundle.elsewhere)
    ended = {key for keys in (*bundle.untrue.values(), *bundle.elsewhere.values()) for key in keys}
    left = [notice for notice in bundle.notices if notice.id not in ended]
    if bundle.held and left:
        leases.hold_these(session, [notice.id for notice in left], bundle.held, now)
    if bundle.why and left:
        words = f"held, cannot be composed: {left[0].key}: {bundle.why} (all of them: outbox list --held)"
        alerts.raise_(session, f"poison/{bundle.cause}", words, now)


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
    problems: dict[str, str] = {}
    for draft, _ in made:
        key = f"template/{draft.kind}/{draft.locale}"
        problems[key] = problems.get(key) or draft.rendered.problem or ""
    for key, problem in problems.items():
        if problem:
            alerts.raise_(session, key, problem, made[0][1]["frozen_at"])
        else:
            alerts.clear(session, key, made[0][1]["frozen_at"])
    stored = leases.freeze(session, lease, [(row, draft.notices) for draft, row in made])
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
