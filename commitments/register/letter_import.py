"""From a reading to the ledger: a letter with draft commitments. Nothing is reminded before a person confirms.

Longer than most files: importing, splitting and merging share how a draft keeps its place in the text.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments import codes
from commitments.calendar.deadlines import is_meant
from commitments.errors import Refused
from commitments.letters.candidates import Candidate
from commitments.letters.pledges.cues import WE
from commitments.letters.reading import Reading, reread
from commitments.letters.text.document import Document
from commitments.letters.text.simplified import simplify
from commitments.letters.titles import title_of
from commitments.models import Commitment, Department, Letter, Source, Target
from commitments.queries import lookup, units
from commitments.register import departments, editing, letters, opening
from commitments.register.context import Register
from commitments.text import amounts
from commitments.text.letter_name import letter_name

ASKED = ("document_number", "proposal_number", "proposing_unit", "replying_unit", "signed_on")
BASES = {"self": "self", "stated": "stated", "inferred-from-section": "inferred", "unknown": "unassigned"}
SUPPORTING = {"inferred-from-section": "inferred"}  # how those beside the first are known; else by name
GROUP = re.compile("^(?:各|有关|相关|其他|全[市县区省]|属地|沿线|所在)|等(?:单位|部门|地)?$")
STATED = ("exact-day", "month-end", "year-end")  # a date printed, not counted out


class NotALetter(Refused):
    """Nothing in a text is like a reply letter."""


class LetterChanged(Refused):
    """Another text of a letter that is in the ledger: nothing is changed by itself."""


@dataclass
class Intake:
    """What an import did."""

    letter: str
    refs: list[str] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # of ASKED, what neither the letter nor a person says
    repeated: bool = False
    by_hand: bool = False  # it is in the ledger, but was not read from a file
    simplified: bool = True


def import_letter(
    register: Register,
    reading: Reading,
    name: str,
    given: Mapping[str, str],
    own_unit: str,
    *,
    simplified: bool = True,
) -> Intake:
    """Write a letter with its drafts; what the letter does not say stays empty.

    A letter that is there already, by the same file or entered by hand, is left as it is. ``given`` are facts of ASKED
    that a person adds. ``own_unit`` keeps the drafts of which the letter says no owner, until a person chooses one.
    ``simplified``: titles are, as the ledger is. Raises NotALetter, LetterChanged.
    """
    known = _known(register, reading.document.sha256)
    if known:
        return Intake(letter=known.name, repeated=True)
    facts = _facts(reading, given)
    if not reading.candidates and not any(facts.values()):
        raise NotALetter(name=name)
    missing = [key for key in ASKED if not facts[key]]
    done = Intake(letter=_name(reading, facts), missing=missing, simplified=simplified)
    if (known := lookup.letter_named(register.session, done.letter)) is not None:
        return _known_by_hand(register, known, reading)
    letter = _letter(register, reading, facts, done)
    source = Source(
        letter_id=letter.id,
        name=name,
        text=reading.document.text,
        aside=list(reading.document.quarantined),
        recognised=reading.document.recognised,
    )
    register.session.add(source)
    used: set[tuple[str, str]] = set()
    why, own = codes.reason("letter_import", file=name), letter.replying_unit or own_unit
    for found in reading.candidates:
        row = opening.add(register, _draft(register, letter, found, used, done, own), why)
        source.place(row.ref, start=found.start, end=found.end, **_looks(found, reading.document))
        done.refs.append(row.ref)
    return done


def correct_letter(
    register: Register, letter: Letter, reason: str, new: Mapping[str, object]
) -> tuple[Letter, list[str]]:
    """Correct a letter or add what it does not say; return it, and the drafts that are dated now by its new date."""
    undated, replied = letter.signed_on is None, letter.replying_unit
    letters.edit_letter(register, letter, reason, **new)
    if letter.replying_unit is not replied and letter.replying_unit is not None:
        _follow_replying_unit(register, letter, letter.replying_unit)
    return letter, _date_drafts(register, letter) if undated and letter.signed_on else []


def _follow_replying_unit(register: Register, letter: Letter, unit: Department) -> None:
    """Let the drafts that are the replying unit's own, or nobody's yet, be those of the unit that a person named."""
    own = Commitment.owner_basis.in_(("self", "unassigned"))
    drafts = select(Commitment).where(Commitment.letter_id == letter.id, Commitment.state == "draft", own)
    source = register.session.get(Source, letter.id)
    for row in register.session.scalars(drafts.order_by(Commitment.ref)).all():
        asked = source.asks(row.ref) if source else []
        if row.lead is not unit:
            support = [each for each in row.support if each is not unit]
            new = {"lead": unit, "support": support, "owner_basis": row.owner_basis}
            editing.edit(register, row.ref, codes.reason("letter_unit"), **new)
            if source:
                source.place(row.ref, ask=asked)  # that the letter names nobody is still to be decided


def _date_drafts(register: Register, letter: Letter) -> list[str]:
    """Date the drafts whose time needed the year of the letter, and that nobody changed since."""
    source = register.session.get(Source, letter.id)
    read = reread(source.text, letter.signed_on).candidates if source else ()
    found: dict[object, Candidate] = {(each.start, each.end): each for each in read if each.due_date}
    undated = select(Commitment).where(Commitment.letter_id == letter.id, Commitment.state == "draft")
    dated = []
    for row in register.session.scalars(undated.where(Commitment.due_on.is_(None)).order_by(Commitment.ref)).all():
        place = source.places.get(row.ref, {}) if source else {}
        now = found.get((place.get("start"), place.get("end")))
        if now and source and now.due_date and (letter.signed_on is None or now.due_date >= letter.signed_on):
            basis = {"due_basis": _basis(now), "due_rule": now.due_rule}
            editing.edit(register, row.ref, codes.reason("letter_dated"), due_on=now.due_date, **basis)
            source.place(row.ref, ask=[*asks(now), *["look"] * source.recognised], note=now.due_note or "")
            dated.append(row.ref)
    return dated


def _looks(found: Candidate, document: Document) -> dict[str, object]:
    """Return what a person must look at in a draft, and why."""
    doubts = document.doubtful(found.quote)
    seen = ["look"] * (document.recognised and "look" not in asks(found))
    said = f"recognised twice, not alike: {', '.join(doubts)}" if doubts else ""
    return {"ask": [*asks(found), *seen], "note": found.due_note or said}


def asks(found: Candidate) -> list[str]:
    """Return what a person must decide: who leads, whether a date is meant so."""
    unsure = found.due_note is not None or found.owner_basis == "inferred-from-section"
    return ["lead"] * (not _bodies(found.owners)) + ["date"] * (found.due_note is not None) + ["look"] * unsure


def also_look_at(session: Session, letter: Letter) -> list[Candidate]:
    """Return what else of a letter may be a pledge, in the order of the text; what was taken stands there no more."""
    source = session.get(Source, letter.id)
    if source is None:
        return []
    held = [(place["start"], place["end"]) for place in source.places.values()]
    found = reread(source.text, letter.signed_on).possible
    return [each for each in found if not any(each.start < end and start < each.end for start, end in held)]


def take(register: Register, letter: Letter, found: Candidate, own_unit: str, *, simplified: bool = True) -> str:
    """Make a draft of what a person took from beside the pledges; return its ref."""
    source = register.session.get_one(Source, letter.id)
    rows = select(Commitment.section, Commitment.ordinal).where(Commitment.letter_id == letter.id)
    used = {(section, ordinal or "") for section, ordinal in register.session.execute(rows)}
    own, done = letter.replying_unit or own_unit, Intake(letter=letter.name, simplified=simplified)
    row = opening.add(register, _draft(register, letter, found, used, done, own), codes.reason("taken"))
    source.place(row.ref, start=found.start, end=found.end, ask=asks(found), note=found.due_note or "")
    return row.ref


def is_stated(draft: Commitment, source: Source | None) -> bool:
    """Say whether the words of a draft state who does it and by when, and nothing about it is in doubt."""
    place = source.places.get(draft.ref, {}) if source else {}
    doubtful = place.get("ask") or place.get("note") or place.get("recognised")
    sure = draft.strength in ("firm", "planned") and draft.due_basis == "stated" and draft.due_on is not None
    return sure and not doubtful and _names_owner(draft)


def _names_owner(draft: Commitment) -> bool:
    """Say whether the owner stands in the words; of the replying unit also 我局 and the like do."""
    words = simplify(draft.quote or draft.summary)
    own = re.search(WE, words) or simplify(draft.lead.name) in words
    return draft.owner_basis == "stated" or (draft.owner_basis == "self" and bool(own))


def _known(register: Register, sha256: str) -> Letter | None:
    return register.session.scalars(select(Letter).where(Letter.source_sha256 == sha256)).first()


def _facts(reading: Reading, given: Mapping[str, str]) -> dict[str, str]:
    head = reading.header
    said = {
        "document_number": head.doc_number,
        "proposal_number": head.proposal_number,
        "proposing_unit": head.proposer,
        "replying_unit": head.replying_unit,
        "signed_on": head.reply_date.isoformat() if head.reply_date else None,
    }
    facts = {key: given.get(key) or said[key] or "" for key in ASKED}
    return {**facts, "document_number": lookup.canonical_number(facts["document_number"])}


def _name(reading: Reading, facts: Mapping[str, str]) -> str:
    head, sha256 = reading.header, reading.document.sha256
    day = date.fromisoformat(facts["signed_on"]) if facts["signed_on"] else head.page_date
    numbers = facts["document_number"], facts["proposal_number"]
    return letter_name(*numbers, head.session or "", day, facts["replying_unit"], sha256)


def _known_by_hand(register: Register, letter: Letter, reading: Reading) -> Intake:
    """Leave a letter as it is that was entered by hand; one that is known by another text is said to differ."""
    if register.session.get(Source, letter.id) is None:
        return Intake(letter=letter.name, repeated=True, by_hand=True)
    raise _changed(register, letter, reading)


def _changed(register: Register, letter: Letter, reading: Reading) -> LetterChanged:
    rows = register.session.scalars(select(Commitment.quote).where(Commitment.letter_id == letter.id))
    before, now = set(rows), {found.quote for found in reading.candidates}
    new, gone = sorted(now - before), sorted(before - now)
    return LetterChanged(
        number=letter.name,
        new=[_short(quote, gone) for quote in new] or ["—"],
        gone=[_short(quote, new) for quote in gone] or ["—"],
    )


def _short(quote: str, others: Sequence[str]) -> str:
    """Return the beginning of a quote, or what it says differently from the nearest of the others."""
    near = get_close_matches(quote, others, n=1)
    at = next((n for n, (a, b) in enumerate(zip(quote, near[0], strict=False)) if a != b), 0) if near else 0
    start = max(0, at - SHOWN // 2)
    return f"“{'…' if start else ''}{quote[start : start + SHOWN]}…”"


SHOWN = 16  # characters


def _letter(register: Register, reading: Reading, facts: Mapping[str, str], done: Intake) -> Letter:
    head = reading.header
    letter = letters.add_letter(
        register,
        name=done.letter,
        document_number=facts["document_number"],
        proposal_number=facts["proposal_number"],
        proposing_unit=_unit(register, facts["proposing_unit"], done),
        replying_unit=_unit(register, facts["replying_unit"], done),
        signed_on=date.fromisoformat(facts["signed_on"]) if facts["signed_on"] else None,
        published_on=head.page_date,
        proposal_title=head.proposal_title or "",
        session=head.session or "",
        class_mark=head.classification or "",
        contact=" ".join(filter(None, (head.contact_name, head.contact_phone))),
        source_sha256=reading.document.sha256,
        co_units=head.co_units,
    )
    register.session.flush()
    return letter


def _unit(register: Register, name: str, done: Intake) -> Department | None:
    return _department(register, name, done) if name else None


def _bodies(owners: Sequence[str]) -> list[str]:
    """Return the owners that are one body each: a group (各乡镇, 有关部门) can lead nothing, nor can 等单位."""
    return [name for name in owners if not GROUP.search(simplify(name))]


def _department(register: Register, name: str, done: Intake) -> Department:
    """Return the department meant, by name or short name, in either script; a new one where there is none."""
    plain = simplify(name)
    everyone = register.session.scalars(select(Department).order_by(Department.id)).all()
    for department in everyone:
        if any(units.is_same(plain, simplify(known)) for known in (department.name, *department.short_names)):
            return department
    why = codes.reason("letter_names", letter=done.letter)
    made = departments.add_department(register, re.sub(r"[|;；/]", "、", name), reason=why)
    done.departments.append(made.name)
    return made


def _draft(
    register: Register,
    letter: Letter,
    found: Candidate,
    used: set[tuple[str, str]],
    done: Intake,
    own: Department | str,
) -> Commitment:
    owners = list(dict.fromkeys(_department(register, owner, done) for owner in _bodies(found.owners)))
    basis = BASES[found.owner_basis] if owners else "unassigned"
    owners = owners or [own if isinstance(own, Department) else _department(register, own, done)]
    due = found.due_date
    if due and ((letter.signed_on and due < letter.signed_on) or not is_meant(due)):
        due = None
    section = (found.section or "")[:200]
    return Commitment(
        ref="",
        letter=letter,
        section=section,
        ordinal=_ordinal(section, found.ordinal, used),
        kind=found.kind,
        strength=found.strength,
        title=simplify(found.title) if done.simplified else found.title,
        quote=found.quote,
        lead=owners[0],
        support=owners[1:],
        owner_basis=basis,
        support_basis={unit.name: SUPPORTING.get(found.owner_basis, "named") for unit in owners[1:]},
        due_text=found.due_text or "",
        due_on=due,
        due_basis=_basis(found) if due else None,
        due_rule=found.due_rule if due else "",
        condition=found.condition or "",
        state="draft",
        confidence=found.confidence,
        targets=_targets(found),
    )


def _targets(found: Candidate) -> list[Target]:
    """Return the figures of a pledge; two that count things of one name are numbered."""
    made: dict[str, Target] = {}
    for goal in (each for each in found.targets if amounts.is_kept(each.quantity)):
        what = _unused(goal.what or found.title, made)
        made[what] = Target(what=what, goal=goal.quantity, unit=goal.unit)
    return list(made.values())


def _unused(what: str, taken: Collection[str]) -> str:
    names = [what, *(f"{what}（{n}）" for n in range(2, 1000))]
    return next(name for name in names if name not in taken)


def _basis(found: Candidate) -> str:
    if found.due_note:
        return "assumed"
    return "stated" if found.due_rule in STATED else "derived"


def _ordinal(section: str, ordinal: str, used: set[tuple[str, str]]) -> str:
    """Return an ordinal that stands only once in its section."""
    names = [ordinal, *(f"{ordinal}-{n}" for n in range(2, 1000))]
    free = next(name for name in names if (section, name) not in used)
    used.add((section, free))
    return free


def split(register: Register, ref: str, at: int) -> str:
    """Part a draft's words in two at a character of its quote; return the ref of the second part, a draft too."""
    first = lookup.find(register.session, ref)
    source = register.session.get_one(Source, first.letter_id)
    start, quote = source.places[ref]["start"], first.quote
    second = _second_half(register, first, quote[at:])
    editing.edit(register, ref, codes.reason("split"), quote=quote[:at].rstrip())
    place = source.places[ref]
    source.place(second.ref, **{**place, "start": start + at})
    source.place(ref, end=start + len(quote[:at].rstrip()))
    return second.ref


