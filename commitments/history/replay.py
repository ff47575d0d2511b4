"""The history held against the tables: what somebody changed past the verbs, straight in the database.

What an entry wrote last of a field is what the row must hold; a field of which no entry speaks is not judged, so that
ledgers begun with earlier versions, whose entries said less, raise no false alarm. Rows are read a page at a time, each
with its entries. Longer than most files: what entries mean and how rows are read stand side by side.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from commitments import evidence, validation
from commitments.errors import DamagedText
from commitments.models import (
    Answer,
    Commitment,
    Department,
    Dispute,
    Evidence,
    Extension,
    HistoryEntry,
    Letter,
    Progress,
    Receipt,
    Target,
    support_table,
)
from commitments.text.canonical import ref_key

PAGE = 500  # rows compared at a time: databases limit the parameters of a statement
INSTANTS = ("opened_at", "reopened_at")
MAKING = ("add", "letter_add", "department_add")
ENDING = ("drop", "department_drop")
OF_LETTERS = ("letter_add", "letter_edit")
OF_DEPARTMENTS = ("department_add", "department_edit", "department_drop", "links_revoked", "unit_answer")
LETTER = (
    "name", "document_number", "proposal_number", "proposing_unit", "replying_unit", "signed_on", "proposal_title",
    "session", "published_on", "class_mark", "contact", "source_sha256", "co_units",
)  # fmt: skip
DEPARTMENT = ("mailbox", "escalation", "locale", "short_names", "link_generation")
TARGET = ("what", "unit", "baseline", "goal")
Facts = dict[str, Any]
Moves = Mapping[str, Sequence[tuple[int, str]]]  # by a former subject: up to which entry it was so called, and its next
LAST = 2**63
Query = Select[*tuple[Any, ...]]


class Entry(NamedTuple):
    """What is needed of a history entry."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    changes: Facts


class Difference(NamedTuple):
    """A field of a row that is not as the history says: ``row`` is a ref, a name or a number, of a ``kind`` of thing.

    Of the field ``rows``, and of lists such as ``progress``, both sides are counts.
    """

    kind: str
    row: str
    field: str
    history: object
    table: object


