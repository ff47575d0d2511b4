"""What must hold after every run, whatever was done to the program."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email import message_from_bytes

from sqlalchemy import Engine, select

from commitments.history import chain
from commitments.storage import reading
from notifications.models import Attempt, Message, Notice

FINAL = {"told", "superseded", "cancelled", "dead"}


@dataclass
class Tally:
    """Runs done, messages lost, messages that came twice without an attempt of unknown outcome."""

    runs: int = 0
    lost: int = 0
    doubled: int = 0


def audit(engine: Engine, received: Sequence[tuple[str, bytes]], expected: Collection[str], tally: Tally) -> None:
    """Check one run: ``received`` is (address, bytes) of all that was accepted, ``expected`` the addresses owed one.

    Everyone expected was told; a message that came twice has an unknown attempt, and its copies are identical; every
    notice has ended; the history holds.
    """
    copies = _copies(received)
    doubtful = _doubtful(engine)
    tally.runs += 1
    missing = set(expected) - {address for address, _ in received}
    tally.lost += len(missing)
    twice = {key for key, found in copies.items() if len(found) > 1}
    tally.doubled += len(twice - doubtful)
    assert not missing, f"lost: {sorted(missing)[:5]} and so on, {len(missing)} in all"
    assert twice <= doubtful, f"sent twice without doubt: {sorted(twice - doubtful)}"
    assert all(len(set(found)) == 1 for found in copies.values()), "copies differ"
    _one_message_each(copies, received)
    assert_ended(engine)
    assert_history(engine)


def _copies(received: Sequence[tuple[str, bytes]]) -> dict[str, list[bytes]]:
    copies: dict[str, list[bytes]] = defaultdict(list)
    for _, data in received:
        copies[str(message_from_bytes(data)["Message-ID"]).strip()].append(data)
    return copies


def _one_message_each(copies: dict[str, list[bytes]], received: Sequence[tuple[str, bytes]]) -> None:
    """Nobody gets two different messages of one day: a new Message-ID would hide a doubled one."""
    ids = Counter(address for key, found in copies.items() for address in {a for a, d in received if d == found[0]})
    many = [address for address, count in ids.items() if count > 1]
    assert not many, f"told twice under another Message-ID: {many[:5]}"


def _doubtful(engine: Engine) -> set[str]:
    """Return the Message-IDs that have an attempt of unknown outcome."""
    query = select(Message.message_id).join(Attempt).where(Attempt.outcome == "unknown")
    with reading(engine) as session:
        return {key if key.startswith("<") else f"<{key}>" for key in session.scalars(query)}


def assert_ended(engine: Engine) -> None:
    """Every notice ended as told, superseded, cancelled or dead."""
    with reading(engine) as session:
        states = Counter(session.scalars(select(Notice.state)))
    assert set(states) <= FINAL, f"not ended: {states}"


def assert_history(engine: Engine) -> None:
    """The chain holds."""
    with reading(engine) as session:
        chain.verify(session)
