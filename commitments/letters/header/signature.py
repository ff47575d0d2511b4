"""Who signed a letter and when: the replying unit in its fullest form, the day of signature, the page's day."""

import re
from collections.abc import Iterator
from datetime import date

from commitments.letters.dates.reference import number
from commitments.letters.header.page import facts
from commitments.letters.header.regions import Found, Line, Parts
from commitments.letters.patterns import patterns
from commitments.letters.text import boilerplate
from commitments.letters.text.canonical import canonical
from commitments.letters.text.document import Document
from commitments.letters.text.repairs import bare_day, plain
from commitments.letters.text.simplified import simplify

PATTERNS = patterns(__file__)
SIGNED = re.compile(r"[\u4e00-\u9fff（）·]{4,30}|[\u4e00-\u9fff]{2}[局委办厅镇乡]")  # right above the date
SOURCES = "答复部门|答复单位|信息来源|文章来源|稿件来源|来源|发布机构|发文单位|发布单位|发文机关|公开单位|信息发布机构"
BLANKS = re.compile(r"\s+")
LOOSE = re.compile("点击|浏览|阅读|来源|来自|查看|发布者")  # beside the day of a page


def signed_on(where: Parts, page_date: date | None) -> tuple[date, tuple[int, int]] | None:
    """Return the day of the signature: a line of its own at the end, or after 答复日期; never the page's day."""
    for line in reversed(where.tail):
        if found := _alone(line, page_date):
            return found, where.view.span(*line.span(0, len(line.text)))
    for line in (*where.tail, *where.head):
        said = PATTERNS["said"].search(line.text)
        day = PATTERNS["day"].match(line.text, said.end()) if said else None
        if day and (found := _read(day)):
            return found, where.view.span(*line.span(*day.span()))
    return _behind_the_unit(where)


def _alone(line: Line, page_date: date | None) -> date | None:
    text = re.sub(r"^日\s*期\s*：\s*|\s*印发?$", "", line.text.strip("（） "))
    day = PATTERNS["day"].fullmatch(text)
    return _read(day) if day else bare_day(text.replace(" ", ""), page_date)


def _behind_the_unit(where: Parts) -> tuple[date, tuple[int, int]] | None:
    """Read 某某局 2019年7月15日 on one line."""
    for line in reversed(where.tail):
        day = PATTERNS["day"].search(line.text)
        ends = day and boilerplate.PATTERNS["closing"].match(line.text)
        if day and ends and (found := _read(day)):
            return found, where.view.span(*line.span(*day.span()))
    return None


def _read(day: re.Match[str]) -> date | None:
    try:
        return date(number(day["y"]), number(day["m"]), number(day["d"]))
    except ValueError:
        return None


def page_date(document: Document) -> date | None:
    """Return the day on which the page was published."""
    facts = (document.page.get(name, "") for name in ("PubDate", "pubdate", "publishdate", "createDate"))
    said = next(_labelled(document, "发布时间|发布日期|公开日期|发文日期|生成日期|时间|日期"), "")
    loose = filter(LOOSE.search, map(simplify, document.quarantined))
    for text in (*facts, simplify(said), *loose):
        day = PATTERNS["day"].search(text)
        if day and (found := _read(day)):
            return found
    return _loose_day(document)


def _loose_day(document: Document) -> date | None:
    """Return the last of the days that stand alone among the page's lines, where they are of one year."""
    alone = filter(None, (PATTERNS["day"].fullmatch(canonical(simplify(line))) for line in facts(document)))
    days = [found for found in map(_read, alone) if found]
    return max(days) if len({day.year for day in days}) == 1 else None


def replying_unit(where: Parts) -> Found:
    """Return the unit that signs, in the fullest form that signature, title, letterhead or page gives."""
    names = [found for found in _names(where) if found]
    if not names:
        return next(filter(None, _unsigned(where)), None)
    first = names[0]
    own = simplify(first[0])
    fuller = [found for found in names if simplify(found[0]).endswith(own) or _same_body(simplify(found[0]), own)]
    return max(fuller, key=lambda found: len(found[0]))


def _unsigned(where: Parts) -> Iterator[Found]:
    """Return the unit of a letter that nobody signs: printing line, contact, way to the page, deeds, the government."""
    lines = (*where.tail, *where.head)
    yield from (_named(where, line, "printed") for line in lines)
    yield from (_named(where, line, "contact_unit") for line in lines)
    yield from (_named(where, line, "beside_contact") for line in lines)
    yield from (_crumb(line) for line in where.document.quarantined)
    yield _only_fact(where.document)
    yield _acting(where)
    yield from ((name, (0, 0)) for name in _page(where.document) if PATTERNS["government"].search(simplify(name)))


