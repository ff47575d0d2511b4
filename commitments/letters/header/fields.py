"""The head of a letter: who answers whom, about which proposal, when, with whom. Each value with its place.

What the letter does not say is None; nothing is guessed. Values keep the letter's own characters.
"""

import re
from collections.abc import Callable, Iterator

from commitments.letters.header import addressees, contacts, signature
from commitments.letters.header.page import facts
from commitments.letters.header.regions import Found, Parts, parts
from commitments.letters.patterns import patterns
from commitments.letters.text import boilerplate
from commitments.letters.text.canonical import canonical
from commitments.letters.text.document import Document, Header, View
from commitments.letters.text.simplified import simplify

OWN = {name: boilerplate.PATTERNS.tables[name] for name in ("number_name", "running", "written_year")}
PATTERNS = patterns(__file__, **OWN)
TITLE_CHARS = 90  # a mark stands alone or beside a title, never in prose


def header(view: View, document: Document) -> Header:
    """Read the head of a letter."""
    where = parts(view, document)
    kind, page_date = _kind(where), signature.page_date(document)
    found = {name: read(where) for name, read in READERS.items()}
    found["replying_unit"] = own = signature.replying_unit(where)
    found["proposer"] = sender = addressees.proposer(where, joint=kind == JOINT)
    found["contact_name"], found["contact_phone"] = contacts.contact(where)
    co_units = addressees.co_units(where, own[0] if own else None, sender, joint=kind == JOINT)
    day, place = signature.signed_on(where, page_date) or (None, None)
    return Header(
        **{name: value[0] if value else None for name, value in found.items()},
        co_units=tuple(co_units),
        reply_date=day,
        kind=kind,
        page_date=page_date,
        places={name: value[1] for name, value in found.items() if value} | ({"reply_date": place} if place else {}),
    )


JOINT = "会办意见"


def _kind(where: Parts) -> str:
    head = " ".join(line.text for line in where.head) + where.document.page.get("ArticleTitle", "")
    text = head + where.opening.text
    if PATTERNS["joint_title"].search(head) or PATTERNS["joint_opening"].search(where.opening.text):
        return JOINT
    if where.salutation and addressees.to_the_lead(where.salutation, where.opening):
        return JOINT
    return "提案" if text.count("提案") + text.count("政协") > text.count("建议") + text.count("人大") else "建议"


def _doc_number(where: Parts) -> Found:
    """Return the letter's own number, above the salutation, never one cited; a lost bracket is set again."""
    for line in where.head:
        if found := PATTERNS["number"].search(line.text) or boilerplate.PATTERNS["torn_number"].search(line.text):
            taken = where.take(line, found.start("name"), found.end())
            whole = taken and taken[0].endswith(("号", "號")) and bool(found["open"]) == bool(found["close"])
            return taken if whole or not taken else (f"{found['name']}〔{found['year']}〕{found['n']}号", taken[1])
    return next(((number, (0, 0)) for number in _on_page(where.document)), None)  # its place is nowhere in the letter


def _on_page(document: Document) -> Iterator[str]:
    """Return the letter's number as its page says it: behind a label, or alone among the page's facts."""
    lines = facts(document)
    for line in lines:
        if found := PATTERNS["page_number"].search(canonical(simplify(line))):
            yield line[found.start("n") : found.end("n")]
    alone = {line for line in lines if PATTERNS["number"].fullmatch(canonical(simplify(line)))}
    yield from alone if len(alone) == 1 else ()


def _proposal_number(where: Parts) -> Found:
    """Return the proposal's number: in title or opening, beside the proposal, never that of another document."""
    titles = (line for line in where.titles if not PATTERNS["number"].match(line.text))
    for line in (*titles, where.opening):
        for found in PATTERNS["proposal"].finditer(line.text[:400]):
            if _is_proposals(line.text, *found.span()):
                return where.take(line, *found.span(found.lastgroup or 0))
    return None


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
    for hit in PATTERNS["quoted"].finditer(text):
        before, after = text[max(0, hit.start() - 30) : hit.start()], text[hit.end() : hit.end() + 24]
        if PATTERNS["asked_before"].search(before) or PATTERNS["named_after"].match(after):
            return where.take(line, *hit.span(hit.lastgroup or 0))
    for hit in PATTERNS["quoted"].finditer(text):
        if PATTERNS["of_proposal"].search(hit[hit.lastgroup or 0]):
            return where.take(line, *hit.span(hit.lastgroup or 0))
    plain = PATTERNS["unquoted"].search(text)
    return where.take(line, *plain.span("t")) if plain else None


def _session(where: Parts) -> Found:
    """Return the session as printed, with the place or level before it: 市政协五届二次会议."""
    for line in (where.opening, *where.titles):
        found = PATTERNS["session"].search(line.text[:400])
        if not found:
            continue
        before = line.text[: found.start()]
        cut = [hit.end() for hit in PATTERNS["before_session"].finditer(before)]
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
    for lines, form in ((where.head, "marks"), (where.tail, "marks"), (where.head, "alone")):
        for line in lines:
            found = PATTERNS[form].search(line.text) if len(line.text) < TITLE_CHARS else None
            if found:
                return where.take(line, *found.span(found.lastgroup or 0))
    for text in where.document.quarantined:
        if (found := PATTERNS["marks"].search(simplify(text))) and len(text) < TITLE_CHARS:
            return found[found.lastgroup or 0], (0, 0)
    stated = PATTERNS["stated"].search(where.view.text)
    return (stated["class"], where.view.span(*stated.span("class"))) if stated else None


READERS: dict[str, Callable[[Parts], Found]] = {
    "doc_number": _doc_number,
    "proposal_number": _proposal_number,
    "proposal_title": _proposal_title,
    "session": _session,
    "classification": _classification,
}
