"""What each clause of a sentence says: will, plan, open, told, goal, dated, event or nothing; and about whom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commitments.letters.dates.expressions import Time, find, mask, without_times
from commitments.letters.dates.reference import Base
from commitments.letters.fields.conditions import conditions
from commitments.letters.pledges import cues
from commitments.letters.structure.outline import Piece, clauses

UNIT_END = (
    "(?:局|委|委员会|厅|政府|办|办公室|街道|街道办|镇|乡|管委会|公司|集团|中心|支队|大队|医院|学校|单位|部门|"
    "社|会|院|所|站|处|队|行|部)"
)
INSTRUCT = re.compile(
    rf"(?:责成|责令|要求|督促|督导|敦促|指导|安排|指派|交由|协调|(?<![聘邀申敬恳提报])请(?![您你示求教予贵])|转请|"
    rf"商请)(?:了|并督促)?(?!我|有关|相关|各相关|施工|企业|各单位|物业|属地|运营|建设单位|各级|责任|业主|经营|"
    rf"商户|项目|设计|监理)(?=[^，。；的]{{1,24}}?{UNIT_END})"
)
BY = re.compile(
    rf"由[^，。；的]{{1,24}}?{UNIT_END}(?:牵头|负责|具体|统一|会同[^，。；]{{1,16}}|统筹|抓紧|尽快|积极|进一步)*"
    r"(?=做好|发动|组建|成立|增设|新增|新建|安装|落实|实施|组织|开展|完成|解决|安排|推进|编制|清理|维护|修复|整改|整治|跟进|加强|协调|研究|改造|"
    r"提供|处理|设置)"
)
GOAL = re.compile(r"(?:力争)?(?:到|至|力争到)(?:20\d\d年|“?十[三四五六]五|今年|明年)")
REACH = re.compile(
    r"达到|达(?=\d)|提高到|提升到|突破|基本|建成|实现|形成|全部|改造|推动|完成|覆盖|新增|新建|控制在|不低于|超过|"
    r"培育|打造|培养|消除|解决|普及|降至|下降|压减|达标|减少"
)
ADVERBS = re.compile(
    r"^(?:目前|现在?|同时|此外|另外|并|也|还|且|又|都|均|已|并且|但|而|我们注意到|下一?步|下阶段|今后|接下来|"
    r"其中|为此|因此|“|经研究|日前|近期|近日|当前|截至目前|原|则|再|故|将|会|拟|计划|预计|力争|争取|如|若|积极|"
    r"努力)+"
)
PREPOSED = re.compile(
    r"^(?:针对|对(?!接)|对于|关于|为(?!了?$)|为了|按照|根据|结合|依据|在|围绕|鉴于|由于|因|通过|随着|除|至于|"
    r"考虑到|从|自|就)"
)
OPENER = re.compile(
    r"^(?:下一?步|下阶段|今后|接下来|同时|此外|另外|为此|因此|针对|关于|对于|对您|对你|按照|根据|结合|围绕|鉴于|"
    r"由于|因|考虑到|为(?:进一步|了|切实|解决)|经[^，]{1,8}(?:，|$)|在[^，]{0,20}(?:之前|期间|中|基础上|过程中|方面)|"
    r"施工期间|工程?期间|至于)"
)
CUE_TIMES = re.compile(r"底前?|内|前|旬|季度|下半年|上半年|明年|月")


@dataclass(frozen=True)
class Clause:
    """A clause with what it says: ``cue`` (will, plan, open, told, goal, dated, event, rest) or none; done; refused."""

    start: int
    end: int
    text: str
    cue: str | None
    subject: str
    done: bool
    refused: bool
    text_end: str  # the sign that ends it


def read(text: str, sentence: Piece, base: Base, *, telling: bool) -> list[Clause]:
    """Return the clauses of a sentence with their cues; ``telling`` means a section that reports what was done."""
    masked = mask(text)
    pieces = clauses(text, sentence)
    past = telling or _tells_of_past(masked[sentence.start : sentence.end], base)
    ends = [piece.end for piece in pieces[1:]] + [sentence.end]
    return [
        _clause(masked[piece.start : piece.end], masked[piece.end : end], piece, base, telling=telling, past=past)
        for piece, end in zip(pieces, ends, strict=True)
    ]


def _clause(words: str, after: str, piece: Piece, base: Base, *, telling: bool, past: bool) -> Clause:
    stripped = words.strip("，；：。 ")
    found = _goal(stripped, after, base) or _cue(stripped, base, telling=telling, past=past)
    name, at = found or (None, 0)
    subject = _subject(stripped[:at]) if name else _plain_subject(stripped)
    return Clause(
        piece.start,
        piece.end,
        stripped,
        name,
        subject,
        cues.done(stripped) and name not in ("will", "plan"),
        cues.refused(stripped),
        words[-1:],
    )


def _cue(words: str, base: Base, *, telling: bool, past: bool) -> tuple[str, int] | None:
    """Return the first reading that fits and where its cue stands."""
    if cues.FORMS["forecast"].search(words) or cues.courteous(words) or cues.FORMS["need"].search(words):
        return None
    if cues.open_stage(words):
        return "open", _at(cues.FORMS["open"], words)
    if cues.planned(words) and not _gone(find(words, base), base):
        return "plan", _at(cues.FORMS["plan"], words)
    if OUTCOME.search(words):
        return None
    if cues.will(words, telling=telling) or (not past and cues.moves_by_us(words)):
        return "will", _will_at(words)
    return None if cues.done(words) or cues.refused(words) else _implied(words, base, telling=telling)


def _implied(words: str, base: Base, *, telling: bool) -> tuple[str, int] | None:
    """Read what announces without a word for it: an order, a limit that lies ahead, an event waited for."""
    if not telling and (told := INSTRUCT.search(words) or BY.search(words)) and "的" not in words[: told.start()][-1:]:
        return "told", told.start()
    if THIS_YEAR.match(words):
        return "dated", 0
    if due := [time for time in _ahead(find(words, base), base) if _is_limit(time)]:
        return "dated", due[0].start
    if any(
        (gate.start <= 1 and not telling) or gate.text.startswith(("待", "视", "若", "如"))
        for gate in conditions(words)
    ):
        return "event", 0
    return None


THIS_YEAR = re.compile(r"(?:今年|本年度)，?(?:将|要|还?将|大力|继续|再|还要|重点|着力|全力|拟)")
OUTCOME = re.compile(
    r"仍将|将(?:持续|不断|进一步|逐步)?(?:增长|增加(?=[，。]|$)|上升|下降|存在|减少)|将(?:会|来)?(?:更(?!新|换|"
    r"改|名|替)加?|大大|极大|有效(?:缓解|改善|提升)|显著|明显|得到|成为|更好地?满足)|将来|(?:建成|完工|实施|投用|"
    r"投入使用|竣工|改造|通车|完成)(?:之|以)?后(?:预计)?(?:将)?(?:新增|可|能|提供|形成|满足|惠及|缓解)"
)


def _tells_of_past(words: str, base: Base) -> bool:
    """Say whether every date of a sentence lies before the reply."""
    if cues.done(words):
        return True
    return _gone(find(words, base), base)


def _goal(words: str, after: str, base: Base) -> tuple[str, int] | None:
    """Read 到2025年…达到…, also where the date is a clause of its own."""
    goal = GOAL.search(words)
    if not goal or not _ahead(find(words[goal.start() :], base), base):
        return None
    reach = words[goal.end() :] + (after if len(words) - goal.end() < SHORT else "")
    return ("goal", goal.start()) if REACH.search(reach) and not cues.FORMS["forecast"].search(words + reach) else None


SHORT = 6


def _at(form: re.Pattern[str], words: str) -> int:
    hit = form.search(words)
    return hit.start() if hit else 0


def _will_at(words: str) -> int:
    if hit := cues.FORMS["can"].search(words):
        return hit.end() - 1
    places = [hit.start() for form in (cues.FORMS["will"], cues.FORMS["also_will"]) if (hit := form.search(words))]
    return min(places, default=max(0, words.find("将")))


def _ahead(times: Sequence[Time], base: Base) -> list[Time]:
    """Keep the times that lie after the reply (its year when it has no day)."""
    edge = base.reply.isoformat() if base.reply else f"{base.meant or 0}-01-01"
    return [time for time in times if time.day and time.day.isoformat() > edge]


def _gone(times: Sequence[Time], base: Base) -> bool:
    """Say whether the times of a clause are all over: 2022年计划…, told in 2023."""
    days = [time.day for time in times if time.day]
    return bool(days and base.reply) and all(base.reply and day < base.reply for day in days)


def _is_limit(time: Time) -> bool:
    """A bare year (今年, 2023年) announces nothing by itself; 年内, 10月底前, 明年 do."""
    return bool(CUE_TIMES.search(time.text)) or time.rule in (
        "exact-day",
        "ten-day",
        "quarter",
        "duration-from-reply",
        "recurring-first",
    )


def _subject(before: str) -> str:
    """Return what is left before a cue when adverbs and time phrases are taken away."""
    words = ADVERBS.sub("", before)
    words = ADVERBS.sub("", without_times(words))
    return "" if PREPOSED.match(words) and not re.search(rf"{cues.WE}|{UNIT_END}$", words) else words


def _plain_subject(words: str) -> str:
    return words[:8]
