"""The owner's page: one link from a mail, and a department answers for all that is its own."""

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for

from commitments.deadlines import LIVE_STATES, due_soon_until
from commitments.errors import NotYours
from commitments.models import Department
from commitments.queries import listing
from commitments.register import closing, extensions, progress, responses
from notifications.links import OWNER
from tracker.web import downloads, overview, saved
from tracker.web.auth import Visitor
from tracker.web.forms import FIGURE, Entry, Field, Form
from tracker.web.item import Told, tell
from tracker.web.site import Site, page
from tracker.web.submit import fresh_key, take

if TYPE_CHECKING:
    from commitments.register.context import Register

PAGE = 50  # of the department's other items
PROOF = (Field("file", "file"), Field("link", "link"))
ACKNOWLEDGE = Form("acknowledge")
DONE = Form("done", (Field("note", "text"), Field("on", "date"), *PROOF), one_of=("note", "link"))
EXTENSION = Form("extension", (Field("to", "date", required=True), Field("reason", "text", required=True)))
DISPUTE = Form("dispute", (Field("reason", "text", required=True),))
LEADS_ONLY = (DONE.name, EXTENSION.name)


def pages(site: Site) -> Blueprint:
    """Return the addresses under ``/o/TOKEN/``."""
    part = Blueprint("owner", __name__, url_prefix="/o/<token>")

    @part.get("/")
    def first(token: str) -> str:
        """Show the commitment the link was made for."""
        visitor = site.visitor(OWNER, token)
        return _show(site, visitor, visitor.item)

    @part.get("/<ref>/")
    def item(token: str, ref: str) -> str:
        """Show another commitment of the same department."""
        return _show(site, site.visitor(OWNER, token), ref)

    @part.post("/<ref>/<name>")
    def send(token: str, ref: str, name: str) -> Response:
        """Take a form about one commitment."""
        visitor = site.visitor(OWNER, token)
        told = _own(site, visitor, ref)
        form = next((form for form in _forms(told, visitor) if form.name == name), None)
        if form is None:
            abort(404)
        back = url_for("owner.item", token=token, ref=ref)
        return take(site, visitor, form, lambda register, entry: _do(register, visitor, ref, name, entry), ref, back)

    @part.get("/proof/<int(max=2147483647):number>")
    def proof(token: str, number: int) -> Response:
        """Hand out a file of evidence about one of the department's commitments."""
        visitor = site.visitor(OWNER, token)
        return downloads.hand_out(site.app, number, lambda ref: _own(site, visitor, ref))

    return part


def _show(site: Site, visitor: Visitor, ref: str) -> str:
    app, told = site.app, _own(site, visitor, ref)
    with app.reading() as session:
        wanted = listing.Filter(states=LIVE_STATES, department=visitor.department_id)
        soon_until = due_soon_until(app.ladder, app.today, app.workdays)
        after = overview.Place.read(request.args.get("after", ""))
        others = overview.worst_first(session, wanted, app.today, soon_until, after=after, size=PAGE + 1)
        number = listing.count(session.connection(), wanted)
        done = saved.find(session, app, {ref})
    return page(
        "owner.html", visitor.locale, visitor=visitor, told=told, others=others, number=number, size=PAGE, saved=done,
        forms=_offered(told, visitor), once=fresh_key(), office=app.organisation,
    )  # fmt: skip


def _own(site: Site, visitor: Visitor, ref: str) -> Told:
    """Return one of the department's own commitments, or answer 404 as for any other."""
    with site.app.reading() as session:
        told = tell(session, ref, site.app, request.args.get("before", type=int))
    if told is None or told.row.state == "draft" or told.role(visitor.department_id) is None:
        abort(404)
    return told


def _forms(told: Told, visitor: Visitor) -> list[Form]:
    """Return what a department may ever say about a commitment; a supporting one answers for its part only."""
    forms = [ACKNOWLEDGE, _progress(told), DONE, EXTENSION, DISPUTE]
    leads = told.role(visitor.department_id) == "lead"
    return [form for form in forms if leads or form.name not in LEADS_ONLY]


def _offered(told: Told, visitor: Visitor) -> list[Form]:
    """Return what it can say now. What is sent all the same, the register refuses with a sentence."""
    hidden = set()
    if not told.live:
        return []
    if visitor.department_id in told.receipts:
        hidden.add(ACKNOWLEDGE.name)
    if told.row.state != "open":
        hidden |= {DONE.name}
    if told.row.due_on is None:
        hidden.add(EXTENSION.name)
    return [form for form in _forms(told, visitor) if form.name not in hidden]


def _progress(told: Told) -> Form:
    """Return the form for progress, with one field for each figure that was promised."""
    figures = (Field(f"{FIGURE}{t.what}", "number", label=f"{t.what}（{t.unit}）") for t in told.targets)
    return Form("progress", (Field("note", "text", required=True), Field("on", "date"), *figures, *PROOF))


def _do(register: "Register", visitor: Visitor, ref: str, name: str, entry: Entry) -> None:
    """Write down what a department says."""
    department = register.session.get_one(Department, visitor.department_id)
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
