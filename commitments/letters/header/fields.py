"""The head of a letter: who answers whom, about which proposal, when, with whom. Each value with its place.

What the letter does not say is None; nothing is guessed. Values keep the letter's own characters.
"""

import re
from collections.abc import Callable, Iterator

from commitments.letters.header import addressees, contacts, signature
from commitments.letters.header.regions import Found, Line, Parts, parts
from commitments.letters.text.document import Document, Header, View
from commitments.letters.text.simplified import simplify

NUMBER = re.compile(
    r"(?:(?:发文字号|文号|字号)：\s*)?"
    r"(?P<name>[\u4e00-\u9fff]{1,14}?)\s*(?P<open>[〔\[（【﹝［]?)\s*(?P<year>(?:19|20)\d\d)\s*(?P<close>[〕\]）】﹞］]?)\s*(?P<first>第?)\s*"
    r"(?P<n>\d{1,5})\s*号"
)
PAGE_NUMBER = r"(?:文号|发文字号|文\s*号)[：:\s]\s*([\u3400-\u9fff]{1,14}[〔\[（(【]\d{4}[〕\]）)】]第?\d{1,5}[号號])"
CODE = r"(?:[A-Za-z]{1,6}[-—]?)?闭?[A-Za-z]?\d{1,10}(?:-\d{1,6})?[A-Za-z]?"
PROPOSAL = re.compile(
    rf"第\s*(?P<a>{CODE}|闭\s*\d+|[一二三四五六七八九十百零〇]{{1,6}})\s*号|"
    rf"[（]\s*(?:提案|建议|议案)?(?:编号|案号|号)?[：]?\s*(?P<b>{CODE})\s*号?\s*[）]|"
    rf"(?:提案|建议|议案)(?:编号|案号|号)[：]?\s*(?P<c>{CODE})"
)
ASKED_BEFORE = re.compile(r"(?:提出|提交|反映|所提|关于|对|的)\s*$|(?:提案|建议|议案)(?:（[^）]*）)?[：]?$")
NAMED_AFTER = re.compile(r"\s*(?:（[^）]{1,24}）)?的?(?:提案|建议|议案|收悉)")
QUOTED = re.compile(r"《(?P<t>(?:[^《》]|《[^《》]*》)+)》|“(?P<u>(?:[^“”]|“[^“”]*”){4,80})”|‘(?P<v>[^‘’]{4,80})’")
UNQUOTED = re.compile(
    r"(?:您们?|你们?|贵[委会党局]|代表|委员)(?:提出|所提|反映|提交)?的?(?P<t>关于[^，。；《》“”（]{4,60}?的(?:建议|提案|议案))"
)
SESSION = re.compile(
    r"第?[一二三四五六七八九十\d]{1,3}届(?:[\u4e00-\u9fff]{0,10}?(?:委员会|人民代表大会|人代会|人大|政协|全委会))?(?:第)?[一二三四五六七八九十\d]{1,3}次(?:全体)?(?:会议|全会|大会|例会)|"
    r"第?[一二三四五六七八九十\d]{1,3}届(?:人民代表大会|人大|政协|委员会)(?:常委会|常务委员会)?(?:第?[一二三四五六七八九十\d]{1,3}次会议)?闭会期间"
)
BEFORE_SESSION = re.compile(
    r"(?:关于|对于|在|对|于|给|向|为|就|[，。；：、（）《》“”\s\d〕号])(?=[^，。；：、（）《》“”\s]*$)"
)
MARK = r"[（【“\[\"‘]{{0,2}}\s*(?P<{}>[A-D]\d?)(?![A-Za-z0-9])"
MARKS = re.compile(
    rf"(?:办理|办复|结果|答复|建议|提案|分类|类别|类型|类|性质|等级|情况)[^，。A-D]{{0,8}}[：:]\s*[^，。A-D：:]{{0,8}}{MARK.format('a')}|"
    rf"(?:^|[\s（【“\[])(?P<b>[A-D]\d?)\s*[”’\]】）]?\s*[类级]|^[（【\[]?\s*(?P<c>[A-D]\d?)\s*[）】\]]?(?:$|\s)|\s[（【\[](?P<d>[A-D]\d?)[）】\]]$|\s(?P<e>[A-D]\d?)$"
)


ALONE = re.compile(r"(?<![A-Za-z0-9.〔\-])(?P<alone>[A-D]\d?)(?![A-Za-z0-9.\-])")
STATED = re.compile(r"(?:属于?|定为|列为|确定为|评定为|归为|结果为|类别为|按照?)(?P<class>[A-D]\d?)\s*类")
TITLE_CHARS = 90  # a mark stands alone or beside a title, never in prose


