"""A reading as JSON: what ``tracker import FILE --dry-run --json`` prints."""

from dataclasses import asdict
from typing import Any

from commitments.letters.candidates import Candidate
from commitments.letters.reading import Reading
from commitments.letters.text.document import Header

SCHEMA = 1


def as_json(reading: Reading) -> dict[str, Any]:
    """Return a reading in JSON's types; offsets count characters of ``text``."""
    document = reading.document
    return {
        "schema": SCHEMA,
        "letter": _letter(reading.header),
        "sha256": document.sha256,
        "text": document.text,
        "candidates": [_candidate(each) for each in reading.candidates],
        "quarantined": list(document.quarantined),
        "repairs": [{"line": r.line, "from": r.before, "to": r.after, "why": r.why} for r in document.repairs],
        "warnings": list(document.warnings),
    }


def _letter(head: Header) -> dict[str, Any]:
    """Return the head; its fields are named and ordered as in the contract, but the page's day, which is none of it."""
    day = head.reply_date.isoformat() if head.reply_date else None
    places = {name: list(place) for name, place in head.places.items()}
    said = asdict(head) | {"co_units": list(head.co_units), "reply_date": day, "places": places}
    return {name: value for name, value in said.items() if name != "page_date"}


def _candidate(found: Candidate) -> dict[str, Any]:
    """Return one candidate; its fields are named as in the contract already."""
    due = found.due_date.isoformat() if found.due_date else None
    return {**asdict(found), "owners": list(found.owners), "due_date": due, "why": list(found.why),
            "targets": [asdict(goal) for goal in found.targets]}  # fmt: skip
