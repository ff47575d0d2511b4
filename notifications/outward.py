"""What of a digest may leave the house: corrections only where an earlier digest said otherwise, no personal data.

Pure functions over the rows of a snapshot; ``digests`` reads what they need.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from commitments import privacy
from commitments.figures import Standing

Masked = list[dict[str, str]]


def corrections(row: Standing, said: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the corrections a reader must be told of: those of what the last digest ``said``.

    ``said`` is the row of this commitment in the unit's last digest, None when none told of it; where it said what
    holds now, nothing need be corrected.
    """
    now = {**vars(row), "due_on": _iso(row.due_on), "review_on": _iso(row.review_on)}
    return [
        {**line, "from": _iso(line["from"]), "to": _iso(line["to"])}
        for line in row.corrections
        if said is not None and said.get(line["field"]) != now[line["field"]]
    ]


def masked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot with personal data masked in every free text, and in ``masked`` what was masked where."""
    found: Masked = []
    rows = [_masked_row(row, found) for row in facts["commitments"]]
    letters = [_with(letter, ("title",), _noting(found, letter["document_number"])) for letter in facts["letters"]]
    return {**facts, "commitments": rows, "letters": letters, "masked": found}


def _masked_row(row: Mapping[str, Any], found: Masked) -> dict[str, Any]:
    note = _noting(found, row["ref"])
    plain = _with(row, ("title", "quote", "summary", "condition", "due_text", "due_rule"), note)
    plain["happened"] = [
        {**_with(each, ("note",), note), "evidence": [_with(proof, ("name",), note) for proof in each["evidence"]]}
        for each in row["happened"]
    ]
    plain["slips"] = [_with(each, ("reason",), note) for each in row["slips"]]
    plain["corrections"] = [_with(each, ("from", "to", "reason"), note) for each in row["corrections"]]
    plain["targets"] = [_with(each, ("what",), note) for each in row["targets"]]
    return plain


def _noting(found: Masked, ref: str) -> Callable[[str, str], str]:
    """Return what masks the text of a field and notes for ``ref`` what it found."""

    def mask(field: str, text: str) -> str:
        plain, kinds = privacy.mask(text)
        found.extend({"ref": ref, "field": field, "kind": kind} for kind in kinds)
        return plain

    return mask


def _with(row: Mapping[str, Any], fields: Sequence[str], mask: Callable[[str, str], str]) -> dict[str, Any]:
    texts = {field: mask(field, row[field]) for field in fields if isinstance(row.get(field), str)}
    return {**row, **texts}


def _iso(value: Any) -> Any:  # noqa: ANN401 - a date becomes text, all else stays
    return value.isoformat() if hasattr(value, "isoformat") else value