def _named(where: Parts, line: Line, pattern: str) -> Found:
    found = PATTERNS[pattern].search(line.text)
    if not found:
        return None
    name, start = found["n"], found.start("n")
    office = PATTERNS["office"].search(name) if pattern == "printed" else None
    return where.take(line, start, start + (office.start() if office else len(name)))


def _crumb(line: str) -> Found:
    found = PATTERNS["crumb"].search(simplify(plain(line)))
    return (plain(line)[found.start("n") : found.end("n")], (0, 0)) if found else None


def _only_fact(document: Document) -> Found:
    """Return the one unit that stands alone among the lines of the page."""
    names = {line for line in facts(document) if PATTERNS["unit"].fullmatch(canonical(simplify(line)))}
    names -= {name for name in names if PATTERNS["publisher"].search(simplify(name))}
    return (names.pop(), (0, 0)) if len(names) == 1 else None


def _acting(where: Parts) -> Found:
    """Return the one body that the letter tells of as acting, where there is only one."""
    text = canonical(where.view.text)
    found = [hit.span("n") for hit in PATTERNS["acts"].finditer(text)]
    if len({text[a:b] for a, b in found}) != 1 or PATTERNS["ourselves"].search(text):
        return None
    place = where.view.span(*found[0])
    return where.document.text[slice(*place)], place


def _same_body(longer: str, shorter: str) -> bool:
    """Say whether 云州市澜江区城市管理局 is the full form of 澜江区城市管理局 or of 区城市管理局."""
    return len(longer) > len(shorter) > 3 and longer.endswith(shorter[1:]) and shorter[0] in "省市区县州盟旗镇乡"


def _names(where: Parts) -> Iterator[Found]:
    yield _unsealed(_signature(where))
    for line in where.head:
        yield _title(where, line)
    for line in where.head:
        yield _letterhead(where, line)
    for text in _page(where.document):
        words = canonical(simplify(text))
        title = PATTERNS["in_title"].match(words)
        if title or (PATTERNS["whole"].fullmatch(words) and not PATTERNS["publisher"].search(words)):
            yield (text[: title.end("n")] if title else text), (0, 0)


def _unsealed(found: Found) -> Found:
    """Leave out that a name was sealed: 某某局（盖章）, （某某局代章）."""
    seal = PATTERNS["sealed"].search(canonical(simplify(found[0]))) if found else None
    return (found[0][: seal.start()].lstrip("（("), found[1]) if found and seal else found


def _signature(where: Parts) -> Found:
    """Return the line above the date, or the name before it on its line."""
    for n in range(len(where.tail) - 1, -1, -1):
        line = where.tail[n]
        name = PATTERNS["day"].sub("", line.text).strip("（） ")
        dated = name != line.text.strip("（） ")
        if dated and PATTERNS["unit"].fullmatch(BLANKS.sub("", name)):
            return where.take(line, 0, len(line.text[: PATTERNS["day"].search(line.text).start()].rstrip()))  # type: ignore[union-attr]
        if dated and not name and n and SIGNED.fullmatch(BLANKS.sub("", where.tail[n - 1].text)):
            return where.take(where.tail[n - 1])
    for line in where.tail:
        if PATTERNS["unit"].fullmatch(BLANKS.sub("", line.text)) and not boilerplate.PATTERNS["tail"].match(line.text):
            return where.take(line)
    return None


def _title(where: Parts, line: Line) -> Found:
    """Return the unit a title begins with, or that stands behind it: ……的答复 某县水利局."""
    found = PATTERNS["in_title"].match(line.text) or PATTERNS["behind_title"].search(line.text)
    return where.take(line, *found.span("n")) if found else None


def _letterhead(where: Parts, line: Line) -> Found:
    name = BLANKS.sub("", line.text).removesuffix("文件")
    if not PATTERNS["unit"].fullmatch(name):
        return None
    taken = where.take(line)
    return (taken[0].removesuffix("文件"), taken[1]) if taken else None


def _page(document: Document) -> Iterator[str]:
    yield from (document.page[name] for name in ("ContentSource", "ArticleTitle", "source") if name in document.page)
    yield from _labelled(document, SOURCES)


def _labelled(document: Document, labels: str) -> Iterator[str]:
    """Return what lines put aside say behind a label: a page's own facts stand in such lines."""
    for line in facts(document):
        if said := re.search(rf"(?:{labels})\s*[：:|｜]\s*([^\s|｜\t]+)", simplify(line)):
            yield line[said.start(1) : said.end(1)]
