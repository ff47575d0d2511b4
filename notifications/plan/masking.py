"""What of a digest may leave the house: corrections only where an earlier digest said otherwise, no personal data.

Pure functions over the rows of a snapshot; ``digests`` reads what they need.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from commitments import codes
from commitments.damage import whole
from commitments.queries.statistics import CommitmentAsOf
from commitments.text import privacy

Masked = list[dict[str, str]]
TEXTS = ("title", "quote", "summary", "section", "ordinal", "condition", "due_text", "due_rule")  # that people typed
Mask = Callable[[str, str], str]  # field and text, the text to be shown


def corrections(row: CommitmentAsOf, said: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the corrections a reader must be told of: where the last digest ``said`` otherwise.

    ``said`` is the row of this commitment in the unit's last digest, None when none told of it. What was corrected
    after an extension corrects what the extension set, not what the digest said.
    """
    if said is None:
        return []
    extended, lines = {slip["to"].isoformat() for slip in row.slips}, []
    for line in row.corrections:
        field = line["field"]
        first = line["from"] if field == "due_on" and line["from"] in extended else said.get(field, line["from"])
        if first != line["to"]:
            lines.append({**line, "from": first, "reason": codes.by_people(line["reason"])})
    return [line for line in lines if _tells(line, lines)]


def _tells(line: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> bool:
    """A deadline tells by itself that there is no day of review any more, or one at last."""
    return line["field"] != "review_on" or all(other["field"] != "due_on" for other in lines)


def shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored snapshot as readers outside may see it, also one that an earlier version made."""
    plain = masked(facts)
    for row in plain["commitments"]:
        row["slips"] = [{**slip, "approved_by": ""} for slip in row["slips"]]
    return {**plain, "masked": [*facts.get("masked", ()), *plain["masked"]]}


def masked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot with personal data masked in every free text, and in ``masked`` what was masked where.

    The office's own contact, which every digest prints, is masked nowhere.
    """
    found: Masked = []
    note = _noting(found, whole(facts)["contact"])
    rows = [_masked_row(row, partial(note, row["ref"])) for row in facts["commitments"]]
    letters = [
        _with(letter, ("title",), partial(note, letter["document_number"] or letter["proposal_number"]))
        for letter in facts["letters"]
    ]
    answers = [_with(each, ("reason",), partial(note, each["month"])) for each in facts.get("answers", ())]
    return {**facts, "commitments": rows, "letters": letters, "answers": answers, "masked": found}


def _masked_row(row: Mapping[str, Any], note: Mask) -> dict[str, Any]:
    plain = _with(row, TEXTS, note)
    plain["happened"] = [
        {**_with(each, ("note",), note), "evidence": [_proof(proof, note) for proof in each["evidence"]]}
        for each in row["happened"]
    ]
    plain["slips"] = [_with(each, ("reason",), note) for each in row["slips"]]
    lines = [_with(each, ("from", "to", "reason"), note) for each in row.get("corrections", ())]
    plain["corrections"] = [line for line in lines if line["from"] != line["to"]]
    plain["targets"] = [_with(each, ("what", "unit"), note) for each in row["targets"]]
    return plain


def _proof(proof: Mapping[str, Any], note: Mask) -> dict[str, Any]:
    """An address that names a person can neither be shown nor followed."""
    plain = _with(proof, ("name",), note)
    return {**plain, "url": proof["url"] if plain["name"] == proof["name"] else None}


def _noting(found: Masked, published: str) -> Callable[[str, str, str], str]:
    """Return what masks the text of a field of a ref, and notes once what it found there."""

    def mask(ref: str, field: str, text: str) -> str:
        plain, kinds = privacy.mask(text, published)
        lines = [{"ref": ref, "field": field, "kind": kind} for kind in dict.fromkeys(kinds)]
        found.extend(line for line in lines if line not in found)
        return plain

    return mask


def _with(row: Mapping[str, Any], fields: Sequence[str], note: Mask) -> dict[str, Any]:
    texts = {field: note(field, row[field]) for field in fields if isinstance(row.get(field), str)}
    return {**row, **texts}
