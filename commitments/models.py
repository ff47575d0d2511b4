"""The nouns of the ledger as tables. Words allowed in a column stand beside it as a tuple.

Instants are aware UTC; dates are civil dates in the organisation's zone. Longer than most files: every noun of
the ledger in one place.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commitments.base import Base
from commitments.storage import UtcDateTime
from commitments.text.canonical import number_key

KINDS = ("pledge", "open_item", "target")
STRENGTHS = ("firm", "planned", "conditional", "soft")
OWNER_BASES = ("stated", "self", "inferred", "unassigned", "assigned")
SUPPORT_BASES = ("named", "inferred", "assigned")
DUE_BASES = ("stated", "derived", "assumed", "set")
STATES = ("draft", "open", "reported_done", "closed")
OUTCOMES = ("kept", "partly_kept", "not_kept", "merged", "withdrawn")
EXTENSION_STATES = ("waiting", "approved", "refused")
DISPUTE_STATES = ("waiting", "accepted", "refused")
GRADES = ("satisfied", "partly", "not_satisfied")
PROVEN_OUTCOMES = ("kept", "partly_kept")
VOID_OUTCOMES = ("merged", "withdrawn")  # nothing was left to be kept


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Department(Base):
    """A unit (部门) that owns commitments, or proposes; a department owns, not a person.

    ``link_generation`` is part of every link to a page of its own: raising it makes all earlier links void.
    """

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(unique=True)
    short_names: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    mailbox: Mapped[str] = mapped_column(default="")
    escalation: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="zh-Hans")
    link_generation: Mapped[int] = mapped_column(default=1, server_default="1")


class Letter(Base):
    """A reply letter (答复函). The proposal number is text: ``072``, ``DH0271``, ``闭08``.

    A letter may print no number, no date, no unit: what it does not say is empty. ``name`` is what the ledger calls it,
    its document number or what stands for one; ``number_key`` is the name as it is compared, however it was typed
    (``commitments.text.canonical``). ``co_units`` (会办单位) are the units its opening names, as printed.
    """

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(unique=True, index=True, server_default="", default="")
    document_number: Mapped[str] = mapped_column(default="")
    proposal_number: Mapped[str] = mapped_column(index=True, default="")
    proposal_title: Mapped[str] = mapped_column(default="")
    session: Mapped[str] = mapped_column(default="")
    proposing_unit_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True, init=False)
    replying_unit_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), init=False)
    signed_on: Mapped[date | None] = mapped_column(default=None)
    published_on: Mapped[date | None] = mapped_column(default=None)
    class_mark: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    source_sha256: Mapped[str] = mapped_column(default="")
    number_key: Mapped[str] = mapped_column(unique=True, index=True, init=False, server_default="", default="")
    co_units: Mapped[list[str]] = mapped_column(JSON, default_factory=list, server_default="[]")

    proposing_unit: Mapped[Department | None] = relationship(foreign_keys=[proposing_unit_id], default=None)
    replying_unit: Mapped[Department | None] = relationship(foreign_keys=[replying_unit_id], default=None)


@event.listens_for(Letter.document_number, "set")
def _call(letter: Letter, number: str, *_: object) -> None:
    letter.name = letter.name or number


@event.listens_for(Letter.name, "set")
def _keep_key(letter: Letter, name: str, *_: object) -> None:
    letter.number_key = number_key(name)


class Source(Base):
    """The text a letter was read from, and where in it each of its commitments stands.

    ``places`` says for a ref: ``start`` and ``end`` in ``text``, and in ``ask`` what a person must still decide before
    it can be confirmed (``lead``) or should look at (``date``), with the reason in ``note``. ``recognised``: a program
    saw the text in a scan; quotes are not compared with it, and are not the letter's own words to the sign.
    """

    __tablename__ = "source"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    name: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    aside: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    places: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default_factory=dict)
    recognised: Mapped[bool] = mapped_column(default=False, server_default=false())

    def asks(self, ref: str) -> list[str]:
        """Return what is still to be decided about a commitment."""
        return list(self.places.get(ref, {}).get("ask", ()))

    def place(self, ref: str, **facts: object) -> None:
        """Note facts about a commitment; a ref is forgotten with ``place(ref, gone=True)``."""
        rest = {known: value for known, value in self.places.items() if known != ref}
        if not facts.get("gone"):
            rest[ref] = {**self.places.get(ref, {}), **facts}
        self.places = rest


support_table = Table(
    "commitment_support",
    Base.metadata,
    Column("commitment_id", ForeignKey("commitment.id"), primary_key=True),
    Column("department_id", ForeignKey("department.id"), primary_key=True, index=True),
)


# The planner finds what is due through this index alone, among a million rows.
_WATCHED = text("next_action_on IS NOT NULL")


class Commitment(Base):
    """One pledge (承诺事项). Exactly one of ``due_on`` and ``review_on`` is set once it is open.

    ``arming`` is the generation of its reminders: reopening adds one, so that notices are owed anew.
    ``next_action_on`` is the next day the planner must look at it; only the register writes it. ``quote``
    (答复函原文) is the letter's own words, ``summary`` (答复要点) restates them. ``support_basis`` says how a
    supporting unit, by name, is known.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        _one_of("kind", KINDS),
        _one_of("strength", STRENGTHS),
        _one_of("owner_basis", OWNER_BASES),
        _one_of("state", STATES),
        CheckConstraint(f"outcome IS NULL OR outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint(f"due_basis IS NULL OR due_basis IN {DUE_BASES}", name="due_basis"),
        CheckConstraint("due_on IS NULL OR review_on IS NULL", name="due_or_review"),
        UniqueConstraint("letter_id", "section", "ordinal"),
        Index("ix_commitment_next_action", "next_action_on", sqlite_where=_WATCHED, postgresql_where=_WATCHED),
        Index("ix_commitment_state_due", "state", "due_on", "ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ref: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True, init=False)
    section: Mapped[str] = mapped_column(default="")
    ordinal: Mapped[str | None] = mapped_column(default=None)
    kind: Mapped[str] = mapped_column(default="pledge")
    strength: Mapped[str] = mapped_column(default="planned")
    title: Mapped[str]
    quote: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="", server_default="")
    lead_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True, init=False)
    owner_basis: Mapped[str] = mapped_column(default="stated")
    support_basis: Mapped[dict[str, str]] = mapped_column(JSON, default_factory=dict, server_default="{}")
    due_text: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None] = mapped_column(default=None)
    first_due_on: Mapped[date | None] = mapped_column(default=None)
    due_basis: Mapped[str | None] = mapped_column(default=None)
    due_rule: Mapped[str] = mapped_column(default="")
    due_from: Mapped[date | None] = mapped_column(default=None)
    due_offset: Mapped[str | None] = mapped_column(default=None)
    condition: Mapped[str] = mapped_column(default="")
    review_on: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default="open")
    outcome: Mapped[str | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    reported_done_on: Mapped[date | None] = mapped_column(default=None)
    closed_on: Mapped[date | None] = mapped_column(default=None)
    closing_note: Mapped[str] = mapped_column(Text, default="")
    arming: Mapped[int] = mapped_column(default=1)
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    version: Mapped[int] = mapped_column(default=1)
    next_action_on: Mapped[date | None] = mapped_column(default=None)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), default=None)
    confidence: Mapped[float | None] = mapped_column(default=None)

    letter: Mapped[Letter] = relationship()
    lead: Mapped[Department] = relationship(foreign_keys=[lead_id])
    support: Mapped[list[Department]] = relationship(
        secondary=support_table, order_by="Department.id", default_factory=list
    )
    targets: Mapped[list["Target"]] = relationship(
        back_populates="commitment", order_by="Target.id", default_factory=list
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it so


class Target(Base):
    """A figure promised (量化目标): what is counted, in which unit, from where, to where."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("commitment_id", "what"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), init=False)
    what: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    baseline: Mapped[float] = mapped_column(default=0.0)
    goal: Mapped[float]
    commitment: Mapped[Commitment] = relationship(back_populates="targets", init=False)


class Progress(Base):
    """What was done. ``figures`` moves targets: ``{"城市社区创建比例": 6.5}``."""

    __tablename__ = "progress"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    on: Mapped[date] = mapped_column("happened_on")
    note: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    by: Mapped[str] = mapped_column("reported_by")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Extension(Base):
    """A request to move a deadline (延期); approved, it moved it. The first date stays with the commitment."""

    __tablename__ = "extension"
    __table_args__ = (_one_of("state", EXTENSION_STATES),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    old_due: Mapped[date]
    new_due: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    decided_by: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Evidence(Base):
    """Proof (佐证材料): a file kept under its sha256, or an address."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    progress_id: Mapped[int | None] = mapped_column(ForeignKey("progress.id"), default=None)
    name: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(default=None)
    size: Mapped[int | None] = mapped_column(default=None)
    url: Mapped[str | None] = mapped_column(default=None)
    given_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Receipt(Base):
    """A department has seen that a commitment is its to do (签收)."""

    __tablename__ = "receipt"

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dispute(Base):
    """A department says that a commitment is not its to do (不属本单位职责); a person decides."""

    __tablename__ = "dispute"
    __table_args__ = (_one_of("state", DISPUTE_STATES),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    reason: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    decided_by: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    note: Mapped[str] = mapped_column(Text, default="")


class Answer(Base):
    """What a proposing unit thinks of a month (提案单位评价), ``2019-07``; its newest of a month counts."""

    __tablename__ = "answer"
    __table_args__ = (_one_of("grade", GRADES), Index("ix_answer_unit_month", "unit_id", "month"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    month: Mapped[str]
    grade: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Submission(Base):
    """A form that was sent; ``seq`` is the newest history entry once it was done. Sent twice, it is done once."""

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HistoryEntry(Base):
    """One change: who, when, what to what, why; ``hash`` covers the entry and the hash before it."""

    __tablename__ = "history"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    prev: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
