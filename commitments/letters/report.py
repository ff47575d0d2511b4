"""A reading as JSON: what ``tracker import FILE --dry-run --json`` prints."""

from dataclasses import asdict
from typing import Any

from commitments.errors import each_message
from commitments.letters.candidates import Candidate
from commitments.letters.reading import Reading
from commitments.letters.text.document import Document, Header

SCHEMA = 1
NEEDED = {  # facts the register asks a person for when the letter does not say them, with the fields of the head
    "document_number": "doc_number",
    "proposal_number": "proposal_number",
    "proposing_unit": "proposer",
    "replying_unit": "replying_unit",
    "signed_on": "reply_date",
}


def as_json(reading: Reading, locale: str = "en") -> dict[str, Any]:
    """Return a reading in JSON's types, its warnings in a language; offsets count characters of ``text``."""
    document = reading.document
    return {
        "schema": SCHEMA,
        "letter": _letter(reading.header),
        "sha256": document.sha256,
        "text": document.text,
        "recognised": document.recognised,
        "candidates": [_candidate(each, document) for each in (*reading.candidates, *reading.possible)],
        "quarantined": list(document.quarantined),
        "repairs": [{"line": r.line, "from": r.before, "to": r.after, "why": r.why} for r in document.repairs],
        "warnings": each_message(document.warnings, locale),
    }


def _letter(head: Header) -> dict[str, Any]:
    """Return the head, its fields named and ordered as in the contract, and what it lacks; without the page's day."""
    day = head.reply_date.isoformat() if head.reply_date else None
    places = {name: list(place) for name, place in head.places.items()}
    said = asdict(head) | {"co_units": list(head.co_units), "reply_date": day, "places": places}
    missing = [name for name, field in NEEDED.items() if not said[field]]
    return {name: value for name, value in said.items() if name != "page_date"} | {"missing": missing}


def _candidate(found: Candidate, document: Document) -> dict[str, Any]:
    """Return one candidate; its fields are named as in the contract already.

    Of a letter that was recognised in a picture, the figures that are doubtful stand with it.
    """
    due = found.due_date.isoformat() if found.due_date else None
    return {**asdict(found), "owners": list(found.owners), "due_date": due, "why": list(found.why),
            "targets": [asdict(goal) for goal in found.targets], "recognised": document.recognised,
            "doubtful": document.doubtful(found.quote)}  # fmt: skip
