"""What a coordinator decides about a commitment: the forms its state offers, and what each does with the register."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from commitments.errors import NoDispute, NoRequest
from commitments.i18n import table, word
from commitments.models import OUTCOMES, Department, Dispute, Extension
from commitments.queries.detail import CommitmentDetail
from commitments.register import closing, editing, extensions, opening, progress, responses
from tracker.web.forms import PROOF, REASON, Entry, Field, Form, number

if TYPE_CHECKING:
    from commitments.register.context import Register

Names = Sequence[tuple[int, str]]
STATES = {
    "confirm": ("draft",),
    "drop": ("draft",),
    "close": ("open", "reported_done"),
    "reopen": ("closed", "reported_done"),
    "move": ("open", "reported_done"),
    "note": ("open", "reported_done"),
}


def offered(detail: CommitmentDetail, names: Names, locale: str) -> list[Form]:
    """Return the forms that fit now, what waits for an answer first."""
    waiting = ["decide_dispute"] if detail.waiting_disputes else []
    waiting += ["decide_extension"] if detail.waiting_extensions else []
    fitting = [name for name, states in STATES.items() if detail.row.state in states]
    return [made for name in (*waiting, *fitting) if (made := form(name, detail, names, locale))]


def form(name: str, detail: CommitmentDetail, names: Names, locale: str) -> Form | None:
    """Return the form of a name, whether or not it fits now: what it asks may have been done a moment ago."""
    decision = Field("decision", "choice", required=True, choices=tuple(table(locale, "page.decision").items()))
    outcomes = tuple((outcome, word(locale, "outcome", outcome)) for outcome in OUTCOMES)
    by, others = Field("by", required=True), tuple((str(number), each) for number, each in names)
    forms = (
        Form("confirm"),
        Form("drop", (REASON,), danger=True),
        Form("decide_extension", (_shown(detail), decision, by)),
        Form("decide_dispute", (_raised_by(detail), decision, Field("lead", "choice", choices=others),
                                Field("note", "text", label=word(locale, "page.field", "answer")), by)),
        Form("close", (Field("outcome", "choice", required=True, choices=outcomes),
                       Field("note", "text", label=word(locale, "page.field", "closing")), *PROOF,
                       Field("waiver", "text"), Field("next", "date"))),
        Form("reopen", (REASON,)),
        Form("move", (Field("due", "date"), Field("lead", "choice", choices=others), REASON)),
        Form("note", (Field("note", "text", required=True), Field("on", "date"), *PROOF)),
    )  # fmt: skip
    return next((each for each in forms if each.name == name), None)


def _shown(detail: CommitmentDetail) -> Field:
    """Name the request that stands on the page: a newer one has not been looked at."""
    return Field("request", "hidden", value=str(detail.waiting_extensions[0].id) if detail.waiting_extensions else "")


def _raised_by(detail: CommitmentDetail) -> Field:
    """Ask which department's dispute is meant, by its number: a newer one has not been looked at."""
    raised = tuple((str(dispute.id), name) for dispute, name in detail.waiting_disputes)
    return Field("department", "choice" if raised else "line", required=True, choices=raised)


def do(register: "Register", ref: str, name: str, entry: Entry) -> None:
    """Write a decision down. Raises what the register raises."""
    text = entry.text
    match name:
        case "confirm":
            opening.confirm(register, ref)
        case "drop":
            opening.drop(register, ref, text("reason"))
        case "decide_extension":
            _decide_extension(register, ref, entry)
        case "decide_dispute":
            _decide_dispute(register, ref, entry)
        case "close":
            closing.close(register, ref, text("outcome"), proofs=entry.proofs, waiver=text("waiver"), note=text("note"),
                           next_due=entry.day("next"))  # fmt: skip
        case "reopen":
            closing.reopen(register, ref, text("reason"))
        case "move":
            editing.edit(register, ref, text("reason"), **_moved(register, entry))
        case "note":
            progress.record(register, ref, text("note"), on=entry.day("on"), proofs=entry.proofs)


def _decide_extension(register: "Register", ref: str, entry: Entry) -> None:
    request = register.session.get(Extension, number(entry.text("request")) or 0)
    if request is None or request.state != "waiting":
        raise NoRequest(ref=ref)
    extensions.decide(register, ref, approve=entry.text("decision") == "accept", by=entry.text("by"))


def _decide_dispute(register: "Register", ref: str, entry: Entry) -> None:
    raised = register.session.get(Dispute, number(entry.text("department")) or 0)
    if raised is None or raised.state != "waiting":
        raise NoDispute(ref=ref, name="")
    responses.decide_dispute(
        register, ref, department=register.session.get_one(Department, raised.department_id),
        accept=entry.text("decision") == "accept", by=entry.text("by"), note=entry.text("note"),
        lead=_department(register, entry.text("lead")),
    )  # fmt: skip


def _moved(register: "Register", entry: Entry) -> dict[str, object]:
    """Return what is to be corrected: a new deadline, another lead, or both."""
    due: date | None = entry.day("due")
    lead = _department(register, entry.text("lead"))
    return {**({"due_on": due} if due else {}), **({"lead": lead} if lead else {})}


def _department(register: "Register", text: str) -> Department | None:
    return register.session.get(Department, number(text)) if number(text) else None
