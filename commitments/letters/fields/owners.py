"""Who owes a pledge: the replying unit, units it names or passes a task, or the lead of a programme named before."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from commitments.letters.dates.expressions import mask
from commitments.letters.fields.conditions import conditions
from commitments.letters.fields.programmes import Programme, of_programme
from commitments.letters.fields.public_bodies import Register
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.pledges.model import Pledge
from commitments.letters.pledges.splitting import has_act
from commitments.letters.structure import tables
from commitments.letters.structure.outline import sentences
from commitments.letters.structure.tables import cells

PATTERNS = patterns(__file__, **cues.PATTERNS.tables)
LIST = r"(?:[、和与及]|以及|等)"


@dataclass(frozen=True)
class Owned:
    """The owners of a pledge, how they were found, and the sentence they were inferred from."""

    owners: tuple[str, ...]
    basis: str  # self, stated, inferred-from-section, unknown
    rule: str  # a key of RULES, or no-subject
    evidence: str | None = None


@dataclass(kw_only=True)
class Question:
    """A pledge and what its letter says about who does what."""

    pledge: Pledge
    known: Register
    programmes: Sequence[Programme]
    guest: str | None  # whom 贵会 means

    @cached_property
    def us(self) -> tuple[str, ...]:
        """Return the replying unit, if the letter names it."""
        return (self.known.self_name,) if self.known.self_name else ()

    @cached_property
    def we(self) -> bool:
        """Say whether the words say 我局, 我们."""
        return bool(PATTERNS["ourselves"].search(PATTERNS["part_of_us"].sub("", self.pledge.text)))

    @cached_property
    def units(self) -> list[tuple[str, str]]:
        """Return the units that act in the words, each with its role."""
        return named(self.pledge.text, self.known)


def owners(pledge: Pledge, known: Register, programmes: Sequence[Programme], guest: str | None) -> Owned:
    """Return who owes a pledge: what the first rule that fits says (docs/pledges.md, section 4)."""
    asked = Question(pledge=pledge, known=known, programmes=programmes, guest=guest)
    answers = ((rule, answer(asked)) for rule, answer in RULES.items())
    said = ((rule, answer) for rule, answer in answers if answer is not None)
    rule, (names, basis, *evidence) = next(said, ("no-subject", (asked.us, "self")))
    return Owned(names, basis, rule, *evidence)


Answer = tuple[tuple[str, ...], str] | tuple[tuple[str, ...], str, str] | None  # owners, basis, evidence


def _row(asked: Question) -> Answer:
    """Return the units of a row of a table, in the order of its columns; 我局 is the replying unit."""
    printed = tables.units(asked.pledge.heads, asked.pledge.passage.text)
    ours = [asked.known.is_self(name) or bool(PATTERNS["ourselves"].search(name)) for name in printed]
    pairs = zip(printed, ours, strict=True)
    names = tuple(dict.fromkeys(asked.known.self_name or name if own else name for name, own in pairs))
    return (names, "self" if all(ours) else "stated") if names else None


def _goal(asked: Question) -> Answer:
    ours = asked.we or PATTERNS["ourselves"].search(asked.pledge.before)
    if asked.pledge.cue != "goal" or ours or asked.units:
        return None
    charged = named(asked.pledge.before, asked.known) if asked.pledge.text.startswith(("确保", "保证")) else []
    return _stated(charged[:1], asked) if charged else ((), "unknown")


def _with_guest(asked: Question) -> Answer:
    meant = asked.guest and PATTERNS["guest"].search(asked.pledge.text) and not asked.units
    return ((*asked.us, asked.guest), "stated") if meant and asked.guest else None


def _cells(asked: Question) -> Answer:
    return _stated(_in_cells(asked.pledge, asked.known), asked)


def _joint(asked: Question) -> Answer:
    return _stated(joint(asked.pledge.text), asked)


def _named(asked: Question) -> Answer:
    return _stated(asked.units, asked)


def _pointed_back(asked: Question) -> Answer:
    back = _all_back(asked) or _back_to(asked.pledge, asked.known)
    return (back, "stated") if back else None


def _all_back(asked: Question) -> tuple[str, ...]:
    """Return the companies named before that 各公司 points back to, here or earlier in the sentence."""
    text, before = asked.pledge.passage.text, asked.pledge.before
    if asked.we or not PATTERNS["all_back"].search(before + asked.pledge.text):
        return ()
    names = (name for _, _, name in asked.known.search(text[: asked.pledge.start]) if COMPANY.search(name))
    return tuple(dict.fromkeys(names))


COMPANY = re.compile(r"公司|集团|银行")


def _programme(asked: Question) -> Answer:
    programme = of_programme(asked.pledge.text, asked.programmes)
    if not programme or not (asked.pledge.listed or not asked.we):
        return None
    if asked.known.is_self(programme.unit):
        return asked.us, "self"
    ours = asked.we or PATTERNS["ourselves"].search(asked.pledge.led)
    return (*(asked.us if ours else ()), programme.unit), "inferred-from-section", programme.evidence


def _ourselves(asked: Question) -> Answer:
    return (asked.us, "self") if asked.we else None


def _subject(asked: Question) -> Answer:
    if asked.pledge.cue != "open" or asked.pledge.listed or cues.PATTERNS["next"].match(asked.pledge.text):
        return None
    before = _subject_before(asked.pledge, asked.known)
    ours = bool(before) and asked.known.is_self(before or "")
    return (asked.us if ours else (before,), "self" if ours else "stated") if before else None


def _nobody(asked: Question) -> Answer:
    text, led = asked.pledge.text, PATTERNS["ourselves"].search(asked.pledge.led)
    place_acts = PATTERNS["territory"].search(text) and not led
    return ((), "unknown") if place_acts or PATTERNS["nobody"].search(text) else None


RULES: dict[str, Callable[[Question], Answer]] = {
    "row": _row,
    "goal": _goal,
    "guest": _with_guest,
    "cells": _cells,
    "joint": _joint,
    "named": _named,
    "pointed-back": _pointed_back,
    "programme": _programme,
    "ourselves": _ourselves,
    "nobody-named": _nobody,
    "subject-before": _subject,
}


def _acts_first(pledge: Pledge, name: str) -> bool:
    """Say whether an item begins with acts of nobody named, that is ours, before the first named unit acts."""
    if not pledge.listed or "\t" in pledge.text:
        return False
    first = re.split(r"[，。；]", pledge.act[: max(0, pledge.act.find(name))])[:-1]
    acts = (clause for clause in first if has_act(clause) and not conditions(clause))
    return any(not cues.PATTERNS["opener"].match(clause) for clause in acts)


def _stated(found: Sequence[tuple[str, str]], asked: Question) -> Answer:
    if not found:
        return None
    known, text = asked.known, asked.pledge.text
    named_units = [name for name, _ in found if not known.is_self(name)]
    guests = [asked.guest] if asked.guest and PATTERNS["guest"].search(text) else []
    everyone = (*(asked.us if _ours_too(found, asked) else ()), *dict.fromkeys(named_units), *guests)
    return everyone, "stated" if named_units else "self"


def _ours_too(found: Sequence[tuple[str, str]], asked: Question) -> bool:
    """Say whether the replying unit acts beside the named ones."""
    roles = {role for _, role in found}
    return (
        asked.we
        or asked.known.calls_itself(asked.pledge.text)
        or _acts_first(asked.pledge, found[0][0])
        or any(asked.known.is_self(name) for name, _ in found)
        or (found[0][1] == "with" and "subject" not in roles)
    )


def joint(text: str) -> list[tuple[str, str]]:
    """Take 市发展改革、财政部门 apart: 市发展改革部门, 市财政部门."""
    if not (hit := PATTERNS["joint"].search(text)):
        return []
    role = "with" if hit["before"] in ("会同", "联合", "配合") else "subject"
    return [(f"{hit['level']}{name}{hit['end']}", role) for name in hit["names"].split("、")]


def _in_cells(pledge: Pledge, known: Register) -> list[tuple[str, str]]:
    """Return the units that fill a cell of a table row."""
    row = cells(pledge.passage.text)
    names = [name for cell in row for name in re.split(r"[、，；\s]", cell) if name in known.names]
    return [(name, "subject") for name in names] if len(row) > 1 else []


def _back_to(pledge: Pledge, known: Register) -> tuple[str, ...]:
    """Return the company that 该公司, 公司 or 项目单位 points back to."""
    if not (hit := PATTERNS["back"].search(pledge.text)):
        return ()
    before = pledge.passage.text[: pledge.start]
    ends = hit["kind"] if hit["kind"] not in ("企业", "项目单位", "项目公司", "运营单位") else ("公司", "集团")
    names = [name for _, _, name in known.search(before) if name.endswith(ends)]
    return tuple(names[-1:])


def named(text: str, known: Register) -> list[tuple[str, str]]:
    """Return the known bodies that act in a text, with their role (subject, with, tasked)."""
    found: list[tuple[str, str]] = []
    previous: tuple[int, str] | None = None
    for start, end, name in known.search(mask(text)):
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
    if hit := PATTERNS["part_of_us"].search(text):
        return "subject" if hit.end() == start else None
    return "subject" if PATTERNS["opens"].search(before) and not re.match(r"的|所在|[，。；]?$", after) else None


GOVERNMENT = re.compile(r"[省市区县州]?(?:人民)?政府$")  # it decides; that what follows is its act is not said


def _subject_before(pledge: Pledge, known: Register) -> str | None:
    """Return the unit that the earlier sentences of the same passage are about."""
    text = pledge.passage.text[: pledge.start]
    for sentence in reversed(sentences(text, min(pledge.passage.body, len(text)))):
        words = text[sentence.start : sentence.end]
        ours = PATTERNS["ourselves"].search(words)
        subjects = (name for name, role in named(words, known) if role == "subject" and not GOVERNMENT.match(name))
        first = next(subjects, None)
        if ours and (first is None or ours.start() < words.find(first)):
            return None
        if first:
            return first
    return None
