"""What the history says of a monthly digest's snapshot, and whether the table still holds it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.history import chain
from commitments.history.replay import PAGE, Difference
from commitments.models import Department, HistoryEntry
from notifications.models import Digest

ACTOR = "tracker"


def sha256(snapshot: Mapping[str, Any]) -> str:
    """Return the hash of what a digest states, whatever the order in which a database keeps its keys."""
    return hashlib.sha256(
        json.dumps(snapshot, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).hexdigest()


def record(session: Session, digest: Digest, now: datetime) -> None:
    """Write into the history that a digest was made, and the hash of what it states."""
    subject, facts = f"{digest.snapshot['unit']} {digest.period}", {"sha256": sha256(digest.snapshot)}
    chain.append(session, at=now, actor=ACTOR, action="digest_made", subject=subject, changes=facts)


def differences(session: Session) -> Iterator[Difference]:
    """Yield the digests whose snapshot is not the one of which the history has the hash."""
    told = _told(session)
    query = select(Digest.period, Digest.snapshot, Department.name).join(Department, Digest.unit_id == Department.id)
    for period, snapshot, unit in session.execute(query.execution_options(yield_per=PAGE)):
        known, found = told.pop(f"{unit} {period}", None), sha256(snapshot)
        if known not in (None, found):
            yield Difference("digest", f"{unit} {period}", "snapshot", known, found)
    yield from (Difference("digest", subject, "rows", 1, 0) for subject in told)


def _told(session: Session) -> dict[str, str]:
    """Return by unit and month the first hash that was written: approving what was altered must not hide it.

    Earlier versions wrote none.
    """
    query = select(HistoryEntry.subject, HistoryEntry.changes).order_by(HistoryEntry.seq.desc())
    query = query.where(HistoryEntry.action.in_(("digest_made", "digest_approved")))
    return {subject: changes["sha256"] for subject, changes in session.execute(query) if "sha256" in changes}
