"""The candidates of a letter: every pledge with its words, owners, time, strength, targets, for a person to confirm."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from commitments.letters.dates.origin import base_of
from commitments.letters.dates.reference import Base
from commitments.letters.fields.conditions import conditions
from commitments.letters.fields.deadlines import Deadline, deadline
from commitments.letters.fields.owners import Owned, owners
from commitments.letters.fields.programmes import Programme, programmes
from commitments.letters.fields.public_bodies import Register, register
from commitments.letters.fields.strength import Hard, strength
from commitments.letters.fields.targets import Goal, targets
from commitments.letters.pledges.detect import pledges
from commitments.letters.pledges.model import Pledge
from commitments.letters.pledges.possible import possible
from commitments.letters.structure.outline import Passage, ordinal, outline
from commitments.letters.text.canonical import canonical
from commitments.letters.text.document import Document, Header, View
from commitments.letters.titles import title_of

KINDS = {"open": "open_item", "goal": "target"}
SURE, POSSIBLE = "sure", "possible"  # the two shelves


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A proposed commitment; ``quote`` is ``text[start:end]`` of the document.

    One on the shelf ``possible`` was not taken, for the reason in ``why``: it counts only when a person takes it.
    """

    shelf: str  # sure, possible
    title: str  # the act and its object, in the letter's script
    quote: str
    start: int
    end: int
    ordinal: str
    section: str | None
    kind: str  # pledge, open_item, target
    strength: str  # firm, planned, conditional, soft
    owners: tuple[str, ...]
    owner_basis: str  # self, stated, inferred-from-section, unknown
    owner_evidence: str | None
    due_text: str | None
    due_date: date | None
    due_rule: str
    due_note: str | None
    condition: str | None
    targets: tuple[Goal, ...]
    found_by: str  # the rules that spoke, beside due_rule
    owner_rule: str
    strength_rule: str
    confidence: float
    why: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shelves:
    """What a letter holds: the pledges, and what else a person should look at, read when it is asked for."""

    sure: tuple[Candidate, ...]
    more: Callable[[], Iterator[Candidate]] = field(compare=False, repr=False)

    @cached_property
    def possible(self) -> tuple[Candidate, ...]:
        """Return the second shelf."""
        return tuple(self.more())


@dataclass(frozen=True, kw_only=True)
class Script:
    """The way between the matching text and the letter's own characters."""

    view: View
    document: Document

    def own(self, a: int, b: int) -> str:
        """Return the letter's own characters of a stretch of the view, without what the view left out."""
        return "".join(self.document.text[place : place + 1] for place in self.view.at[a:b])

    def of_pledge(self, pledge: Pledge) -> str:
        """Return the words of a pledge in the letter's own characters, one for one."""
        places = pledge.passage.at[max(pledge.start, pledge.passage.mark) : pledge.end]
        first, last = (self.view.at[places[0]], self.view.at[places[-1]]) if places else (0, -1)
        if last - first == len(places) - 1 and last < len(self.document.text):
            return self.document.text[first : last + 1]  # nothing was left out of it
        return "".join(self.document.text[at : at + 1] or " " for at in map(self.view.at.__getitem__, places))

    @cached_property
    def table(self) -> dict[int, str]:
        """The letter's characters with those the view has for them."""
        text, places = self.document.text, self.view.at
        return {ord(text[place]): sign for place, sign in zip(places, self.view.text, strict=False)}

    def matching(self, value: str) -> str:
        """Write a value of the header in the characters of the view."""
        plain = canonical(value)
        return plain if plain in self.signs else canonical(value.translate(self.table))

    @cached_property
    def signs(self) -> str:
        """The view in one form of signs."""
        return canonical(self.view.text)

    def heading(self, words: str) -> str:
        """Return a heading as the letter prints it."""
        place = self.signs.find(words)
        return self.own(place, place + len(words)) if place >= 0 else words

    def printed(self, name: str, given: dict[str, str]) -> str:
        """Return a name as the header or the letter prints it."""
        place = self.view.text.find(name)
        return given.get(name) or (self.own(place, place + len(name)) if place >= 0 else name)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What every candidate of one letter is read against."""

    base: Base
    known: Register
    programmes: Sequence[Programme]
    guest: str | None  # whom 贵会 means
    script: Script
    topic: str  # what the proposal is about
    given: dict[str, str]  # names of the header: matching form to printed form


def candidates(view: View, header: Header, document: Document) -> Shelves:
    """Return the candidates of a letter on their two shelves, each in order."""
    script = Script(view=view, document=document)
    names = [name for name in (header.replying_unit, *header.co_units, header.proposer) if name]
    given = {script.matching(name): name for name in names}
    matching = {name: form for form, name in given.items()}
    text = script.signs
    others = tuple(matching[unit] for unit in header.co_units if unit)
    known = register(text, matching.get(header.replying_unit or ""), others)
    passages, base = outline(view.text), base_of(header, text)
    letter = Letter(
        base=base,
        known=known,
        programmes=programmes(passages, known),
        guest=matching.get(_guest(header) or ""),
        script=script,
        topic=header.proposal_title or "",
        given=given,
    )
    taken = pledges(passages, base)
    return Shelves(
        sure=tuple(_candidate(pledge, number, letter) for number, pledge in enumerate(taken, 1)),
        more=lambda: _second_shelf(passages, taken, letter),
    )


def _second_shelf(passages: Sequence[Passage], taken: Sequence[Pledge], letter: Letter) -> Iterator[Candidate]:
    for number, (pledge, why_not) in enumerate(possible(passages, taken, letter.base), len(taken) + 1):
        yield _candidate(pledge, number, letter, why_not)


def _guest(header: Header) -> str | None:
    """Return whom the letter addresses: the proposer, or the lead unit of a co-handler's opinion (会办意见)."""
    return header.proposer or (header.co_units[0] if header.kind == "会办意见" and header.co_units else None)


