"""Whom to ask about a letter: the contact it prints itself, never the site's footer."""

import re

from commitments.letters.header.regions import Found, Line, Parts

NAME = re.compile(
    r"(?P<who>承办人|经办人|经办|联系人|联\s*系\s*人)(?:员)?(?:姓名)?(?:[及和、与](?:联系)?(?:电话|方式|号码))?\s*[：]?\s*"
    r"(?:[\u4e00-\u9fff]{2,12}(?:科|处|室|股|办|局|委|部)[\s，：]+)?(?P<name>[\u4e00-\u9fff·]{2,4})(?=[\s，；。、）\d（]|联系|电话|手机|$)"
)
PHONE = re.compile(
    r"(?:联系电话|电话号码|联系方式|办公电话|电\s*话|手机|及电话|联系人)[^\d\n]{0,16}(?P<n>1\d{10}(?!\d)|(?:[（]?0\d{2,3}[）]?[\s—–-]*)?\d{7,8}(?:[-—转]\d{1,5})?|\d{3,5}-\d{5,8})"
)


def contact(where: Parts) -> tuple[Found, Found]:
    """Return name and telephone of the contact; of two, those of who handles the matter (承办, 经办)."""
    lines = [line for line in (*where.tail, *where.head[-4:]) if len(line.text) < 120]
    names = [(line, found) for line in lines for found in NAME.finditer(line.text)]
    names.sort(key=lambda pair: pair[1]["who"][:2] not in ("承办", "经办"))
    phones = [(line, found) for line in lines for found in PHONE.finditer(line.text)]
    if names:
        phones.sort(key=lambda pair: not _goes_with(names[0], pair))
    name = where.take(names[0][0], *names[0][1].span("name")) if names else None
    return name, where.take(phones[0][0], *phones[0][1].span("n")) if phones else None


def _goes_with(name: tuple[Line, re.Match[str]], phone: tuple[Line, re.Match[str]]) -> bool:
    """Say whether a telephone stands behind a name, on its line or the next."""
    (line, found), (other, number) = name, phone
    behind = other.places[number.start()] - line.places[found.start()]
    return 0 <= behind < 60
