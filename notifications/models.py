"""The tables of notifications: what must be told (Notice), what is transmitted (Message), each try (Attempt), alerts.

``Notice.key`` (a ``NoticeKey``) is unique, so that a notice exists once however often it is planned;
``Notice.addressee`` is an ``Addressee``. Which state may follow which: ``notifications.outbox.transitions``.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from commitments.base import Base
from commitments.storage import UtcDateTime

NOTICE_STATES = ("owed", "held", "in_message", "told", "superseded", "cancelled", "dead")
MESSAGE_STATES = ("frozen", "sending", "retry", "unknown", "sent", "cancelled", "dead")
OUTCOMES = ("ok", "temporary", "permanent", "unknown")
UNSENT = ("owed", "held")
WAITING = ("frozen", "retry", "unknown")  # messages that still have to go out
PLANNING = "planning"  # until the pass that found it has asked the guard
GUARD = "guard"
APPROVAL = "approval"
NO_MAILBOX = "no mailbox"
UNCOMPOSABLE = "poison"  # tried again each day
BY_HAND, QUIET = "by hand", "quiet"  # why a notice was cancelled for good: by a person, or entered as history
RELEASED = "released"  # a notice freed from the guard is not held by it again

_STANDS = text("state <> 'cancelled'")  # one message per addressee and day, whatever several daemons do


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Notice(Base):
    """What one addressee must be told. ``slot`` is the day on which it is to be sent, ``rung`` the step of the ladder.

    All notices of one addressee and day go out as one message.
    """

    __tablename__ = "notice"
    __table_args__ = (
        _one_of("state", NOTICE_STATES),
        Index("ix_notice_waiting", "state", "slot", "addressee"),
        Index("ix_notice_addressee", "addressee", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    addressee: Mapped[str]
    role: Mapped[str]
    slot: Mapped[date]
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), default=None, index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), default=None)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"), default=None)
    rung: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default="owed")
    reason: Mapped[str] = mapped_column(default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), default=None, index=True)
    token: Mapped[str | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    refused_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


# For the notices of some commitments: by ``Notice.state`` SQLite would first find all that were ever told.
STATE_NOT_INDEXED = func.coalesce(Notice.state, "")


class Message(Base):
    """What is transmitted to one mailbox. ``frozen`` holds the bytes from before the first attempt.

    ``slot`` is the newest slot among its notices and part of the Message-ID, so that a restored backup gives the same
    ids again; ``told_on`` is the day it was composed for: one message per addressee and day. ``content`` is the hash of
    what a reader would see; a retry is composed anew when it would differ.
    """

    __tablename__ = "message"
    __table_args__ = (
        _one_of("state", MESSAGE_STATES),
        UniqueConstraint("addressee", "channel", "slot", "composition"),
        Index("ix_message_waiting", "state", "next_at"),
        Index(
            "uq_message_a_day",
            "addressee",
            "channel",
            "told_on",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[str] = mapped_column(unique=True)
    addressee: Mapped[str]
    channel: Mapped[str]
    slot: Mapped[date]
    told_on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str]
    composition: Mapped[int]
    mailbox: Mapped[str]
    subject: Mapped[str]
    frozen: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refused_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    token: Mapped[str | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    error: Mapped[str] = mapped_column(Text, default="")


class Attempt(Base):
    """One try to transmit; ``outcome`` is empty while it is under way."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("message_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    n: Mapped[int]
    worker: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(Text, default="")


class Digest(Base):
    """The monthly digest (月报) of one unit and calendar month, with the snapshot it was made from.

    A month told inside the digest of a later one has no number and an empty snapshot; ``folded_into`` names that month.
    """

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("unit_id", "period"), UniqueConstraint("unit_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    period: Mapped[str] = mapped_column(index=True)
    number: Mapped[int | None] = mapped_column(default=None)
    late: Mapped[bool] = mapped_column(default=False)
    folded_into: Mapped[str | None] = mapped_column(default=None)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(default=None)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Alert(Base):
    """Something the operator must know; one row per ``key`` however often it happens, until it is cleared.

    ``text`` is a code of ``notifications.remarks``; what an earlier version raised is a sentence in English.
    """

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Instance(Base):
    """The one row that says which ledger this is, where it may send from, and when it was last planned.

    ``link_generation`` is part of every link to the organisation's own page, as a department's is of its links.
    ``passed_at`` is when a whole pass last finished without a failure, ``failed_passes`` how many have failed since.
    """

    __tablename__ = "instance"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    uuid: Mapped[str]
    environment: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    rules_hash: Mapped[str] = mapped_column(default="")
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    channel_failures: Mapped[int] = mapped_column(default=0)
    backed_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    link_generation: Mapped[int] = mapped_column(default=1, server_default="1")
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    failed_passes: Mapped[int] = mapped_column(default=0, server_default="0")


class Worker(Base):
    """A daemon and its heartbeat."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
