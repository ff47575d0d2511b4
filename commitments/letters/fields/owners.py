"""Who owes a pledge: the replying unit, units it names or passes a task, or the lead of a programme named before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commitments.letters.fields.conditions import conditions
from commitments.letters.fields.programmes import Programme, of_programme
from commitments.letters.fields.public_bodies import Register
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.pledges.model import Pledge
from commitments.letters.pledges.splitting import has_act
from commitments.letters.structure.outline import sentences
from commitments.letters.structure.tables import cells

PATTERNS = patterns(__file__, **cues.PATTERNS.tables)
LIST = r"(?:[、和与及]|以及|等)"


@dataclass(frozen=True)
class Owned:
    """The owners of a pledge, how they were found, and the sentence they were inferred from."""

    owners: tuple[str, ...]
    basis: str  # self, stated, inferred-from-section, unknown
    evidence: str | None = None


def owners(pledge: Pledge, known: Register, programmes: Sequence[Programme], guest: str | None) -> Owned:
    """Return who owes a pledge (docs/pledges.md, section 4)."""
    text = pledge.text
    us = (known.self_name,) if known.self_name else ()
    we, units = bool(PATTERNS["ourselves"].search(text)), named(text, known)
    if pledge.cue == "goal" and not we and not units:
        return Owned((), "unknown")
    if guest and PATTERNS["guest"].search(text) and not units:
        return Owned((*us, guest), "stated")
    if found := _in_cells(pledge, known) or joint(text) or units:
        return _stated(found, pledge, known, us, guest)
    if back := _back_to(pledge, known):
        return Owned((back,), "stated")
    if (programme := of_programme(text, programmes)) and (pledge.listed or not we):
        return _inferred(programme, pledge, known, us)
    if we:
        return Owned(us, "self")
    if not (pledge.listed or cues.PATTERNS["next"].match(text)) and (before := _subject_before(pledge, known)):
        return Owned(us, "self") if known.is_self(before) else Owned((before,), "stated")
    place_acts = PATTERNS["territory"].search(text) and not PATTERNS["ourselves"].search(pledge.led)
    if place_acts or PATTERNS["nobody"].search(text):
        return Owned((), "unknown")
    return Owned(us, "self")


def _acts_first(pledge: Pledge, name: str) -> bool:
    """Say whether an item begins with acts of nobody named, that is ours, before the first named unit acts."""
    if not pledge.listed or "\t" in pledge.text:
        return False
    first = re.split(r"[，。；]", pledge.act[: max(0, pledge.act.find(name))])[:-1]
    acts = (clause for clause in first if has_act(clause) and not conditions(clause))
    return any(not cues.PATTERNS["opener"].match(clause) for clause in acts)


def _stated(
    found: Sequence[tuple[str, str]], pledge: Pledge, known: Register, us: tuple[str, ...], guest: str | None
) -> Owned:
    text = pledge.text
    named_units = [name for name, _ in found if not known.is_self(name)]
    roles = {role for _, role in found}
    ours = (
        bool(PATTERNS["ourselves"].search(text))
        or known.calls_itself(text)
        or _acts_first(pledge, found[0][0])
        or any(known.is_self(name) for name, _ in found)
        or ("with" in roles and "subject" not in roles)
    )
    guests = [guest] if guest and PATTERNS["guest"].search(text) else []
    everyone = (*(us if ours else ()), *dict.fromkeys(named_units), *guests)
    return Owned(everyone, "stated" if named_units else "self")


def joint(text: str) -> list[tuple[str, str]]:
    """Take 市发展改革、财政部门 apart: 市发展改革部门, 市财政部门."""
    if not (hit := PATTERNS["joint"].search(text)):
        return []
    role = "with" if hit["before"] in ("会同", "联合", "配合") else "subject"
    return [(f"{hit['level']}{name}部门", role) for name in hit["names"].split("、")]


def _in_cells(pledge: Pledge, known: Register) -> list[tuple[str, str]]:
    """Return the units that fill a cell of a table row."""
    row = cells(pledge.passage.text)
    names = [name for cell in row for name in re.split(r"[、，；\s]", cell) if name in known.names]
    return [(name, "subject") for name in names] if len(row) > 1 else []


def _back_to(pledge: Pledge, known: Register) -> str | None:
    """Return the company that 该公司, 公司 or 项目单位 points back to."""
    if not (hit := PATTERNS["back"].search(pledge.text)):
        return None
    before = pledge.passage.text[: pledge.start]
    ends = hit["kind"] if hit["kind"] not in ("企业", "项目单位", "项目公司", "运营单位") else ("公司", "集团")
    names = [name for _, _, name in known.search(before) if name.endswith(ends)]
    return names[-1] if names else None


def named(text: str, known: Register) -> list[tuple[str, str]]:
    """Return the known bodies that act in a text, with their role (subject, with, tasked)."""
    found: list[tuple[str, str]] = []
    previous: tuple[int, str] | None = None
    for start, end, name in known.search(text):
        role = _role(text, start, end, previous)
        found += [(name, role)] if role else []
        previous = (end, role) if role else None
    return found


def _role(text: str, start: int, end: int, previous: tuple[int, str] | None) -> str | None:
    before, after = text[:start], text[end:]
    if previous and re.fullmatch(rf"{LIST}+", text[previous[0] : start]):
        return previous[1]
    if PATTERNS["not_behind"].match(after) and not PATTERNS["beside"].search(before):
        return None
    if re.search(r"(?:[与和]|(?<!会)同)$", before) and PATTERNS["consulted"].match(after):
        return None
    if PATTERNS["tasked"].search(before) and not re.match(r"[，。；]|$", after):
        return "tasked"
    if PATTERNS["beside_or_by"].search(before):
        return "subject" if before.endswith("由") else "with"
    if before[-1:] in ("与", "和", "同") and PATTERNS["together"].match(after):
        return "with"
    if PATTERNS["not_before"].search(before):
        return None
    return "subject" if PATTERNS["opens"].search(before) and not re.match(r"的|所在|[，。；]?$", after) else None


def _inferred(programme: Programme, pledge: Pledge, known: Register, us: tuple[str, ...]) -> Owned:
    if known.is_self(programme.unit):
        return Owned(us, "self")
    ours = PATTERNS["ourselves"].search(pledge.text) or PATTERNS["ourselves"].search(pledge.led)
    return Owned((*(us if ours else ()), programme.unit), "inferred-from-section", programme.evidence)


GOVERNMENT = re.compile(r"[省市区县州]?(?:人民)?政府$")  # it decides; that what follows is its act is not said


def _subject_before(pledge: Pledge, known: Register) -> str | None:
    """Return the unit that the earlier sentences of the same passage are about."""
    text = pledge.passage.text[: pledge.start]
    for sentence in reversed(sentences(text, min(pledge.passage.body, len(text)))):
        words = text[sentence.start : sentence.end]
        for name, role in named(words, known):
            if role == "subject" and not GOVERNMENT.match(name):
                return name
        if PATTERNS["ourselves"].search(words):
            return None
    return None