@dataclass
class Record:
    """One thing: its fields, and what belongs to it in the order in which it came."""

    fields: Facts = field(default_factory=dict)
    targets: dict[str, Facts] = field(default_factory=dict)
    lists: dict[str, list[Facts]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Expected(Record):
    """What the tables should hold of a thing, by the history."""

    made: bool = False
    every_target: bool = False

    def apply(self, entry: Entry) -> None:
        """Take one entry in, in the order of the chain."""
        if entry.action in MAKING:
            self._begin(entry.changes)
        elif entry.action in ENDING:
            self.made = False
        else:
            self._change(entry.changes)
        if entry.action in STEPS:
            STEPS[entry.action](self, entry)

    def _begin(self, facts: Facts) -> None:
        """An entry that names the letter states all that is not empty; those of earlier versions say less."""
        whole = "letter" in facts
        self.made, self.every_target = True, whole
        self.targets = {what: dict(figures) for what, figures in facts.get("targets", {}).items()}
        self.fields = dict.fromkeys(validation.FACTS) if whole else {}
        self.fields |= {name: value for name, value in facts.items() if name != "targets"}

    def _change(self, changes: Facts) -> None:
        """Take ``{field: [old, new]}``; figures of a target are written as ``NAME goal``; without a goal it is gone."""
        for name, change in changes.items():
            what, _, figure = name.rpartition(" ")
            if not isinstance(change, list) or len(change) != 2:  # noqa: PLR2004 - evidence, or a fact
                continue
            if what and figure in TARGET:
                self.targets.setdefault(what, {})[figure] = change[1]
            elif name in KNOWN:
                self.fields[name] = change[1]
        self.targets = {what: figures for what, figures in self.targets.items() if figures.get("goal", 0) is not None}


# -- what entries mean ---------------------------------------------------------------------------------------


def _progress(expected: Expected, entry: Entry) -> None:
    facts = {"on": entry.changes.get("on"), "note": entry.reason, "figures": entry.changes.get("figures", {})}
    expected.lists["progress"].append({**facts, "by": entry.actor, "recorded_at": entry.at})
    _evidence(expected, entry)


def _evidence(expected: Expected, entry: Entry) -> None:
    given = {"of_progress": entry.action == "progress", "given_by": entry.actor, "recorded_at": entry.at}
    for words in entry.changes.get("evidence", ()):
        name, sha256 = evidence.named(words)
        expected.lists["evidence"].append({"name": name, "sha256": sha256, "url": None if sha256 else name, **given})


def _closed(expected: Expected, entry: Entry) -> None:
    _refuse_waiting(expected, entry)
    _evidence(expected, entry)


def _asked(expected: Expected, entry: Entry) -> None:
    _refuse_waiting(expected, entry)
    asked = {"new_due": entry.changes["to"], "reason": entry.reason, "asked_by": entry.actor, "asked_at": entry.at}
    expected.lists["extension"].append({**asked, **_known(entry.changes, "old_due"), "state": "waiting"})


def _refuse_waiting(expected: Expected, entry: Entry) -> None:
    """A request that waits is refused by a newer one and by closing; the first versions did not always."""
    for request in expected.lists["extension"]:
        if request.get("state") == "waiting" and "old_due" in request:
            request.update(state="refused", decided_by=entry.actor, decided_at=entry.at)
        elif request.get("state") == "waiting":
            request.pop("state")


def _decided(expected: Expected, entry: Entry) -> None:
    state = "approved" if entry.action == "extended" else "refused"
    waiting = [each for each in expected.lists["extension"] if each.get("state", "waiting") == "waiting"]
    for request in waiting[-1:]:
        request.update(state=state, decided_by=entry.changes.get("decided_by"), decided_at=entry.at)


def _acknowledged(expected: Expected, entry: Entry) -> None:
    expected.lists["receipt"].append({"department": entry.changes["department"], "at": entry.at})
    expected.lists["receipt"].sort(key=_department)


def _department(facts: Facts) -> str:
    return str(facts["department"])


def _disputed(expected: Expected, entry: Entry) -> None:
    """A department's newer dispute takes the place of the one that waits."""
    _decide_dispute(expected, entry, "refused", entry.actor, "")
    raised = {"department": entry.changes["department"], "reason": entry.reason, "raised_at": entry.at}
    expected.lists["dispute"].append({**raised, "state": "waiting", "note": ""})


def _judged(expected: Expected, entry: Entry) -> None:
    state = entry.action.removeprefix("dispute_")
    _decide_dispute(expected, entry, state, entry.changes["decided_by"], entry.reason)


def _decide_dispute(expected: Expected, entry: Entry, state: str, by: str, note: str) -> None:
    for one in expected.lists["dispute"]:
        if one["state"] == "waiting" and one["department"] == entry.changes["department"]:
            one.update(state=state, decided_by=by, decided_at=entry.at, note=note)


def _answered(expected: Expected, entry: Entry) -> None:
    facts = {"month": entry.changes["month"], "grade": entry.changes["grade"]}
    expected.lists["answer"].append({**facts, "reason": entry.reason, "at": entry.at})


def _known(facts: Facts, *names: str) -> Facts:
    return {name: facts[name] for name in names if name in facts}


STEPS: Mapping[str, Callable[[Expected, Entry], None]] = {
    "progress": _progress, "report_done": _evidence, "close": _closed, "extension_asked": _asked, "extended": _decided,
    "extension_refused": _decided, "acknowledge": _acknowledged, "dispute": _disputed, "dispute_accepted": _judged,
    "dispute_refused": _judged, "unit_answer": _answered,
}  # fmt: skip
OF_COMMITMENTS = ("add", "drop", "confirm", "edit", "reopen", "due_moved", *(STEPS.keys() - {"unit_answer"}))
KNOWN = frozenset((*validation.FACTS, *LETTER, *DEPARTMENT))


# -- comparing -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of thing: what tells one from another, which entries speak of it, how rows of some ids are read."""

    name: str
    actions: Sequence[str]
    id: InstrumentedAttribute[int]
    named: InstrumentedAttribute[str]
    read: Callable[[Session, Sequence[int]], dict[int, Record]]


def differences(session: Session) -> Iterator[Difference]:
    """Yield what the tables of the ledger hold otherwise than the history says; the chain is taken as it is.

    The session must be one of ``storage.one_moment``: a verb between two looks would seem a difference.
    """
    for kind in KINDS:
        moves = _moves(session, kind)
        yield from _rows(session, kind, moves)
        yield from _lost(session, kind, moves)


def _rows(session: Session, kind: Kind, moves: Moves) -> Iterator[Difference]:
    query = select(kind.id, kind.named).order_by(kind.id).limit(PAGE)
    last = 0
    while page := session.execute(query.where(kind.id > last)).all():
        expected = _expected(session, kind, [name for _, name in page], moves)
        actual = _read(session, kind, [key for key, _ in page])
        for key, name in page:
            yield from _compared(kind, name, expected[name], actual[key])
        last = page[-1][0]


def _read(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, Record | None]:
    """Read some rows; what cannot be read, a date that is none, is None."""
    try:
        return {**kind.read(session, ids)}
    except (ValueError, TypeError, DamagedText):
        if len(ids) == 1:
            return {ids[0]: None}
        return {key: row for each in ids for key, row in _read(session, kind, [each]).items()}


def _expected(session: Session, kind: Kind, names: Iterable[str], moves: Moves) -> dict[str, Expected]:
    """Return what the history says of some things; what it says nothing of was not made."""
    found = {name: Expected() for name in names}
    columns = [getattr(HistoryEntry, field) for field in Entry._fields]
    query = select(*columns).where(HistoryEntry.subject.in_([*found, *_former(found, moves)]))
    query = query.where(HistoryEntry.action.in_(kind.actions)).order_by(HistoryEntry.seq)
    letters = _letters_renamed(session) if kind is COMMITMENTS else {}
    for row in session.execute(query.execution_options(yield_per=PAGE)):
        entry = Entry(*row)
        if (record := found.get(_present(entry.subject, entry.seq, moves))) is not None:
            record.apply(_with_present_letter(entry, letters))
    return found


def _former(names: Collection[str], moves: Moves) -> list[str]:
    """Return the subjects under which entries may speak of what is called otherwise by now."""
    return [
        subject for subject, left in moves.items() if any(_present(subject, seq, moves) in names for seq, _ in left)
    ]


def _present(subject: str, seq: int, moves: Moves) -> str:
    """Return what the subject of an entry is called now."""
    while following := next(((until, name) for until, name in moves.get(subject, ()) if until >= seq), None):
        seq, subject = following[0] + 1, following[1]
    return subject


def _with_present_letter(entry: Entry, renamed: Moves) -> Entry:
    """Call the letter of a commitment as it is called now."""
    letter = entry.changes.get("letter")
    if not renamed or not isinstance(letter, str):
        return entry
    return entry._replace(changes={**entry.changes, "letter": _present(letter, entry.seq, renamed)})


def _moves(session: Session, kind: Kind) -> Moves:
    return _strays(session) if kind is COMMITMENTS else _letters_renamed(session) if kind is LETTERS else {}


def _letters_renamed(session: Session) -> Moves:
    """Return how letters were renamed: one is called by its document number from when somebody gives it."""
    query = select(HistoryEntry.seq, HistoryEntry.changes).where(HistoryEntry.action == "letter_edit")
    renamed: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for seq, changes in session.execute(query.order_by(HistoryEntry.seq)):
        match changes.get("name"):
            case [str(old), str(new)]:
                renamed[old].append((seq, new))
    return renamed


def _strays(session: Session) -> Moves:
    """Return subjects that no row bears, with the ref they mean: earlier versions wrote one as it had been typed."""
    query = select(HistoryEntry.subject).where(HistoryEntry.action.in_(OF_COMMITMENTS)).distinct()
    unknown = session.scalars(query.where(HistoryEntry.subject.not_in(select(Commitment.ref))))
    return {subject: [(LAST, ref_key(subject))] for subject in unknown if ref_key(subject) != subject}


def _lost(session: Session, kind: Kind, moves: Moves) -> Iterator[Difference]:
    """Name what an entry made, none dropped, and no table holds."""
    made = select(HistoryEntry.subject).where(HistoryEntry.action.in_(set(MAKING) & set(kind.actions))).distinct()
    missing = session.scalars(made.where(HistoryEntry.subject.not_in(select(kind.named)))).all()
    for start in range(0, len(missing), PAGE):
        expected = _expected(session, kind, missing[start : start + PAGE], moves)
        yield from (Difference(kind.name, name, "rows", 1, 0) for name, said in expected.items() if said.made)


def _compared(kind: Kind, name: str, expected: Expected, actual: Record | None) -> Iterator[Difference]:
    if actual is None or not expected.made:
        yield Difference(kind.name, name, "rows", int(expected.made), 1 if actual else "unreadable")
        return
    found = [*_fields("", expected.fields, actual.fields), *_targets(expected, actual)]
    for listed in sorted({*expected.lists, *actual.lists}):
        found += _list(listed, expected.lists[listed], actual.lists[listed])
    yield from (Difference(kind.name, name, *difference) for difference in found)


def _fields(prefix: str, expected: Facts, actual: Facts) -> Iterator[tuple[str, object, object]]:
    """Compare what is expected; what the tables have no such column for is no field."""
    for name, value in expected.items():
        if name not in actual or value == actual[name]:
            continue
        want, have = _plain(name, value), _plain(name, actual[name])
        if want != have:
            yield f"{prefix}{name}", want, have


def _targets(expected: Expected, actual: Record) -> Iterator[tuple[str, object, object]]:
    for what in [
        *expected.targets,
        *(actual.targets.keys() - expected.targets.keys() if expected.every_target else ()),
    ]:
        if what not in actual.targets or what not in expected.targets:
            yield f"target {what}", int(what in expected.targets), int(what in actual.targets)
        else:
            yield from _fields(f"target {what} ", expected.targets[what], actual.targets[what])


def _list(name: str, expected: Sequence[Facts], actual: Sequence[Facts]) -> Iterator[tuple[str, object, object]]:
    """Compare one by one what is of the same length; else say the lengths, or all after a lost one would differ."""
    if len(expected) != len(actual):
        yield name, len(expected), len(actual)
        return
    for number, (want, have) in enumerate(zip(expected, actual, strict=True), 1):
        yield from _fields(f"{name} {number} ", want, have)


def _plain(name: str, value: object) -> object:
    """Write a value as JSON keeps it. Nothing is nothing, empty or absent; the order of names means nothing."""
    if value is None or value == "":
        return None
    if name in INSTANTS and isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        value = sorted(value, key=str)
    if name in ("goal", "baseline") and isinstance(value, int):
        value = float(value)
    return None if value in ([], {}) else value


# -- the tables ----------------------------------------------------------------------------------------------


def _commitments(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    columns = [getattr(Commitment, name) for name in validation.FACTS if name not in ("lead", "support", "letter")]
    query = select(Commitment.id, Department.name.label("lead"), Letter.name.label("letter"), *columns)
    query = query.outerjoin(Department, Commitment.lead_id == Department.id)
    query = query.outerjoin(Letter, Commitment.letter_id == Letter.id)
    found = _records(session, query.where(Commitment.id.in_(ids)))
    for actual in found.values():
        actual.fields["support"] = []
    for of, name in session.execute(_of(SUPPORT, ids)):
        found[of].fields["support"].append(name)
    for row in session.execute(_of(TARGETS, ids)).mappings():
        found[row["of"]].targets[row["what"]] = dict(row)
    _listed(session, found, LISTS)
    for actual in found.values():
        actual.lists["receipt"].sort(key=_department)
    return found


def _departments(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    columns = [getattr(Department, name) for name in DEPARTMENT]
    found = _records(session, select(Department.id, *columns).where(Department.id.in_(ids)))
    _listed(session, found, {"answer": ANSWERS})
    return found


def _letters(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    proposing, replying = aliased(Department), aliased(Department)
    columns = [getattr(Letter, name) for name in LETTER if not name.endswith("_unit")]
    names = (proposing.name.label("proposing_unit"), replying.name.label("replying_unit"))
    query = select(Letter.id, *names, *columns).outerjoin(proposing, Letter.proposing_unit_id == proposing.id)
    query = query.outerjoin(replying, Letter.replying_unit_id == replying.id)
    return _records(session, query.where(Letter.id.in_(ids)))


def _records(session: Session, query: Query) -> dict[int, Record]:
    return {row["id"]: Record(dict(row)) for row in session.execute(query).mappings()}


def _listed(session: Session, found: Mapping[int, Record], queries: Mapping[str, Query]) -> None:
    for name, query in queries.items():
        for row in session.execute(_of(query, list(found))).mappings():
            found[row["of"]].lists[name].append(dict(row))


def _of(query: Query, ids: Sequence[int]) -> Query:
    """Narrow a query to what belongs to some things; its first column says to which."""
    return query.where(query.selected_columns[0].in_(ids))


SUPPORT = select(support_table.c.commitment_id.label("of"), Department.name).join(Department)
TARGETS = select(Target.commitment_id.label("of"), Target.what, Target.unit, Target.baseline, Target.goal)
ANSWERS = select(Answer.unit_id.label("of"), Answer.month, Answer.grade, Answer.reason, Answer.at).order_by(Answer.id)
LISTS: Mapping[str, Query] = {
    "progress": select(
        Progress.commitment_id.label("of"), Progress.on.label("on"), Progress.note, Progress.figures,
        Progress.by.label("by"), Progress.recorded_at,
    ).order_by(Progress.id),
    "evidence": select(
        Evidence.commitment_id.label("of"), Evidence.progress_id.is_not(None).label("of_progress"), Evidence.name,
        Evidence.sha256, Evidence.url, Evidence.given_by, Evidence.recorded_at,
    ).order_by(Evidence.id),
    "extension": select(
        Extension.commitment_id.label("of"), Extension.old_due, Extension.new_due, Extension.reason, Extension.asked_by,
        Extension.asked_at, Extension.state, Extension.decided_by, Extension.decided_at,
    ).order_by(Extension.id),
    "dispute": select(
        Dispute.commitment_id.label("of"), Department.name.label("department"), Dispute.reason, Dispute.raised_at,
        Dispute.state, Dispute.decided_by, Dispute.decided_at, Dispute.note,
    ).outerjoin(Department).order_by(Dispute.id),
    "receipt": select(
        Receipt.commitment_id.label("of"), Department.name.label("department"), Receipt.at
    ).outerjoin(Department),
}  # fmt: skip
COMMITMENTS = Kind("commitment", OF_COMMITMENTS, Commitment.id, Commitment.ref, _commitments)
LETTERS = Kind("letter", OF_LETTERS, Letter.id, Letter.name, _letters)
KINDS = (Kind("department", OF_DEPARTMENTS, Department.id, Department.name, _departments), LETTERS, COMMITMENTS)
