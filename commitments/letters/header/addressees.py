"""Whom a letter addresses, and with whom it was handled: salutation and opening."""

import re
from collections.abc import Iterator

from commitments.letters.header.regions import Found, Parts
from commitments.letters.header.signature import BODY
from commitments.letters.text.simplified import simplify

HONOUR = re.compile(r"^尊敬的|(?:代表|委员|同志|先生|女士)(?=$|[、，及和])|[（][^）]*[）]$")
JOINED = re.compile(
    r"会同|经与|并与|与|商请|会商|联合|协同|征求(?:了)?|征询(?:了)?|听取(?:了)?|商(?=[省市区县])|(?:组织|协调|牵头)(?:了)?(?:我[局委办厅])?(?=[省市区县])"
)
STOPS = re.compile(
    r"(?:书面)?(?:意见|等)?(?:进行|逐条|认真|共同|联合|多次|专题|对|就|的|到|赴|踏勘|研究|会商|办理|沟通|交换|座谈|协商|[，。；：])"
)
NAME = re.compile(
    rf"(?:各?(?:[\u4e00-\u9fff]{{2,4}}?(?:省|市|区|县|州|盟|旗|镇|乡|街道))?[\u4e00-\u9fff（）]{{0,16}}?(?:{BODY}|中队|大队|公安机关|政法委|组织部|宣传部|统战部|编办|工会|妇联|残联|工商联|团委|供电公司|银行|分行|支行|协会|学校|医院|社|镇|乡))$"
)
TAKES_PART = re.compile(
    r"(?:由|请)?(?P<names>[\u4e00-\u9fff、和（）]{3,60}?)(?:(?:参加|协助|配合)(?:办理|会办)|(?:协办|会办)(?=[，。、]))"
)
NOT_UNITS = re.compile(
    r"^(?:[你您贵我][局委厅会办单]|相关|有关|各?(?:相关|有关|成员|职能)|街道社区|社区|群众|居民|企业|专家|委员|代表|提案人)|(?:部门|单位|社区|群众|同志|代表|委员|专家)$"
)
OF_BODY = re.compile(r"(?P<n>[\u4e00-\u9fff]{2,4}(?:等\d{0,3}[名位]?)?)(?:委员|代表)(?:提出|提交|所提|关于|的)")
OF_UNIT = re.compile(r"(?:^|[，。])(?P<n>(?![您你贵])[\u4e00-\u9fff]{3,14}?)(?:提出|提交|所提)的?[《“]")


LONGEST = 40  # characters of a unit's name and the verb behind it


def proposer(where: Parts, *, joint: bool) -> Found:
    """Return whom the salutation names, without honours; in a co-handler's opinion whom the body names."""
    line = where.salutation
    if joint:
        found = OF_BODY.search(where.opening.text) or OF_UNIT.search(where.opening.text)
        return where.take(where.opening, found.start("n"), found.end("n")) if found else None
    if line is None:
        return None
    end = len(line.text.rstrip("： "))
    taken = where.take(line, 0, end)
    if not taken:
        return None
    return _without_honours(taken[0]), taken[1]


def _without_honours(name: str) -> str:
    """Take 尊敬的, 代表 and 委员 away; simplified and traditional forms have the same length."""
    plain = simplify(name)
    gone = {n for hit in HONOUR.finditer(plain) for n in range(hit.start(), hit.end())}
    return "".join(sign for n, sign in enumerate(name) if n not in gone)


def co_units(where: Parts, own: str | None, sender: Found, *, joint: bool) -> list[str]:
    """Return the units the opening names as handling it too, each once, in order."""
    others = {simplify(name) for name in (own, sender[0] if sender else None) if name}
    found: dict[str, str] = {}
    if joint and where.salutation:
        name = where.take(where.salutation, 0, len(where.salutation.text.rstrip("： ")))
        found |= {simplify(name[0]): name[0]} if name else {}
    for start, end in _named(where.opening.text):
        taken = where.take(where.opening, start, end)
        plain = simplify(taken[0]) if taken else ""
        if taken and not any(plain == other or other.endswith(plain) for other in others):
            found.setdefault(plain, taken[0])
    return list(found.values())


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Return the stretches that name units, after 会同, 与, 征求 and before 参加办理."""
    for hit in JOINED.finditer(text):
        yield from _listed(text, hit.end())
    for hit in TAKES_PART.finditer(text):
        yield from _split(text, hit.start("names"), hit.end("names"))


def _listed(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Read a list of units from where it begins to the verb that ends it."""
    stop = re.compile(r"[，。；：《]").search(text, start)
    yield from _split(text, start, stop.start() if stop else len(text))


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Part a list at 、和与及以及; the last of it may have a verb behind it, which ends the list."""
    at = start
    while at < end:
        joint = re.compile(
            r"、|以及|(?<!自然资源)(?<!住房)(?<!发展)(?<!规划)(?<!人力资源)(?<!工业)(?<!卫生)(?<!文化)和|及|与|并"
        ).search(text, at, end)
        stop = joint.start() if joint else end
        name = _unit(text[at:stop])
        if not name:
            return
        lead = len(text[at:stop]) - len(text[at:stop].lstrip())
        yield at + lead, at + lead + len(name)
        if len(name) + lead < stop - at and not text[at + lead + len(name) : stop].startswith(("等", "党组")):
            return
        at = joint.end() if joint else end


def _unit(piece: str) -> str:
    """Return the unit a piece begins with, "" when it begins with none."""
    piece = piece.strip()[:LONGEST]
    ends = [n for n in range(len(piece), 2, -1) if NAME.fullmatch(piece[:n]) and _ends_there(piece, n)]
    name = min(ends, key=lambda n: (len(piece) != n, n), default=0)
    return "" if NOT_UNITS.search(piece[:name]) else piece[:name]


def _ends_there(piece: str, n: int) -> bool:
    return n == len(piece) or bool(
        re.match(
            rf"{STOPS.pattern}|[\s（等]|上门|组成|实地|现场|到|赴|开展|参与|共|通过|逐|反复|有关|相关|后|一起|一道",
            piece[n:],
        )
    )
