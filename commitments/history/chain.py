"""The append-only, hash-chained history (变更记录): every change has an entry, every entry the hash of the one before.

The chain shows tampering up to the last head that left the house (each digest prints one); it cannot prevent it.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from commitments.codes import Reason, is_reason_code
from commitments.damage import visible
from commitments.errors import HistoryBroken, Mistake, ReasonReserved
from commitments.models import HistoryEntry

GENESIS = "0" * 64
CHAIN_LOCK = 0x79696E75  # one writer at a time on PostgreSQL; SQLite has only one anyway


@dataclass(frozen=True)
class Head:
    """The newest entry: its number and hash, printed as ``123:ab12…``."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """Return the form ``history verify --anchor`` reads."""
        return f"{self.seq}:{self.hash}"


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    changes: Mapping[str, object] | None = None,
) -> HistoryEntry:
    """Add an entry to the chain in the caller's transaction. ``changes`` maps a field to ``[old, new]``.

    What was no UTF-8 is written with signs in its place, so that a repair can be recorded. Raises ReasonReserved for a
    person's reason that reads as one of the program's.
    """
    if is_reason_code(reason) and not isinstance(reason, Reason):
        raise ReasonReserved(reason=reason)
    last = _locked_head(session)
    plain = json.loads(visible(json.dumps(changes or {}, default=_plain, ensure_ascii=False)))
    entry = HistoryEntry(
        seq=last.seq + 1,
        at=at.astimezone(UTC),
        actor=visible(actor),
        action=action,
        subject=visible(subject),
        reason=str(visible(reason)),
        changes=plain,
        prev=last.hash,
        hash="",
    )
    entry.hash = _digest(entry)
    session.add(entry)
    session.info["chain_head"] = Head(entry.seq, entry.hash)
    return entry


def head(session: Session) -> Head:
    """Return the newest entry, or entry 0 with the hash of zeros in an empty history."""
    row = session.execute(
        select(HistoryEntry.seq, HistoryEntry.hash).order_by(HistoryEntry.seq.desc()).limit(1)
    ).first()
    return Head(*row) if row else Head(0, GENESIS)


def lock(session: Session) -> None:
    """Keep other writers out until the transaction ends; on SQLite a writing transaction does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})


def _locked_head(session: Session) -> Head:
    """Read the head once per transaction, and again when a part of it was taken back; a session serves one only."""
    if "chain_head" not in session.info:
        lock(session)
        session.info["chain_head"] = head(session)
        if not event.contains(session, "after_soft_rollback", _forget_head):
            event.listen(session, "after_soft_rollback", _forget_head)
    known: Head = session.info["chain_head"]
    return known


def _forget_head(session: Session, _part: object) -> None:
    session.info.pop("chain_head", None)


def verify(session: Session, anchor: Head | None = None) -> Head:
    """Walk the chain and return its head. Raises HistoryBroken at the first entry that does not hold.

    ``anchor`` is a head that was printed outside, in a digest: a chain that was recomputed as a whole fails there.
    """
    last = Head(0, GENESIS)
    everything = select(HistoryEntry).order_by(HistoryEntry.seq).execution_options(yield_per=1000)
    with closing(session.scalars(everything)) as entries:
        for entry in entries:
            _check_link(last, entry)
            last = Head(entry.seq, entry.hash)
            if anchor is not None and anchor.seq == entry.seq and anchor.hash != entry.hash:
                raise HistoryBroken(seq=entry.seq, problem=Mistake("not_anchor"))
    if anchor is not None and anchor.seq > last.seq:
        raise HistoryBroken(seq=last.seq, problem=Mistake("anchor_missing", seq=anchor.seq))
    return last


def _check_link(last: Head, entry: HistoryEntry) -> None:
    if entry.seq != last.seq + 1:
        raise HistoryBroken(seq=entry.seq, problem=Mistake("entry_missing", seq=last.seq + 1))
    if entry.prev != last.hash:
        raise HistoryBroken(seq=entry.seq, problem=Mistake("unchained"))
    if entry.hash != _digest(entry):
        raise HistoryBroken(seq=entry.seq, problem=Mistake("altered"))


def _digest(entry: HistoryEntry) -> str:
    facts: dict[str, Any] = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "changes": entry.changes,
        "prev": entry.prev,
    }
    said = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()  # damaged, it has another hash


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} does not belong in the history")
