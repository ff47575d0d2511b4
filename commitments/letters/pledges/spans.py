"""Pledges in running prose: from where to where the clauses of a sentence announce something."""

import re
from collections.abc import Sequence

from commitments.letters.fields.conditions import conditions
from commitments.letters.patterns import patterns
from commitments.letters.pledges import cues
from commitments.letters.pledges.clauses import Clause


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
        family = _strongest(found[place:end])
        made.append((*_of_goal(found, start, end), family) if family == "goal" else (start, end, family))
        place = end
    return made


def _of_goal(found: Sequence[Clause], start: int, end: int) -> tuple[int, int]:
    """Return from where to where a goal is set inside a report: 县里开展治理，确保到2025年…达到80%，健全…."""
    goal = next(at for at in range(start, end) if found[at].cue == "goal")
    if not SETS.match(found[goal].text):
        return start, end
    reaching = (at for at in range(goal + 1, end) if not (found[at].cue or REACHES.search(found[at].text)))
    alone = len(found[goal].text) < SETS_ALONE
    return (goal, end) if alone else (goal, next(reaching, end))


SETS, REACHES = re.compile("确保|力争|实现|保证"), re.compile(cues.PATTERNS.text("reach") + r"|全面|\d")
SETS_ALONE = 14  # the date is a clause of its own and what is reached stands in the next one
PATTERNS = patterns(__file__)
BARE_FORECAST = re.compile(r"预计[到至]?[^，。；]{0,8}[年月底]")


def _left_over(found: Sequence[Clause], place: int) -> int:
    """Of a total and its numbered remainder only the remainder is open: 计划120个，已完工86个，其余34个正在…."""
    for at in range(place + 1, _forward(found, place)):
        if found[at].cue and PATTERNS["left_over"].match(found[at].text) and any(x.done for x in found[place:at]):
            return at
    return place


def _silent(found: Sequence[Clause], place: int) -> bool:
    """Say whether a clause announces nothing; an order given in a report of finished work is finished too."""
    cue = found[place].cue
    if cue == "plan" and BARE_FORECAST.fullmatch(found[place].text) and not any(x.cue for x in found[place + 1 :]):
        return True
    if place and PATTERNS["built"].search(found[place - 1].text) and PATTERNS["effect"].match(found[place].text):
        return True
    if _wished(found, place):
        return True
    if cue == "told":
        return _told_of(found, place)
    behind = found[place + 1].text if place + 1 < len(found) else ""
    if cue == "event" and (PATTERNS["effect"].match(behind) or _supposed(found, place)):
        return True
    return cue is None or (cue == "event" and not _acts_after(found, place))


def _wished(found: Sequence[Clause], place: int) -> bool:
    """Say whether a clause only says what something takes: 要将渡口文化传下去，离不开各方参与."""
    needs = any(PATTERNS["takes"].match(clause.text) for clause in found[place + 1 : place + 2])
    return needs and bool(PATTERNS["wish"].match(found[place].text))


def _told_of(found: Sequence[Clause], place: int) -> bool:
    """Say whether an order is told of rather than given: in a report, of the proposal itself, as a cause, daily."""
    told, behind = found[place].text, found[place + 1 :]
    if PATTERNS["handled"].search(told) or any(PATTERNS["causes"].match(clause.text) for clause in behind):
        return True
    if PATTERNS["usually"].match(told) and not any(clause.cue in ("will", "plan") for clause in found):
        return True
    return any(clause.done or PATTERNS["seen_to"].search(clause.text) for clause in found[: place + 1])


def _supposed(found: Sequence[Clause], place: int) -> bool:
    """Say whether a case is only supposed (一旦发现…，及时处置): routine, unless somebody says that he will act."""
    says = (clause.cue in ("will", "plan", "told") or OURS.search(clause.text) for clause in found[place:])
    cases = (PATTERNS["supposed"].match(clause.text) for clause in found[place : place + 2])
    return any(cases) and not any(says)


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
    start, clause = place, found[place]
    if PATTERNS["left_over"].match(clause.text):
        return place
    if REMAINS.match(clause.text):
        earlier = (at for at in range(place - 1, -1, -1) if not found[at].done)
        totals = (at for at in earlier if PATTERNS["total"].search(found[at].text))
        return max(floor, next(totals, place))
    if place > floor and _goes_with(found[place - 1], clause):
        start = place - 1
    while start > floor and _belongs(found[start - 1].text):
        start -= 1
    return start


def _goes_with(before: Clause, clause: Clause) -> bool:
    return _holds_object(before, clause) if clause.subject else _holds_subject(before, clause.cue)


