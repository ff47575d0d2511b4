"""Items of a list of next steps: each is a pledge unless it refuses, explains or reports; and how it is cut."""

import re
from collections.abc import Iterator, Sequence

from commitments.letters.dates.expressions import mask
from commitments.letters.dates.reference import Base
from commitments.letters.pledges import cues
from commitments.letters.pledges.clauses import read
from commitments.letters.pledges.model import Pledge, pledge
from commitments.letters.pledges.spans import spans
from commitments.letters.pledges.splitting import group
from commitments.letters.structure.outline import Passage, Piece, clauses, sentences

SHARED = re.compile(
    r"(?:以上|上述)[^。；，]{0,14}(?:工作|项目|任务|事项|措施|点位|工程|内容|整改|问题|路段|场所|"
    r"目标)[^。；]{0,30}(?:月|年|季度)"
)


def item(passage: Passage, pieces: Sequence[Piece], led: str, base: Base) -> Iterator[Pledge]:
    """Return the pledges of one item."""
    if all(is_shared(passage.text[piece.start : piece.end]) for piece in pieces):
        pieces = sentences(passage.text, passage.mark)  # what looked like a heading was the act itself
    kept = list(_all_kept(passage.text, pieces, base))
    whole = bool(kept) and kept[0].start == pieces[0].start
    parts = group(passage.text, kept, base)
    for number, (a, b) in enumerate(parts):
        glued = number == 0 and whole
        yield pledge(passage, 0 if glued else a, b, "item", led, listed=True)


def _all_kept(text: str, pieces: Sequence[Piece], base: Base) -> Iterator[Piece]:
    """Keep sentences; after one that refuses or reports, the others must announce by their own words."""
    strict = False
    for piece in pieces:
        words = mask(text[piece.start : piece.end])
        if not (strict := strict or _bad(words)):
            yield from _kept(text, piece, base)
        elif not cues.courteous(words):
            found = read(text, piece, base, telling=True)
            yield from (Piece(found[a].start, found[b - 1].end) for a, b, _ in spans(found))


def _kept(text: str, piece: Piece, base: Base) -> list[Piece]:
    """Return what of a sentence in a list of next steps is a pledge: all, the part after a refusal, or nothing."""
    words = mask(text[piece.start : piece.end])
    if ADVICE.match(words) or only_courteous(words) or umbrella(words) or _topic(words) or is_shared(words):
        return []
    pieces = clauses(text, piece)
    bad = [_bad(mask(text[part.start : part.end])) for part in pieces]
    if not any(bad):
        return [piece]
    found = read(text, piece, base, telling=False)
    told = spans(found)
    if told:
        if not any(bad[a] for a, b, _ in told[:1]) and not any(bad[: told[0][0]]):
            return [Piece(piece.start, found[told[-1][1] - 1].end)]
        return [Piece(found[a].start, found[b - 1].end) for a, b, _ in told]
    return []


def _bad(words: str) -> bool:
    return cues.refused(words) or bool(
        re.search(r"已(?!建|有|批|纳入.{0,8}的|经.{0,10}的)|曾|累计|先后|现行|获批准", words)
        and not re.search("基础上|的基础", words)
    )


def _topic(words: str) -> bool:
    return bool(re.match(r"关于[^。，]{2,60}(?:建议|问题|诉求|意见|事宜)(?:的答复)?[。：]?$|经研究[，。]?$", words))


ADVICE = re.compile(
    r"(?:^|，)(?:为此，|因此，|同时，)?(?:我[局委办院镇])?建议(?!中|人|提|的|所|被|书|案|办|内容|事项|反映)"
)


def umbrella(words: str) -> bool:
    """Say whether a sentence only opens a list: 重点抓好以下工作."""
    return bool(cues.FORMS["umbrella"].search(words)) and bool(
        re.search(r"：$|以下|如下|下列|方面[。：]?$|工作[。：]$", words)
    )


def is_shared(words: str) -> bool:
    """Say whether a sentence dates what stands above it."""
    return bool(SHARED.match(words.lstrip("，。 ")))


def only_courteous(words: str) -> bool:
    """Say whether a sentence is courtesy and no clause of it announces an act."""
    if not cues.courteous(words):
        return False
    clear = [clause for clause in re.split(r"[，；：]", words) if not cues.courteous(clause)]
    return not any(
        len(clause) > VOW and (cues.will(clause) or cues.planned(clause) or cues.open_stage(clause)) for clause in clear
    )


VOW = 9  # 我局将抓紧落实: a promise about the correspondence, not an act
