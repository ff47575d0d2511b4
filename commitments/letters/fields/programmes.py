"""Programmes and duties a letter gives to a unit (由X牵头的“雪亮工程”), so that later items can find it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from commitments.letters.fields.public_bodies import Register
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.structure.outline import Passage

PATTERNS = patterns(__file__, **cues.PATTERNS.tables)
QUOTED = re.compile(r"“([^“”]{2,16})”")
SENTENCE_END = re.compile(r"(?<=[。；])")
COMMON = 4


@dataclass(frozen=True)
class Programme:
    """A programme or duty, the unit that has it, and the sentence that says so."""

    name: str
    quoted: bool
    unit: str
    evidence: str
    worn: frozenset[str] = frozenset()  # stretches the letter uses everywhere: its own topic names no programme

    @property
    def parts(self) -> set[str]:
        """All stretches of the name that are long enough to recognise it by."""
        return stretches(self.name) - self.worn


def stretches(text: str) -> set[str]:
    """Return the stretches of a text by which a programme is recognised."""
    return {text[place : place + COMMON] for place in range(len(text) - COMMON + 1)}


def programmes(passages: Sequence[Passage], known: Register) -> list[Programme]:
    """Return the programmes and duties a letter gives to units, those said in so many words first."""
    parts = (part for passage in passages for part in SENTENCE_END.split(passage.text))
    said = [made for part in parts for made in _of_sentence(part, known)]
    worn = _worn(passages)
    return [replace(one, worn=worn) for one in (said + list(_of_items(passages, known)))[:MOST]]


WORN = 6  # passages; words in so many of them are the letter's topic


def _worn(passages: Sequence[Passage]) -> frozenset[str]:
    counted = Counter(piece for passage in passages for piece in stretches(passage.text))
    return frozenset(piece for piece, times in counted.items() if times >= WORN)


def _of_sentence(sentence: str, known: Register) -> Iterator[Programme]:
    for unit, words in _by_unit(sentence, known):
        for hit in QUOTED.finditer(words):
            yield Programme(hit[1], quoted=True, unit=unit, evidence=sentence.strip())
        for name in ("noun", "duty"):
            for hit in PATTERNS[name].finditer(words):
                yield Programme(hit["what"], quoted=False, unit=unit, evidence=sentence.strip())


def _by_unit(sentence: str, known: Register) -> Iterator[tuple[str, str]]:
    """Give every clause that says who leads to its unit."""
    for clause in re.split(r"(?<=[，。；])", sentence):
        found = known.search(clause)
        if PATTERNS["ours"].search(clause) and known.self_name:
            yield known.self_name, clause
        elif found and PATTERNS["leads"].search(clause):
            yield found[0][2], clause


def _of_items(passages: Sequence[Passage], known: Register) -> Iterator[Programme]:
    """Give the quoted names under one number to the unit that its first sentence says leads."""
    lead: tuple[str, str, tuple[tuple[int, str], ...]] | None = None
    for passage in passages:
        labels = tuple(mark for mark in passage.labels if mark[0] < INLINE)
        if lead is None or labels != lead[2]:
            first = SENTENCE_END.split(passage.text[passage.body :])[0] if labels else ""
            led = [unit for unit, clause in _by_unit(first, known) if "牵头" in clause]
            lead = (led[0], first.strip(), labels) if led else None
        if lead:
            for hit in QUOTED.finditer(passage.text):
                yield Programme(hit[1], quoted=True, unit=lead[0], evidence=lead[1])


MOST = 200  # a letter names a few dozen at most
INLINE = 5  # levels from here on are inline lists (第一, 一是) under a number


def of_programme(text: str, given: Sequence[Programme]) -> Programme | None:
    """Return the programme an item names: a quoted name first, else the longest words in common with a duty."""
    for programme in given:
        if programme.quoted and f"“{programme.name}”" in text:
            return programme
    parts = stretches(text)
    near = [one for one in given if not one.quoted and not parts.isdisjoint(one.parts)]
    best = max(near, key=lambda one: len(common(one.name, text)), default=None)
    found = common(best.name, text) if best else ""
    return best if best and stretches(found) - best.worn else None


def common(name: str, text: str) -> str:
    """Return the longest stretch of a name that stands in a text and says more than 建设 or 工作."""
    pieces = (
        name[a : a + length] for length in range(len(name), COMMON - 1, -1) for a in range(len(name) - length + 1)
    )
    return next((piece for piece in pieces if piece in text and not PATTERNS["common"].match(piece)), "")