FINISHED = re.compile(r"(?:目前|现|截至[^，]*)?[并且也]?(?:已|均|业已)")
REMAINS = re.compile(r"(?:现|目前)?(?:其余|余下|剩余|剩下)(?![^，。；]{0,8}[\d一二三四五六七八九十两])")


def _holds_subject(clause: Clause, cue: str | None) -> bool:
    """Say whether a clause has the subject of the one behind it, which has none of its own."""
    if cue in ("told", "goal") or clause.refused or (cue == "dated" and clause.done):
        return False
    if cues.PATTERNS["opener"].match(clause.text) or FINISHED.match(clause.text):
        return False
    if clause.done and not PATTERNS["same_thing"].match(clause.text):
        return False
    return not PATTERNS["act_first"].match(cues.PATTERNS["adverbs"].sub("", clause.text))


def _holds_object(clause: Clause, acting: Clause) -> bool:
    """Say whether a clause is what the one behind it acts upon: 渡口的绿化提升工作，我局正在组织设计."""
    alone = not (clause.cue or clause.done or clause.refused)
    return alone and bool(PATTERNS["matter"].fullmatch(clause.text)) and bool(OURS.match(acting.subject))


OURS = re.compile(cues.WE)
SHORT = 3  # characters that may stand before 待…后 in its clause


def _belongs(words: str) -> bool:
    """A gate (待…后, 若…) or a remainder standing as a clause of its own goes with what follows."""
    gate = conditions(words)
    return bool(gate and gate[0].start < SHORT) or bool(PATTERNS["belongs"].match(words))


def _another(found: Sequence[Clause], place: int) -> bool:
    """Say whether a clause is an announcement about something else: after a ；, or another batch or phase."""
    clause = found[place]
    if PATTERNS["answers"].match(clause.text) and not clause.cue:
        return True
    if found[place - 1].text_end == "；" and not clause.cue and _own_act(found[place + 1 : place + 2]):
        return bool(MATTER.search(clause.text))
    if found[place - 1].text_end == "；" and (clause.cue == "event" or (not clause.cue and REST.match(clause.text))):
        return True
    if not _own_act(found[place : place + 1]):
        return False
    return found[place - 1].text_end == "；" or bool(PHASE.match(clause.subject))


def _ours_now(found: Sequence[Clause], place: int, end: int) -> bool:
    """Say whether behind a ； we begin to act, after somebody else did: …公司将增开班次；同时，我局也将增设站牌."""
    if found[end - 1].text_end != "；" or any(OURS.search(clause.text) for clause in found[place:end]):
        return False
    begins = next((clause for clause in found[end : end + 2] if not ALONE.fullmatch(clause.text)), found[end])
    return bool(OURS.match(begins.text)) and any(clause.cue for clause in found[end:])


ALONE = re.compile(r"同时|此外|另外|另|其次|并且")
PHASE = re.compile(r"第[一二三四五六七八九\d]+[批期]|[一二三四五]期")
REST = re.compile(r"[^，。；]{0,8}(?:其余|余下|剩余)[^，。；]{0,12}(?:逐年|逐步|陆续|分批)")
MATTER = re.compile(r"(?:一事|事宜|问题|建议|方面|诉求)$|^(?:关于|对于|针对|至于)")


def _own_act(found: Sequence[Clause]) -> bool:
    """Say whether a clause announces something of a subject of its own."""
    telling = (clause for clause in found if clause.cue in ("open", "plan", "will", "goal") and clause.subject)
    return any(not PATTERNS["verb_first"].match(clause.subject) for clause in telling)


def _done_by_another(clause: Clause) -> bool:
    """Say whether a clause tells of something finished with a subject of its own."""
    acts = clause.cue or PATTERNS["attribute"].match(clause.text)
    return clause.done and not acts and bool(DONE_BY_ANOTHER.match(clause.text))


DONE_BY_ANOTHER = re.compile(r"(?!截至|目前|现|至今|今年).{2,10}已")


def _forward(found: Sequence[Clause], place: int) -> int:
    """Return where an announcement ends: before a finished or refused clause with a subject of its own."""
    for end in range(place + 1, len(found)):
        clause = found[end]
        done = _done_by_another(clause)
        over = done or clause.refused or PATTERNS["good"].search(clause.text)
        if over or cues.courteous(clause.text) or _another(found, end) or _ours_now(found, place, end):
            return end
        if PATTERNS["describes"].match(clause.text) and not clause.cue and _own_act(found[end + 1 :]):
            return end
    return len(found)
