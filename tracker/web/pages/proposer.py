"""The proposing unit's page: its commitments as the digest tells them, and a box to answer."""

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, url_for
from sqlalchemy import select

from commitments.i18n import word
from commitments.models import GRADES, Answer, Department
from commitments.queries.waiting import newest_answers
from commitments.register import responses
from commitments.text import privacy
from notifications.links import UNIT
from notifications.models import Digest
from notifications.plan import masking
from tracker.web.auth import LinkHolder
from tracker.web.forms import Entry, Field, Form
from tracker.web.site import Site, page
from tracker.web.submit import confirmation, new_idempotency_key, submit

if TYPE_CHECKING:
    from commitments.register.context import Register


def pages(site: Site) -> Blueprint:
    """Return the addresses under ``/u/TOKEN/``."""
    part = Blueprint("unit", __name__, url_prefix="/u/<token>")

    @part.get("/")
    def digest(token: str) -> str:
        """Show the month's digest and the box."""
        return _show(site, site.link_holder(UNIT, token))

    @part.post("/answer")
    def send(token: str) -> Response:
        """Take an answer."""
        holder = site.link_holder(UNIT, token)
        _digest(site, holder)
        back = url_for("unit.digest", token=token)

        def answer(register: "Register", entry: Entry) -> None:
            whose = register.session.get_one(Department, holder.department_id)
            responses.answer(register, whose, holder.month, entry.text("grade"), entry.text("reason"))

        return submit(site, holder, _form(holder), answer, holder.name, back)

    return part


def _form(holder: LinkHolder) -> Form:
    grades = tuple((grade, word(holder.locale, "grade", grade)) for grade in GRADES)
    why = Field("reason", "text", label=word(holder.locale, "page.field", "why"))
    return Form("answer", (Field("grade", "choice", required=True, choices=grades), why))


def _digest(site: Site, holder: LinkHolder) -> Digest:
    """Return the digest of the holder's month, or answer 404 while it may not be read."""
    query = select(Digest).where(Digest.unit_id == holder.department_id, Digest.period == holder.month)
    if site.app.config.digest.approval == "required":
        query = query.where(Digest.approved_at.is_not(None))
    with site.app.reading() as session:
        digest = session.scalars(query.where(Digest.number.is_not(None))).first()
    if digest is None:
        abort(404)
    return digest


def _show(site: Site, holder: LinkHolder) -> str:
    app, digest = site.app, _digest(site, holder)
    with app.reading() as session:
        of_month = (Answer.unit_id == holder.department_id, Answer.month == holder.month)
        answer = session.execute(newest_answers(*of_month)).first()
        entry = confirmation(session, {holder.name}, "unit_answer")
    entry = replace(entry, reason="") if entry else None  # what was answered stands below, masked
    facts = masking.shown(digest.snapshot)
    reason = privacy.mask(answer.reason, facts["contact"])[0] if answer else ""
    return page("unit.html", holder.locale, holder=holder, digest=facts, answer=answer, reason=reason, saved=entry,
                form=_form(holder), idempotency_key=new_idempotency_key(), office=app.organisation)  # fmt: skip