def header(view: View, document: Document) -> Header:
    """Read the head of a letter."""
    where = parts(view, document)
    found = {name: read(where) for name, read in READERS.items()}
    kind = _kind(where)
    own_unit = signature.replying_unit(where)
    page_date = signature.page_date(document)
    found["replying_unit"] = own_unit
    sender = addressees.proposer(where, joint=kind == JOINT)
    co_units = addressees.co_units(where, own_unit[0] if own_unit else None, sender, joint=kind == JOINT)
    signed = signature.signed_on(where, page_date)
    person, phone = contacts.contact(where)
    found |= {"proposer": sender, "contact_name": person, "contact_phone": phone}
    said = {name: value[0] if value else None for name, value in found.items()}
    places = {name: value[1] for name, value in found.items() if value}
    if signed:
        places["reply_date"] = signed[1]
    return Header(
        doc_number=said["doc_number"], proposal_number=said["proposal_number"], proposal_title=said["proposal_title"],
        proposer=said["proposer"], replying_unit=said["replying_unit"], session=said["session"],
        classification=said["classification"], contact_name=said["contact_name"], contact_phone=said["contact_phone"],
        reply_date=signed[0] if signed else None, co_units=tuple(co_units), kind=kind, page_date=page_date,
        places=places,
    )  # fmt: skip


JOINT = "会办意见"


def _kind(where: Parts) -> str:
    head = " ".join(line.text for line in where.head) + where.document.page.get("ArticleTitle", "")
    text = head + where.opening.text
    if re.search("会办意见|协办意见|会办", head) or re.search(
        "(?:我.会办|会办意见如下|由[你贵].{1,6}主办)", where.opening.text
    ):
        return JOINT
    return "提案" if text.count("提案") + text.count("政协") > text.count("建议") + text.count("人大") else "建议"


def _doc_number(where: Parts) -> Found:
    """Return the letter's own number, above the salutation, never one cited; a lost bracket is set again."""
    for line in where.head:
        if found := NUMBER.match(line.text):
            taken = where.take(line, found.start("name"), found.end())
            whole = bool(found["open"]) == bool(found["close"])
            return taken if whole or not taken else (f"{found['name']}〔{found['year']}〕{found['n']}号", taken[1])
    return _on_page(where, PAGE_NUMBER)


def _on_page(where: Parts, form: str) -> Found:
    """Return what the page around the letter says; its place is nowhere in the letter."""
    for line in where.document.quarantined:
        if found := re.search(form, line):
            return found[1], (0, 0)
    return None


def _proposal_number(where: Parts) -> Found:
    """Return the proposal's number: in title or opening, beside the proposal, never that of another document."""
    for line in (*_titles(where), where.opening):
        for found in PROPOSAL.finditer(line.text[:400]):
            if _is_proposals(line.text, *found.span()):
                return where.take(line, *found.span(found.lastgroup or 0))
    return None


def _titles(where: Parts) -> Iterator[Line]:
    yield from (line for line in where.head if not NUMBER.match(line.text))


def _is_proposals(text: str, start: int, end: int) -> bool:
    """Say whether a number stands beside the word for a proposal, not in one of a decree or a page."""
    around = text[max(0, start - 40) : start] + text[end : end + 12]
    return bool(re.search("建议|提案|议案|会议|案|委员|代表", around)) and not re.search(
        r"(?:令|公告|通知)[（〔]?$", text[max(0, start - 4) : start]
    )


def _proposal_title(where: Parts) -> Found:
    """Return the title that the opening quotes behind 提出的 or before 的提案."""
    line = where.opening
    text = line.text
    for hit in QUOTED.finditer(text):
        before, after = text[max(0, hit.start() - 30) : hit.start()], text[hit.end() : hit.end() + 24]
        if ASKED_BEFORE.search(before) or NAMED_AFTER.match(after):
            return where.take(line, *hit.span(hit.lastgroup or 0))
    plain = UNQUOTED.search(text)
    return where.take(line, *plain.span("t")) if plain else None


def _session(where: Parts) -> Found:
    """Return the session as printed, with the place or level before it: 市政协五届二次会议."""
    for line in (where.opening, *where.head):
        found = SESSION.search(line.text[:400])
        if not found:
            continue
        before = line.text[: found.start()]
        cut = [hit.end() for hit in BEFORE_SESSION.finditer(before)]
        start = _from_body(before, cut[-1] if cut else 0)
        if re.search("政协|人大|人民代表大会|委员会", line.text[start : found.end()]):
            return where.take(line, start, found.end())
    return None


def _from_body(before: str, start: int) -> int:
    """Begin at the body's name where more stands before it: 提交的市政协…, 您在省人大…."""
    inside = re.search(
        r".*(?:的|您|们|贵.|中)(?=[\u4e00-\u9fff]*(?:政协|人大|人民代表大会|第)?[^的]*$)", before[start:]
    )
    return start + (inside.end() if inside else 0)


def _classification(where: Parts) -> Found:
    """Return the printed class mark, whatever the letter says: alone above the salutation, or with its label below."""
    for lines, form in ((where.head, MARKS), (where.tail, MARKS), (where.head, ALONE)):
        for line in lines:
            found = form.search(line.text) if len(line.text) < TITLE_CHARS else None
            if found:
                return where.take(line, *found.span(found.lastgroup or 0))
    for text in where.document.quarantined:
        if (found := MARKS.search(simplify(text))) and len(text) < TITLE_CHARS:
            return found[found.lastgroup or 0], (0, 0)
    stated = STATED.search(where.view.text)
    return (stated["class"], where.view.span(*stated.span("class"))) if stated else None


READERS: dict[str, Callable[[Parts], Found]] = {
    "doc_number": _doc_number,
    "proposal_number": _proposal_number,
    "proposal_title": _proposal_title,
    "session": _session,
    "classification": _classification,
}
