"""What the times of a letter are read against: the day of the reply, else a year that its head or its page gives."""

import re
from collections.abc import Iterator
from datetime import date

from commitments.letters.dates.reference import Base
from commitments.letters.text.document import Header

PLAUSIBLE_YEARS = range(1949, 2200)  # years a letter can be of
YEAR = re.compile(r"20\d\d(?=年|〕|】|\]|］|﹞)")
HEAD_CHARS = 120  # the letter's own title stands here
BODY = re.compile(r"^.*(?:：|，.*。)$", re.MULTILINE)  # a salutation or a sentence: the head ends above it


def base_of(header: Header, text: str) -> Base:
    """Return what phrases without a year are read against; a year that the body tells of is none."""
    reply, page = (
        day if day and day.year in PLAUSIBLE_YEARS else None for day in (header.reply_date, header.page_date)
    )
    year, source = next(_years(header, text, page), (None, None))
    return Base(reply, year, None if reply else source, page)


def _years(header: Header, text: str, page: date | None) -> Iterator[tuple[int, str]]:
    """Return the years of number, title and page, each with its name."""
    body = BODY.search(text)
    title = text[: min(body.start(), HEAD_CHARS)] if body else ""
    said = {"document number": header.doc_number, "title": f"{header.proposal_title or ''} {title}"}
    for name, words in said.items():
        if found := YEAR.search(words or ""):
            yield int(found[0]), name
    if page:
        yield page.year, "page"
