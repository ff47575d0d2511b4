"""Pledges in the running prose of a passage: sentences that announce something by their own words."""

import re
from collections.abc import Iterator, Sequence

from commitments.letters.dates.expressions import mask
from commitments.letters.dates.reference import Base
from commitments.letters.pledges import cues
from commitments.letters.pledges.clauses import Clause, read
from commitments.letters.pledges.items import announces_nothing, ends_so, is_heading
from commitments.letters.pledges.model import OPENING, Pledge, pledge
from commitments.letters.pledges.spans import spans
from commitments.letters.pledges.splitting import cut
from commitments.letters.structure import sections
from commitments.letters.structure.outline import Passage, Piece

LEAD_CHARS = 40


def prose(
    passage: Passage, pieces: Sequence[Piece], part: str, led: str, base: Base, *, parent: bool
) -> Iterator[Pledge]:
    """Return the pledges of the sentences of a passage; a parent only leads in the list that follows."""
    planning, running = part == sections.PLAN and not parent, False
    for sentence in pieces:
        piece = _opened(passage.text, sentence)
        words = mask(passage.text[piece.start : piece.end])
        planning = planning or bool(cues.PATTERNS["next"].match(words) and not parent)
        leads = parent and piece.end == len(passage.text) and (part == sections.PLAN or _lead_like(words))
        if not leads and not _skipped(words, part):
            goes_on = running and bool(cues.PATTERNS["goes_on"].match(words))
            told = list(_sentence(passage, piece, part, led, base, planning=planning or goes_on))
            running = any(one.cue in ("will", "plan") for one in told) and not parent
            yield from told


def _opened(text: str, sentence: Piece) -> Piece:
    """Leave out the opening formula of a letter: …收悉,现答复如下: with what stands before it in its sentence."""
    *_, last = (None, *OPENING.finditer(text, sentence.start, sentence.end))
    return Piece(last.end(), sentence.end) if last else sentence


def _skipped(words: str, part: str) -> bool:
    if not words or part == sections.TROUBLE or is_heading(words):
        return True
    if ESTIMATE.match(words) or LAW.search(words) or TOPIC.match(words) or announces_nothing(words):
        return True
    return bool(cues.PATTERNS["higher"].search(words)) and not re.search(r"待|批复|下达|我[局委们镇办]", words)


ESTIMATE = re.compile(r"(?:据|经)(?:初步)?(?:测算|预测|估算)")
TOPIC = re.compile(r"关于[^。，]{2,60}的(?:建议|问题|诉求|意见|提案)[。：]?$")
LAW = re.compile(r"〓，?(?:自|将于|将自)[^，。]{2,14}(?:起)?(?:正式)?施行")


def _lead_like(words: str) -> bool:
    return words.endswith("：") or len(words) < LEAD_CHARS or sections.leads_in(words)


def _sentence(passage: Passage, piece: Piece, part: str, led: str, base: Base, *, planning: bool) -> Iterator[Pledge]:
    telling = part in (sections.PROGRESS, sections.BACKGROUND)
    found = read(passage.text, piece, base, telling=telling)
    slogan = len(found) <= 1 and any(cues.courteous(clause.text) for clause in found)  # 我们将以…为契机，…
    told = [] if slogan else spans(found)
    if not told and planning and ends_so(passage.text[piece.start : piece.end]) and _announces(found):
        opened = len(found) > 1 and cues.PATTERNS["opener"].match(found[0].text)
        told = [(1 if opened else 0, len(found), "will")]
    if told and planning:
        told[0] = (_first_step(found, told[0][0]), *told[0][1:])
    for a, b, cue in told:
        begin, end, family = found[a].start, found[b - 1].end, cue
        if part == sections.BACKGROUND and _is_goal(passage.text[begin:end], cue):
            # such a goal begins with its date: 市政府印发方案，明确2025年底前建成…
            begin, family = next((clause.start for clause in found[a:b] if clause.cue), begin), "goal"
        speaks = next((clause.start for clause in found[a:b] if clause.cue), begin)
        for start, stop in cut(passage.text, begin, end, base, running=True):
            if stop > speaks or not LACKS.search(passage.text[start:stop]):  # what lacks is no act of its own
                yield pledge(passage, start, stop, family, led, listed=planning)


def _first_step(found: Sequence[Clause], place: int) -> int:
    """Return the clause at which a sentence with 下一步 begins to tell: 下一步组织审查，…，待资金落实后开工."""
    steps = cues.PATTERNS["next"].match(found[0].text) and not NEXT_ALONE.fullmatch(found[0].text)
    clear = not any(clause.done or clause.refused or cues.courteous(clause.text) for clause in found[:place])
    return 0 if place and steps and clear else place


LACKS = re.compile(r"[未没无缺]|不[足到具]")
NEXT_ALONE = re.compile(r".{0,6}(?:工作|步|阶段|来|期|后|续)中?")


def _is_goal(words: str, cue: str) -> bool:
    """Say whether an announcement in a background section is a goal of a programme rather than a step of a project."""
    return cue in ("dated", "plan") and bool(cues.PATTERNS["reach"].search(words)) and not STEPS.search(words)


STEPS = re.compile(rf"{cues.WE}|开工|启动|招标|施工|印发|完工|竣工|通车|投用|投入使用")


STATE = re.compile(r"仍有|仍存|尚有|还有|有望|占比|均为|达到了")


SHORTEST = 6


def _announces(found: Sequence[Clause]) -> bool:
    """Say whether a sentence in a next-step paragraph without a cue word is an act of its own."""
    first = found[0].text
    if any(clause.done or clause.refused for clause in found) or len(first) + len(found) <= SHORTEST:
        return False
    if re.match(r"这|此|该|其|目前|当前", first) or cues.PATTERNS["purpose"].match(first):
        return False
    tells = (STATE, cues.PATTERNS["asked"], cues.PATTERNS["need"])
    return not any(pattern.search(clause.text) for pattern in tells for clause in found)
