"""The owner's page: one link from a mail, and a department answers for all that is its own."""

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for

from commitments.calendar.deadlines import LIVE_STATES, due_soon_until
from commitments.errors import NotYours
from commitments.models import Department
from commitments.queries import listing
from commitments.queries.dashboard import PageCursor, worst_first
from commitments.queries.detail import CommitmentDetail
from commitments.register import closing, extensions, progress, responses
from notifications.links import OWNER
from tracker.web.auth import LinkHolder
from tracker.web.downloads import download
from tracker.web.forms import FIGURE, PROOF, REASON, Entry, Field, Form
from tracker.web.site import Site, page
from tracker.web.submit import confirmation, new_idempotency_key, submit

if TYPE_CHECKING:
    from commitments.register.context import Register

PAGE_SIZE = 50  # of the department's other items
ACKNOWLEDGE = Form("acknowledge")
DONE = Form("done", (Field("note", "text"), Field("on", "date"), *PROOF), one_of=("note", "link"))
EXTENSION = Form("extension", (Field("to", "date", required=True), REASON))
DISPUTE = Form("dispute", (REASON,))
LEADS_ONLY = (DONE.name, EXTENSION.name)


def pages(site: Site) -> Blueprint:
    """Return the addresses under ``/o/TOKEN/``."""
    part = Blueprint("owner", __name__, url_prefix="/o/<token>")

    @part.get("/")
    def first(token: str) -> str:
        """Show the commitment the link was made for."""
        holder = site.link_holder(OWNER, token)
        return _show(site, holder, holder.item)

    @part.get("/<ref>/")
    def item(token: str, ref: str) -> str:
        """Show another commitment of the same department."""
        return _show(site, site.link_holder(OWNER, token), ref)

    @part.post("/<ref>/<name>")
    def send(token: str, ref: str, name: str) -> Response:
        """Take a form about one commitment."""
        holder = site.link_holder(OWNER, token)
        detail = _own(site, holder, ref)
        form = next((form for form in _forms(detail, holder) if form.name == name), None)
        if form is None:
            abort(404)
        back = url_for("owner.item", token=token, ref=ref)
        return submit(site, holder, form, lambda register, entry: _do(register, holder, ref, name, entry), ref, back)

    @part.get("/proof/<int(max=2147483647):number>")
    def proof(token: str, number: int) -> Response:
        """Hand out a file of evidence about one of the department's commitments."""
        holder = site.link_holder(OWNER, token)
        return download(site.app, number, lambda ref: _own(site, holder, ref))

    return part


def _show(site: Site, holder: LinkHolder, ref: str) -> str:
    app, detail = site.app, _own(site, holder, ref)
    with app.reading() as session:
        wanted = listing.Filter(states=LIVE_STATES, department=holder.department_id)
        soon_until = due_soon_until(app.ladder, app.today, app.workdays)
        after = PageCursor.read(request.args.get("after", ""))
        others = worst_first(session, wanted, app.today, soon_until, after=after, size=PAGE_SIZE + 1)
        number = listing.count(session.connection(), wanted)
        done = confirmation(session, {ref})
    return page(
        "owner.html", holder.locale, holder=holder, detail=detail, status=site.status(detail.row), others=others,
        number=number, size=PAGE_SIZE, saved=done, forms=_offered(detail, holder),
        idempotency_key=new_idempotency_key(), office=app.organisation,
    )  # fmt: skip


def _own(site: Site, holder: LinkHolder, ref: str) -> CommitmentDetail:
    """Return one of the department's own commitments, or answer 404 as for any other."""
    detail = site.detail(ref)
    if detail.row.state == "draft" or detail.role(holder.department_id) is None:
        abort(404)
    return detail


def _forms(detail: CommitmentDetail, holder: LinkHolder) -> list[Form]:
    """Return what a department may ever say about a commitment; a supporting one answers for its part only."""
    forms = [ACKNOWLEDGE, _progress(detail), DONE, EXTENSION, DISPUTE]
    leads = detail.role(holder.department_id) == "lead"
    return [form for form in forms if leads or form.name not in LEADS_ONLY]


def _offered(detail: CommitmentDetail, holder: LinkHolder) -> list[Form]:
    """Return what it can say now. What is sent all the same, the register refuses with a sentence."""
    hidden = set()
    if not detail.live:
        return []
    if detail.acknowledged_at(holder.department_id):
        hidden.add(ACKNOWLEDGE.name)
    if detail.row.state != "open":
        hidden |= {DONE.name}
    if detail.row.due_on is None:
        hidden.add(EXTENSION.name)
    return [form for form in _forms(detail, holder) if form.name not in hidden]


def _progress(detail: CommitmentDetail) -> Form:
    """Return the form for progress, with one field for each figure that was promised."""
    figures = (Field(f"{FIGURE}{t.what}", "number", label=f"{t.what}（{t.unit}）") for t in detail.row.targets)
    return Form("progress", (Field("note", "text", required=True), Field("on", "date"), *figures, *PROOF))


def _do(register: "Register", holder: LinkHolder, ref: str, name: str, entry: Entry) -> None:
    """Write down what a department says."""
    department = register.session.get_one(Department, holder.department_id)
    commitment = responses.own(register, ref, name, department)
    if name in LEADS_ONLY and commitment.lead is not department:
        raise NotYours(ref=ref, name=department.name)
    note, reason, proofs = entry.text("note"), entry.text("reason"), entry.proofs
    if name == ACKNOWLEDGE.name:
        responses.acknowledge(register, ref, department)
    elif name == DONE.name:
        closing.report_done(register, ref, note=note, on=entry.day("on"), proofs=proofs)
    elif name == EXTENSION.name:
        extensions.ask(register, ref, entry.day("to") or date.max, reason)
    elif name == DISPUTE.name:
        responses.dispute(register, ref, department, reason)
    else:
        progress.record(register, ref, note, on=entry.day("on"), figures=entry.figures, proofs=proofs)
