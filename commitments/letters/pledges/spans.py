"""Pledges in running prose: from where to where the clauses of a sentence announce something."""

import re
from collections.abc import Sequence

from commitments.letters.fields.conditions import conditions
from commitments.letters.pledges import cues
from commitments.letters.pledges.clauses import ADVERBS, OPENER, Clause


def spans(found: Sequence[Clause]) -> list[tuple[int, int, str]]:
    """Return first clause, end clause and cue of every announcement in a sentence."""
    made: list[tuple[int, int, str]] = []
    place = 0
    while place < len(found):
        if _silent(found, place):
            place += 1
            continue
        place = _left_over(found, place)
        start, end = _back(found, place, made[-1][1] if made else 0), _forward(found, place)
        made.append((start, end, _strongest(found[place:end])))
        place = end
    return made


SEEN_TO = re.compile(  # the letter itself was handled
    r"高度重视|专题研究|(?:现场|实地)(?:查看|踏勘|核实|勘[察查验]|调[查研]|了解|走访)"
)
BARE_FORECAST = re.compile(r"预计[到至]?[^，。；]{0,8}[年月底]")
BUILT = re.compile(r"(?:建成|完工|实施|投用|投入使用|竣工|改造|通车|完成)(?:之|以)?后$")
EFFECT = re.compile(r"(?:预计)?(?:将)?(?:可|能|每[年天日]|有效|大大|极大|显著|明显|新增|提供|满足|成为|缓解|方便|惠及)")


def _left_over(found: Sequence[Clause], place: int) -> int:
    """Of a total and its numbered remainder only the remainder is open: 计划120个，已完工86个，其余34个正在…."""
    after = range(place + 1, _forward(found, place))
    return next(
        (
            at
            for at in after
            if LEFT_OVER.match(found[at].text) and found[at].cue and any(x.done for x in found[place:at])
        ),
        place,
    )


def _silent(found: Sequence[Clause], place: int) -> bool:
    """Say whether a clause announces nothing; an order given in a report of finished work is finished too."""
    cue = found[place].cue
    if cue == "plan" and BARE_FORECAST.fullmatch(found[place].text) and not any(x.cue for x in found[place + 1 :]):
        return True
    if place and BUILT.search(found[place - 1].text) and EFFECT.match(found[place].text):
        return True
    if cue == "told":
        return any(clause.done or SEEN_TO.search(clause.text) for clause in found[: place + 1])
    if cue == "event" and EFFECT.match(" ".join(clause.text for clause in found[place + 1 : place + 2])):
        return True
    return cue is None or (cue == "event" and not _acts_after(found, place))


def _acts_after(found: Sequence[Clause], place: int) -> bool:
    words = found[place].text
    gate = conditions(words)
    acts = bool(gate) and len(words) - gate[0].end >= 2
    return acts or (place + 1 < len(found) and not found[place + 1].refused)


def _strongest(found: Sequence[Clause]) -> str:
    cues_found = [clause.cue for clause in found if clause.cue]
    if "goal" in cues_found and not {"will", "open"} & set(cues_found):
        return "goal"
    if "open" in cues_found and cues_found[0] == "told":
        return "open"
    return next((cue for cue in cues_found if cue != "event"), "event")


def _back(found: Sequence[Clause], place: int, floor: int) -> int:
    """Return the clause an announcement starts with: a gate before it, or the clause that holds its subject."""
    start = place
    if LEFT_OVER.match(found[place].text):
        return place
    if REMAINS.match(found[place].text):
        return max(floor, next((at for at in range(place - 1, -1, -1) if TOTAL.search(found[at].text)), place))
    if not found[place].subject and place > floor and found[place].cue != "goal":
        before = found[place - 1]
        if (
            not before.refused
            and found[place].cue != "told"
            and not OPENER.match(before.text)
            and _holds_subject(before)
            and not _aside(found, place)
        ):
            start = place - 1
    while start > floor and _belongs(found[start - 1].text):
        start -= 1
    return start


REMAINS = re.compile(r"(?:现|目前)?(?:其余|余下|剩余|剩下)(?![^，。；]{0,8}[\d一二三四五六七八九十两])")
LEFT_OVER = re.compile(
    r"(?:目前|现)?[，]?(?:其余|余下|剩余|剩下|另有|另外?)(?:的)?[^，。；]{0,8}?[\d一二三四五六七八九十两]+[^，。；日月年]{1,}"
)
TOTAL = re.compile(
    r"(?:选定|选取|遴选|计划|规划|共|拟|安排|确定|新建)[^，。；]{0,10}[\d一二三四五六七八九十两]+[^，。；]{1,14}$"
)


def _holds_subject(clause: Clause) -> bool:
    if re.match(r"(?:目前|现|截至[^，]*)?[并且也]?(?:已|均|业已)", clause.text):
        return False
    head = ADVERBS.sub("", clause.text)
    return not re.match(
        r"完成|开展|组织|投入|建成|实施|启动|制定|出台|安装|改造|推进|加强|探索|建立|健全|充分|大力|积极|进一步|加快|"
        r"通过|采取|利用|坚持|落实|强化|优化|深化|全面|认真|严格|不断|持续|多次|主动|及时",
        head,
    )


def _aside(found: Sequence[Clause], place: int) -> bool:
    return found[place].cue in ("told", "dated") and found[place - 1].done


SHORT = 3  # characters that may stand before 待…后 in its clause


def _belongs(words: str) -> bool:
    """A gate (待…后, 若…) or a remainder standing as a clause of its own goes with what follows."""
    gate = conditions(words)
    return (
        bool(gate and gate[0].start < SHORT)
        or bool(re.match(r"(?:目前，?)?(?:对)?(?:其余|余下|剩余|剩下)[^，]{1,16}$", words))
        or words in ("目前", "现")
        or bool(re.match(r"由[^，]{2,18}(?:负责|牵头|承担|实施|统筹)$", words))
    )


def _another(found: Sequence[Clause], place: int) -> bool:
    """Say whether a clause is an announcement about something else: after a ；, or another batch or phase."""
    clause = found[place]
    if found[place - 1].text_end == "；" and not clause.cue and _own_act(found[place + 1 : place + 2]):
        return bool(MATTER.search(clause.text))
    if not _own_act(found[place : place + 1]):
        return False
    return found[place - 1].text_end == "；" or bool(
        re.match(r"第[一二三四五六七八九\d]+[批期]|[一二三四五]期", clause.subject)
    )


MATTER = re.compile(r"(?:一事|事宜|问题|建议|方面|诉求)$|^(?:关于|对于|针对|至于)")


def _own_act(found: Sequence[Clause]) -> bool:
    """Say whether a clause announces something of a subject of its own."""
    return any(
        clause.cue in ("open", "plan", "will") and clause.subject and not VERB_FIRST.match(clause.subject)
        for clause in found
    )


VERB_FIRST = re.compile(
    r"确保|推动|争取|力争|保证|促|让|使|实现|完成|督促|引导|协调|支持|加强|加快|做好|开展|组织|进一步"
)


def _forward(found: Sequence[Clause], place: int) -> int:
    """Return where an announcement ends: before a finished or refused clause with a subject of its own."""
    end = place + 1
    while end < len(found):
        clause = found[end]
        if (
            cues.courteous(clause.text)
            or clause.refused
            or _another(found, end)
            or (clause.done and not clause.cue and re.match(r"(?!截至|目前|现|至今|今年).{2,10}已", clause.text))
        ):
            break
        end += 1
    return end
