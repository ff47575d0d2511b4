"""Numbers a pledge has to reach: counts, lengths, areas, rates, money, with the thing they count."""

import re
from dataclasses import dataclass

from commitments.letters.reckoning import NUMERALS
from commitments.letters.times import mask, without_times

UNITS = (
    "平方公里|平方米|立方米|万人次|人次|公里|千米|公顷|千瓦时|千瓦|兆瓦|家次|户次|车次|班次|场次|课时|学时|小时|"
    "分钟|个百分点|百分点|"
    "米|亩|吨|公斤|元|%|‰|个|处|条|座|家|户|名|人|所|套|台|辆|口|宗|份|部|场|次|期|批|项|件|株|棵|盏|根|张|间|"
    "栋|幢|对|艘|片|段|块|组|支|册|本|篇|类|种|级|床|村|镇|乡|街道|社区|"
    "班|路|眼|孔|尾|头|只|亿|万|倍|秒|天|岁|点|盘|门|面|杆|具|副|把|扇|趟|轮|股|伏|页|桶|箱|位|员|分|里"
)
AMOUNT = re.compile(
    rf"(?<![\d.A-Za-z第])(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|[两三四五六七八九]|"
    rf"[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]百|一(?=部|座|条|所|处|家|套|场))"
    rf"(?:余|多)?(?P<scale>[万亿千百]?)(?:余|多)?(?P<unit>{UNITS})"
)
NOT_UNIT = re.compile(r"^(?:年|月|日|号|时|批|版|类垃圾|大类|级(?!台)|是|方面|中全会|届|次会议|条意见)")
REACHED = re.compile(r"(?:已|现有|现已|共有|累计|目前(?:有)?|原有?)[^，。；]{0,14}$")
HUNDRED, TEN = 100, 10


@dataclass(frozen=True)
class Goal:
    """A number to reach, as printed: ``Goal(5, "万亩", "老茶园")``."""

    quantity: float
    unit: str
    what: str


def targets(text: str, printed: str | None = None) -> tuple[Goal, ...]:
    """Return the numbers of a pledge to be reached; ``printed`` is the same text in the letter's own characters."""
    masked = without_times(mask(text), blank="〓")
    goals = [_goal(masked, printed or text, hit) for hit in AMOUNT.finditer(masked) if _counts(masked, hit)]
    return tuple(dict.fromkeys(goals))


def _counts(text: str, hit: re.Match[str]) -> bool:
    """Say whether a number is to be reached: not a clock, an ordinal, a name, a number already there."""
    if NOT_UNIT.match(text[hit.start("unit") :]) or (hit["number"] == "一" and hit["unit"] in ("次", "批", "个", "项")):
        return False
    return not REACHED.search(text[: hit.start()])


def _goal(masked: str, text: str, hit: re.Match[str]) -> Goal:
    return Goal(
        quantity(hit["number"]),
        text[hit.start("scale") : hit.end("unit")].strip("余多餘"),
        _what(masked, text, hit),
    )


def quantity(printed: str) -> float:
    """Return the value of a printed number."""
    if printed[0].isdigit():
        return float(printed.replace(",", ""))
    if "百" in printed:
        return float(NUMERALS[printed[0]] * HUNDRED)
    if "十" in printed:
        tens, _, ones = printed.partition("十")
        return float(NUMERALS.get(tens, 1) * TEN + NUMERALS.get(ones, 0))
    return float(NUMERALS[printed])


def _what(masked: str, text: str, hit: re.Match[str]) -> str:
    """Return what is counted: the words behind the number, or those before it when it ends its clause."""
    behind = re.match(r"[^，。；、〓\d]{0,16}", masked[hit.end() :])
    words = text[hit.end() : hit.end() + (behind.end() if behind else 0)]
    words = words.lstrip("的")
    if words:
        return words
    before = re.search(r"[^，。；、〓\d]{1,16}$", masked[: hit.start()])
    if not before:
        return ""
    first, last = MAKING.match(before[0]), REACHING.search(before[0])
    start, end = (first.end() if first else 0), (last.start() if last else len(before[0]))
    return text[before.start() :][start:end]


MAKING = re.compile(  # verbs before the thing that is counted
    "(?:会同.{0,10}?|.{0,6}?)(?:新增|新建|建成|建设|完成|增设|改造|组织|举办|开通|安装|更新|发放|实现)"
)
REACHING = re.compile("(?:达到|提高到|提升到|突破|不低于|不少于|超过|约|至)+$")
