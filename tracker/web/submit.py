"""A form is sent: understood, done once, and answered by a page that says what was saved.

What cannot be saved comes back as the same form with every word kept.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Response, make_response, redirect, request
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments.calendar import dates
from commitments.errors import Error, StorageTrouble
from commitments.history import chain
from commitments.i18n import word
from commitments.models import HistoryEntry, Submission
from commitments.register import responses
from tracker.web import forms, uploads
from tracker.web.auth import LinkHolder
from tracker.web.site import Site, masked, page

if TYPE_CHECKING:
    from commitments.register.context import Register

MAX_DIGITS = 15  # digits of an entry's number
Work = Callable[["Register", forms.Entry], object]
log = logging.getLogger("yinuo.web")


def submit(site: Site, holder: LinkHolder, form: forms.Form, work: Work, subject: str, back: str) -> Response:
    """Do what a form asks, once however often it is sent; ``back`` is the page that then says what was saved.

    ``subject`` is what the history entry is about that this page can show.
    """
    try:
        seq = already(site, holder)
        if seq is None:
            app = site.app
            entry = forms.read(form, request, lambda text, past: dates.read(text, app.today, app.workdays, past=past))
            seq = _do(site, holder, entry, work, subject)
    except forms.Mistakes as wrong:
        return _again(holder, form, back, 422, wrong.message(holder.locale), wrong.by_field, wrong.instead)
    except StorageTrouble as trouble:
        return _trouble(holder, form, back, trouble)
    except Error as refused:
        return _again(holder, form, back, 409, refused.message(holder.locale, "page"), {})
    except (DBAPIError, OSError) as trouble:
        return _trouble(holder, form, back, trouble)
    return done(back, seq)


def already(site: Site, holder: LinkHolder) -> int | None:
    """Return the history entry of this very form when it came before, 0 when it wrote none, None when it is new."""
    with site.app.reading() as session:
        known = session.get(Submission, _idempotency_key(holder))
        return known.seq if known else None


def done(back: str, seq: int) -> Response:
    """Go to the page that says what was saved."""
    return cast("Response", redirect(f"{back}?saved={seq}" if seq else back, 303))


@dataclass(frozen=True)
class Confirmation:
    """The history entry that a form wrote, as the page after it names it."""

    seq: int
    at: datetime
    action: str
    reason: str


def confirmation(session: Session, subjects: Collection[str], *actions: str) -> Confirmation | None:
    """Return what ``?saved=123`` names, if it is about one of these subjects, and one of these actions.

    With neither given it may be about anything. Nothing is told from the address itself.
    """
    number = request.args.get("saved", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
        return None
    one = HistoryEntry
    query = select(one.seq, one.at, one.action, one.reason).where(one.seq == int(number))
    if subjects:
        query = query.where(one.subject.in_(subjects))
    if actions:
        query = query.where(one.action.in_(actions))
    entry = session.execute(query).first()
    return Confirmation(*entry) if entry else None


def new_idempotency_key() -> str:
    """Return what tells one showing of a form from another."""
    return secrets.token_urlsafe(12)


def _idempotency_key(holder: LinkHolder) -> str:
    """Return what a form is known by: whose it is, its address, and which showing of it."""
    shown = request.form.get("once", "")[:64] or new_idempotency_key()
    return hashlib.sha256(f"{holder.purpose}|{holder.department_id}|{request.path}|{shown}".encode()).hexdigest()


def _do(site: Site, holder: LinkHolder, entry: forms.Entry, work: Work, subject: str) -> int:
    """Do the work unless another has done this very form meanwhile; return the number of its history entry.

    Raises TooMuchEvidence when its files are more than the pages take.
    """
    key = _idempotency_key(holder)
    with site.app.register(holder.name) as register:
        known = responses.once(register, key)
        if known is not None:
            return known
        before = chain.head(register.session).seq
        uploads.check_quota(site.app, register, subject, holder.name, entry.files)
        work(register, entry)
        register.session.flush()
        its = (HistoryEntry.seq > before, HistoryEntry.subject == subject)
        seq = register.session.scalar(select(func.min(HistoryEntry.seq)).where(*its)) or 0
        responses.remember(register, key, seq)
        return seq


def _trouble(holder: LinkHolder, form: forms.Form, back: str, trouble: Exception) -> Response:
    """The database or the disk says no: 503, and nothing that was typed is lost."""
    log.error("a form could not be saved: %s", masked(str(getattr(trouble, "orig", trouble))))
    return _again(holder, form, back, 503, word(holder.locale, "page.error", "503"), {})


def _again(
    holder: LinkHolder, form: forms.Form, back: str, code: int, problem: str, mistakes: Mapping[str, str],
    instead: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Show the form again; no database is asked for this page."""
    typed = {**forms.typed(form, request), **(instead or {})}
    body = page(
        "again.html", holder.locale, holder=holder, form=form, typed=typed, mistakes=mistakes, problem=problem,
        back=back, action=request.path, idempotency_key=request.form.get("once") or new_idempotency_key(),
    )  # fmt: skip
    return make_response(body, code)
