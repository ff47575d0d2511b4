"""What ``show`` says of one commitment: its fields, what happened, evidence, extensions, receipts, disputes."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from commitments.codes import in_words, reason_words
from commitments.i18n import say, table, word
from commitments.queries.detail import CommitmentDetail
from commitments.queries.listing import Listed
from tracker.cli.output import clean, picked

NAMED = ("letter", "lead", "support")  # of a list's fields, those that are names of other rows
MORE = (
    "section", "ordinal", "quote", "summary", "support_basis", "owner_basis", "first_due_on", "due_text", "due_rule",
    "condition", "closed_on", "closing_note", "reported_done_on",
)  # fmt: skip
DISPUTE = ("reason", "raised_at", "state", "decided_by", "decided_at", "note")
WORDED = ("kind", "strength", "owner_basis", "due_basis", "state", "band", "outcome", "due_rule")


def listed(detail: CommitmentDetail) -> Listed:
    """Return a commitment as lists read it."""
    row = detail.row
    facts = picked(row, (name for name in Listed._fields if name not in NAMED))
    support = [department.name for department in row.support]
    return Listed(letter=row.letter.name, lead=row.lead.name, support=support, **facts)


def details(detail: CommitmentDetail) -> dict[str, Any]:
    """Return the fields of a commitment that a list leaves out."""
    row = detail.row
    return {
        **picked(row, MORE),
        "verbatim": detail.verbatim,
        "targets": [picked(each, ("what", "unit", "baseline", "goal")) for each in row.targets],
    }


def events(detail: CommitmentDetail) -> dict[str, list[dict[str, Any]]]:
    """Return what happened to a commitment, oldest first."""
    return {
        "progress": [picked(each, ("on", "note", "by", "figures")) for each in detail.progress],
        "extensions": [
            {"from": each.old_due, "to": each.new_due, **picked(each, ("reason", "asked_by", "state", "decided_by"))}
            for each in detail.extensions
        ],
        "evidence": [picked(each, ("name", "url", "sha256", "size", "given_by")) for each in detail.evidence],
        "receipts": [picked(each, ("department", "at")) for each in detail.receipts],
        "disputes": [{"department": name, **picked(each, DISPUTE)} for each, name in detail.disputes],
        "history": [picked(each, ("seq", "at", "actor", "action", "reason", "changes")) for each in detail.history],
    }


def labelled(facts: Mapping[str, Any], locale: str) -> dict[str, object]:
    """Return the fields that are set, named and worded for a reader."""
    quoted = {} if facts["verbatim"] else {"entered_quote": facts["quote"], "quote": ""}
    bases = [
        say(locale, "cli.common.pair", name=name, value=word(locale, "support_basis", basis))
        for name, basis in facts["support_basis"].items()
    ]
    known = {**facts, **quoted, "support_basis": bases}
    return {
        name: in_words(locale, field, known[field]) if field in WORDED else known[field]
        for field, name in table(locale, "cli.show").items()
        if known.get(field) not in (None, "", [])
    }


def print_events(happened: Mapping[str, list[dict[str, Any]]], locale: str, zone: ZoneInfo) -> None:
    """Print the history of a commitment, one line each; evidence, receipts and disputes below."""
    for entry in happened["history"]:
        day, what = f"{entry['at'].astimezone(zone):%Y-%m-%d}", word(locale, "action", entry["action"])
        print(f"  {day}  {what}  {clean(entry['actor'])}  {clean(reason_words(locale, entry['reason']))}".rstrip())
    for proof in happened["evidence"]:
        name = proof["url"] or f"{proof['name']} ({proof['sha256'][:12]})"
        print(f"  {word(locale, 'noun', 'evidence')}  {clean(name)}")
    for receipt in happened["receipts"]:
        day = f"{receipt['at'].astimezone(zone):%Y-%m-%d}"
        print(f"  {word(locale, 'noun', 'receipt')}  {clean(receipt['department'])}  {day}")
    for each in happened["disputes"]:
        state = word(locale, "dispute", each["state"])
        print(f"  {word(locale, 'noun', 'dispute')}  {clean(each['department'])}  {state}  {clean(each['reason'])}")
