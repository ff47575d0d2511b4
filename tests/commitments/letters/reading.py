"""Reading a piece of text as a letter of 云州市交通运输局, signed on 9 June 2023."""

from datetime import date
from typing import Any

from commitments.letters.candidates import Candidate, Shelves, candidates
from commitments.letters.text.document import Document, Header, View

UNIT, SIGNED = "云州市交通运输局", date(2023, 6, 9)
HEAD: dict[str, Any] = {
    "doc_number": None,
    "proposal_number": None,
    "proposal_title": None,
    "proposer": "李某",
    "replying_unit": UNIT,
    "reply_date": SIGNED,
    "session": None,
    "classification": None,
    "contact_name": None,
    "contact_phone": None,
    "co_units": (),
    "kind": "建议",
    "page_date": None,
    "places": {},
}


def shelves(text: str, **head: Any) -> Shelves:
    document = Document(text=text, sha256="", quarantined=(), repairs=(), warnings=(), page={})
    return candidates(View(text, range(len(text) + 1)), Header(**{**HEAD, **head}), document)


def read(text: str, **head: Any) -> list[Candidate]:
    return list(shelves(text, **head).sure)


def only(text: str, **head: Any) -> Candidate:
    (found,) = read(text, **head)
    return found
