"""The rules that read Chinese time expressions: a form, and what date it gives (docs/pledges.md, section 5).

Every reader returns the rule's name, a date or none, and a note for the person who confirms.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from commitments.calendar.workdays import WorkCalendar
from commitments.letters.dates import festivals
from commitments.letters.dates.reference import Base, last_day, later, number

PLANS = {"十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
JUNE, DECEMBER = 6, 12
OPEN_YEAR = "the letter gives no year to read this in"
OPEN_DAY = "the letter gives no date to count from"
Reading = tuple[str, date | None, str | None]  # rule, date, note
Reader = Callable[[re.Match[str], Base], Reading]

YEAR = (
    r"(?:(?P<year>20\d\d|二[〇零○O][一二三四五六七八九〇零○O]{2})年(?!代|版|度?以[来前])度?|(?P<near>今|本|当|"
    r"明|次|来|后)年度?(?!以来))"
    r"(?:的)?"
)
MONTH = r"(?<![\d.])(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?!余)"
BEFORE = r"(?P<before>(?:之前|以前|前)(?!列|往|来|期|后|置|端|沿|景|述|瞻|台|提|进|后))?"
LED = r"(?:(?:截止|截至|至|到|在|于|从|自|预计)(?:到|在|于)?)?"
DASH = r"(?:[-—–－~～]{1,2}|至|到)"
NUMBER = r"(?P<number>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"


def _year(found: re.Match[str], base: Base) -> int | None:
    parts = found.groupdict()
    if parts.get("year"):
        return number(parts["year"])
    shift = {"明": 1, "次": 1, "来": 1, "后": 2}.get(parts.get("near") or "", 0)
    return None if base.meant is None else base.meant + shift


def _dated(rule: str, year: int | None, month: int, day: int | None = None) -> Reading:
    """Build a date from its parts; no year, or a day that does not exist, gives none."""
    if year is None:
        return "year-unknown", None, OPEN_YEAR
    last = last_day(year, month)
    if day is not None and not 1 <= day <= last.day:
        return "none", None, f"month {month} has no day {day}"
    return rule, last if day is None else date(year, month, day), None


def _exact(found: re.Match[str], base: Base) -> Reading:
    return _dated("exact-day", _year(found, base), number(found["month"]), number(found["day"]))


def _exact_range(found: re.Match[str], base: Base) -> Reading:
    month = re.search(r"(\d{1,2})月[0-3]?\d[日号]", found[0][found.start("day") - found.start() - 4 :])
    last = int(month[1]) if month else number(found["month"])
    return _dated("exact-day", _year(found, base), last, number(found["day"]))


def _ten(found: re.Match[str], base: Base) -> Reading:
    day = {"上": 10, "中": 20}.get(found["ten"])
    return _dated("ten-day", _year(found, base), number(found["month"]), day)


def _month(found: re.Match[str], base: Base) -> Reading:
    year, month = _year(found, base), number(found["month"])
    if not found["before"] or found["end"]:
        return _dated("month-end", year, month)
    year, month = (year, month - 1) if month > 1 else (None if year is None else year - 1, DECEMBER)
    rule, day, note = _dated("before-month-ambiguous", year, month)
    return (
        rule,
        day,
        note or f"read strictly; often meant as the end of month {found['month']}: please confirm",
    )


def _near_month(found: re.Match[str], base: Base) -> Reading:
    if base.reply is None:
        return "year-unknown", None, OPEN_YEAR
    month = later(base.reply.replace(day=1), 1 if found["which"] in ("下", "次") else 0, "月")
    return _dated("month-end", month.year, month.month)


def _half(found: re.Match[str], base: Base) -> Reading:
    return _dated("half-year", _year(found, base), JUNE if found["half"] == "上" else DECEMBER)


def _quarter(found: re.Match[str], base: Base) -> Reading:
    year, quarter = _year(found, base), number(found["quarter"])
    if not found["before"] or found["end"] or quarter == 1:
        return _dated("quarter", year, 3 * quarter)
    rule, day, note = _dated("quarter", year, 3 * quarter - 3)
    return rule, day, note or "read strictly; often meant as the end of that quarter: please confirm"


def _year_end(found: re.Match[str], base: Base) -> Reading:
    year = _year(found, base)
    if found["before"] and not found["end"]:
        year = None if year is None else year - 1
        rule, day, _ = _dated("before-year-ambiguous", year, DECEMBER)
        return rule, day, "read strictly; often meant as the end of that year: please confirm"
    return _dated("year-end", year, DECEMBER)


def _recurring(found: re.Match[str], base: Base) -> Reading:
    return _first_check(_year(found, base))


def _first_check(year: int | None) -> Reading:
    rule, day, _ = _dated("recurring-first", year, DECEMBER)
    return rule, day, "recurs; this is the first check"


def _plan(found: re.Match[str], _base: Base) -> Reading:
    return _dated("plan-period", PLANS[found["plan"]], DECEMBER)


def _festival(found: re.Match[str], base: Base) -> Reading:
    name, year = found["festival"], _year(found, base)
    if found["year"] or found["near"]:
        day = festivals.day_of(name, year) if year else None
    else:
        day = festivals.next_after(name, base.reply) if base.reply else None
    return (
        ("exact-day", day - timedelta(days=1), f"the day before {name}") if day else ("year-unknown", None, OPEN_YEAR)
    )


def _duration(found: re.Match[str], base: Base) -> Reading:
    if base.reply is None:
        return "duration-from-reply", None, OPEN_DAY
    half = found["number"] == "半"
    amount, unit = (6, "月") if half else (number(found["number"]), found["unit"])
    return "duration-from-reply", later(base.reply, amount, unit), None


def _working_days(found: re.Match[str], base: Base) -> Reading:
    if base.reply is None:
        return "duration-from-reply", None, OPEN_DAY
    return "duration-from-reply", WorkCalendar().add(base.reply, number(found["number"])), None


def _without(rule: str) -> Reader:
    return lambda _found, _base: (rule, None, None)


SEASONS = (
    "[春夏秋冬](?:季|天|(?=[初末前]))(?:学期)?|(?:主|入)?汛期|入汛|汛(?=前)|雨季|入冬|入夏|供[暖热](?:季|期)?|"
    "采暖[季期]?|(?:新?学[期年])|开学|"
    "暑[假期]|寒假|[高中]考|[枯丰]水期|旱季|春耕|[春秋]收|农闲|旅游旺季|台风季"
)
VAGUE = (
    "尽快|尽早|逐步|逐年|适时|近期|近日|早日|及早|分批|陆续|后期|短期内|短时间内|择机|第一时间|稍后|不久|届时|"
    "稳步|分步|有序"
)
RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (
        re.compile(
            rf"{LED}(?:{YEAR})?{MONTH}(?P<day>[0-3]?\d|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号](?:之?[前内]|"
            rf"以前)?"
        ),
        _exact,
    ),
    (re.compile(rf"{LED}(?:{YEAR})?{MONTH}份?(?P<ten>[上中下])旬{BEFORE}"), _ten),
    (
        re.compile(
            rf"{LED}(?:{YEAR})?(?<![\d.])\d{{1,2}}月?份?{DASH}(?P<month>1[0-2]|0?[1-9])月份?(?P<end>底|末|内|中|"
            rf"期间)?{BEFORE}"
        ),
        _month,
    ),
    (re.compile(rf"{LED}(?:{YEAR})?{MONTH}份?(?P<end>底|末|内|期间)?{BEFORE}"), _month),
    (
        re.compile(rf"{LED}(?:{YEAR})?{MONTH}\d{{1,2}}日?{DASH}(?:\d{{1,2}}月)?(?P<day>[0-3]?\d)[日号](?:之?[前内])?"),
        _exact_range,
    ),
    (re.compile(rf"{LED}(?P<which>[本下次])个?月(?:底|末|内|份)?{BEFORE}"), _near_month),
    (re.compile(rf"{LED}(?<![\d一二三四五六七八九十个])(?P<which>)月[底末]{BEFORE}"), _near_month),
    (re.compile(rf"{LED}(?:{YEAR})?(?P<half>[上下])半年(?:底|末|内)?{BEFORE}"), _half),
    (
        re.compile(
            rf"{LED}(?:{YEAR})?(?:(?:第?[一二三四1-4]|[一二三]、){DASH}?)?第?(?P<quarter>[一二三四1-4])季度(?P<end>底|末|"
            rf"内)?{BEFORE}"
        ),
        _quarter,
    ),
    (
        re.compile(rf"{LED}(?:20\d\d年?{DASH})?{YEAR}(?P<end>年底|年末|年内|底|末|内|之内|期间)?{BEFORE}"),
        _year_end,
    ),
    (
        re.compile(
            rf"{LED}(?P<end>(?<![今明去本后前当\d近每全半数多几来些两一二三四五六七八九十])年)(?:底|末|内|"
            rf"终)(?P<year>)(?P<near>){BEFORE}"
        ),
        _year_end,
    ),
    (re.compile(rf"(?:从|自)?{YEAR}(?:开始)?起(?:，?每年)?"), _recurring),
    (re.compile(rf"{LED}(?P<year>20\d\d)年?{DASH}20\d\d年，?每年"), _recurring),
    (re.compile(rf"{LED}(?:{YEAR})?{festivals.FORM.pattern}(?:期间)?(?:之前|以前|前)"), _festival),
    (
        re.compile(rf"{LED}“?(?P<plan>{'|'.join(PLANS)})”?(?:规划|计划)?(?:期间|时期|期末|期内|末|内|期)"),
        _plan,
    ),
    (
        re.compile(
            rf"{LED}(?:{YEAR})?(?:[上下]半年)?(?:{SEASONS})(?:开学|来临|到来|结束)?(?:期间|[时里内中初末]|[之以]?[前后])*"
        ),
        _without("vague"),
    ),
    (
        re.compile(rf"{LED}(?:{YEAR[: -len('(?:的)?')]}(?:年?[初中])|年[初中](?!步|级|标|考))"),
        _without("vague"),
    ),
    (re.compile(rf"{LED}{YEAR}[春夏秋冬]"), _without("vague")),
    (re.compile(VAGUE), _without("vague")),
    (
        re.compile(r"(?:今明两年|(?:今后|未来)(?:[两三四五]年|几年))(?:内|中|间)?，?每年"),
        lambda _found, base: _first_check(base.meant),
    ),
    (
        re.compile(r"今明两年|今后两年"),
        lambda _found, base: _dated("year-end", base.meant and base.meant + 1, DECEMBER),
    ),
    (
        re.compile(
            rf"每年(?:[至到在于]?(?:{MONTH}|年)?(?:份|底|末|初|[上中下]旬|上半年|下半年|\d日)?(?:之?前)?)|每[月周日天]|"
            rf"每个?季度"
        ),
        _without("standing"),
    ),
    (re.compile(r"长期|常态化|持续|定期|常年|日常"), _without("standing")),
    (
        re.compile(r"自本(?:答复|复函|函|答复函)[^，。；]{0,6}?之?日起，?(?P<number>\d{1,3})个工作日(?:之内|以内|内)"),
        _working_days,
    ),
    (re.compile(rf"(?:力争|再)?(?:用|利用){NUMBER}(?P<unit>年)(?:左右)?(?:的)?时间"), _duration),
    (
        re.compile(
            rf"(?:今后|未来|近|在)?{NUMBER}个?(?P<unit>年|月|周|星期|日|天)(?:左右|多)?(?:之内|以内|内)(?!反馈|响应|办结|"
            rf"答复)"
        ),
        _duration,
    ),
)
