"""A form is sent: understood, done once, and answered by a page that says what was saved.

What cannot be saved comes back as the same form with every word kept.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from flask import Response, make_response, redirect, request
from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError

from commitments import dates, history
from commitments.errors import Error, StorageTrouble
from commitments.models import HistoryEntry, Submission
from commitments.register import responses
from tracker.web import forms, quotas
from tracker.web.auth import Visitor
from tracker.web.site import Site, masked, page
from tracker.web.words import words

if TYPE_CHECKING:
    from commitments.register.context import Register

Work = Callable[["Register", forms.Entry], object]
log = logging.getLogger("yinuo.web")


def take(site: Site, visitor: Visitor, form: forms.Form, work: Work, subject: str, back: str) -> Response:
    """Do what a form asks, once however often it is sent; ``back`` is the page that then says what was saved.

    ``subject`` is what the history entry is about that this page can show.
    """
    try:
        seq = already(site, visitor)
        if seq is None:
            entry = forms.read(form, request, _dates(site))
            seq = _do(site, visitor, lambda register: _work(site, visitor, register, entry, work, subject), subject)
    except forms.Mistakes as wrong:
        return _again(visitor, form, back, 422, wrong.message(visitor.locale), wrong.by_field, wrong.instead)
    except StorageTrouble as trouble:
        return _trouble(visitor, form, back, trouble)
    except Error as refused:
        return _again(visitor, form, back, 409, refused.message(visitor.locale, "page"), {})
    except (DBAPIError, OSError) as trouble:
        return _trouble(visitor, form, back, trouble)
    return done(back, seq)


def _work(site: Site, visitor: Visitor, register: "Register", entry: forms.Entry, work: Work, subject: str) -> None:
    """Do what a form asks, unless its files are more than the pages take."""
    quotas.check(site.app, register, subject, visitor.name, entry.files)
    work(register, entry)


def _dates(site: Site) -> forms.Dated:
    """Return what reads dates as of today."""
    return lambda text, past: dates.read(text, site.app.today, site.app.workdays, past=past)


def already(site: Site, visitor: Visitor) -> int | None:
    """Return the history entry of this very form when it came before, 0 when it wrote none, None when it is new."""
    with site.app.reading() as session:
        known = session.get(Submission, _key(visitor))
        return known.seq if known else None


def done(back: str, seq: int) -> Response:
    """Go to the page that says what was saved."""
    return cast("Response", redirect(f"{back}?saved={seq}" if seq else back, 303))


def fresh_key() -> str:
    """Return what tells one showing of a form from another."""
    return secrets.token_urlsafe(12)


def _key(visitor: Visitor) -> str:
    """Return what a form is known by: whose it is, its address, and which showing of it."""
    shown = request.form.get("once", "")[:64] or fresh_key()
    return hashlib.sha256(f"{visitor.purpose}|{visitor.department_id}|{request.path}|{shown}".encode()).hexdigest()


def _do(site: Site, visitor: Visitor, work: Callable[["Register"], object], subject: str) -> int:
    """Do the work unless another has done this very form meanwhile; return the number of its history entry."""
    key = _key(visitor)
    with site.app.register(visitor.name) as register:
        known = responses.once(register, key)
        if known is not None:
            return known
        before = history.head(register.session).seq
        work(register)
        register.session.flush()
        seq = register.session.scalar(_entry(before, subject)) or 0
        responses.remember(register, key, seq)
        return seq


def _entry(before: int, subject: str) -> Select[int | None]:
    """Select the first entry about ``subject`` that was written since."""
    return select(func.min(HistoryEntry.seq)).where(HistoryEntry.seq > before, HistoryEntry.subject == subject)


def _trouble(visitor: Visitor, form: forms.Form, back: str, trouble: Exception) -> Response:
    """The database or the disk says no: 503, and nothing that was typed is lost."""
    log.error("a form could not be saved: %s", masked(str(getattr(trouble, "orig", trouble))))
    return _again(visitor, form, back, 503, words(visitor.locale)["error"]["503"], {})


def _again(
    visitor: Visitor, form: forms.Form, back: str, code: int, problem: str, mistakes: Mapping[str, str],
    instead: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Show the form again; no database is asked for this page."""
    typed = {**forms.typed(form, request), **(instead or {})}
    body = page(
        "again.html", visitor.locale, visitor=visitor, form=form, typed=typed, mistakes=mistakes, problem=problem,
        back=back, action=request.path, once=request.form.get("once") or fresh_key(),
    )  # fmt: skip
    return make_response(body, code)