def _own(text: str, printed: str) -> Callable[[str | None], str | None]:
    """Return a function that writes a piece of the pledge in the letter's own characters."""

    def own(piece: str | None) -> str | None:
        place = text.find(piece) if piece else -1
        return printed[place : place + len(piece)] if piece and place >= 0 else piece

    return own


def _candidate(pledge: Pledge, number: int, letter: Letter, why_not: str = "") -> Candidate:
    at = pledge.passage.at
    start, end = letter.script.view.span(at[pledge.start], at[pledge.end - 1] + 1)
    whole, begin = letter.script.document.text, letter.script.view.at[at[0]]
    words, printed = pledge.text, letter.script.of_pledge(pledge)
    gates, due, own = conditions(words), deadline(pledge, letter.base), _own(words, printed)
    goals = targets(words, printed)
    owned = owners(pledge, letter.known, letter.programmes, letter.guest)
    hard = strength(pledge.act, pledge.cue, gates, goals, dated=due.day is not None, before=pledge.before)
    return Candidate(
        shelf=POSSIBLE if why_not else SURE,
        title=title_of(whole[start:end], whole[min(begin, start) : start], letter.topic),
        quote=whole[start:end],
        start=start,
        end=end,
        ordinal=ordinal(pledge.passage) or str(number),
        section=" / ".join(map(letter.script.heading, pledge.passage.headings)) or None,
        kind=KINDS.get(pledge.cue, "pledge"),
        strength=hard.name,
        owners=tuple(letter.script.printed(name, letter.given) for name in owned.owners),
        owner_basis=owned.basis,
        owner_evidence=owned.evidence,
        due_text=own(due.text),
        due_date=due.day,
        due_rule=due.rule,
        due_note=due.note,
        condition=own(gates[0].event) if gates else None,
        targets=goals,
        found_by=pledge.cue,
        owner_rule=owned.rule,
        strength_rule=hard.rule,
        confidence=0.2 if why_not else _confidence(hard, owned, due),
        why=(why_not,) if why_not else (),
    )


STATED = ("exact-day", "ten-day", "month-end", "half-year", "quarter", "year-end")  # printed, not counted out


def _confidence(hard: Hard, owned: Owned, due: Deadline) -> float:
    """Return 0.9 where strength, owner and date all stand in the words of the item, and less for each that does not."""
    doubts = (
        hard.name not in ("firm", "planned"),
        owned.rule not in ("ourselves", "named", "joint", "cells"),
        due.rule not in STATED,
        due.note is not None,
    )
    return (0.9, 0.7, 0.5, 0.4, 0.3)[sum(doubts)]