def _second_half(register: Register, first: Commitment, quote: str) -> Commitment:
    taken = register.session.scalars(select(Commitment.ordinal).where(Commitment.letter_id == first.letter_id))
    used = {(first.section, ordinal or "") for ordinal in taken}
    return opening.add(
        register,
        Commitment(
            ref="",
            letter=first.letter,
            section=first.section,
            ordinal=_ordinal(first.section, first.ordinal or "1", used),
            kind=first.kind,
            strength=first.strength,
            title=title_of(quote),
            quote=quote,
            lead=first.lead,
            support=list(first.support),
            owner_basis=first.owner_basis,
            state="draft",
        ),
        reason=codes.reason("split_from", ref=first.ref),
    )


def merge(register: Register, ref: str, next_ref: str) -> None:
    """Make one draft of two that follow each other: from the first word of the one to the last of the other."""
    first = lookup.find(register.session, ref)
    source = register.session.get_one(Source, first.letter_id)
    start, end = source.places[ref]["start"], source.places[next_ref]["end"]
    second = lookup.find(register.session, next_ref)
    editing.edit(register, ref, codes.reason("merged"), quote=source.text[start:end], **_brought(first, second))
    _join_targets(register, first, second)
    source.place(ref, end=end)
    opening.drop(register, next_ref, codes.reason("merged_into", ref=ref))


def _join_targets(register: Register, first: Commitment, second: Commitment) -> None:
    """Count on the first of two joined drafts what the second counts; the history says so for each figure."""
    taken = [each.what for each in first.targets]
    for each in second.targets:
        taken.append(_unused(each.what, taken))
        first.targets.append(Target(what=taken[-1], goal=each.goal, unit=each.unit, baseline=each.baseline))
        changes = {f"{taken[-1]} {key}": [None, getattr(each, key)] for key in ("goal", "unit", "baseline")}
        register.note("edit", first.ref, codes.reason("merged"), changes)


def _brought(first: Commitment, second: Commitment) -> dict[str, object]:
    """Return what the second of two joined drafts adds to the first: its time, its condition, who else works on it."""
    named = dict.fromkeys([*first.support, second.lead, *second.support])
    new: dict[str, object] = {"support": [each for each in named if each is not first.lead]}
    if first.due_on is None and second.due_on is not None:
        new |= {field: getattr(second, field) for field in ("due_on", "due_text", "due_basis", "due_rule")}
    if not first.condition:
        new["condition"] = second.condition
    return new
