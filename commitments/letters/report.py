"""A reading as JSON: what ``tracker import FILE --dry-run --json`` prints."""

from dataclasses import asdict
from typing import Any

from commitments.letters.candidates import Candidate
from commitments.letters.reading import Reading

SCHEMA = 1


def as_json(reading: Reading) -> dict[str, Any]:
    """Return a reading in JSON's types; offsets count characters of ``text``."""
    document, head = reading.document, reading.header
    return {
        "schema": SCHEMA,
        "letter": {
            "doc_number": head.doc_number,
            "proposal_number": head.proposal_number,
            "proposal_title": head.proposal_title,
            "proposer": head.proposer,
            "replying_unit": head.replying_unit,
            "co_units": list(head.co_units),
            "reply_date": head.reply_date.isoformat() if head.reply_date else None,
            "session": head.session,
            "classification": head.classification,
            "contact_name": head.contact_name,
            "contact_phone": head.contact_phone,
            "kind": head.kind,
            "places": {name: list(place) for name, place in head.places.items()},
        },
        "sha256": document.sha256,
        "text": document.text,
        "candidates": [_candidate(each) for each in reading.candidates],
        "quarantined": list(document.quarantined),
        "repairs": [{"line": r.line, "from": r.before, "to": r.after, "why": r.why} for r in document.repairs],
        "warnings": list(document.warnings),
    }


def _candidate(found: Candidate) -> dict[str, Any]:
    """Return one candidate; its fields are named as in the contract already."""
    due = found.due_date.isoformat() if found.due_date else None
    return {**asdict(found), "owners": list(found.owners), "due_date": due, "why": list(found.why),
            "targets": [asdict(goal) for goal in found.targets]}  # fmt: skip
