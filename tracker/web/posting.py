"""A form is sent: understood, done once, and answered by a page that says what was saved.

What cannot be saved comes back as the same form with every word kept.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Response, make_response, redirect, request
from sqlalchemy.exc import DBAPIError

from commitments import history, replies
from commitments.errors import Error, StorageTrouble
from tracker.web import forms
from tracker.web.gate import Visitor
from tracker.web.site import Site, masked, page
from tracker.web.words import words

if TYPE_CHECKING:
    from commitments.register import Register

Work = Callable[["Register", forms.Entry], object]
log = logging.getLogger("yinuo.web")


def take(site: Site, visitor: Visitor, form: forms.Form, work: Work, back: str) -> Response:
    """Do what a form asks, once however often it is sent; ``back`` is the page that then says what was saved."""
    try:
        entry = forms.read(form, request)
        seq = _once(site, visitor, lambda register: work(register, entry))
    except forms.Mistakes as wrong:
        return _again(visitor, form, back, 422, wrong.told(visitor.locale), wrong.by_field)
    except StorageTrouble as trouble:
        return _trouble(visitor, form, back, trouble)
    except Error as refused:
        return _again(visitor, form, back, 409, refused.told(visitor.locale), {})
    except (DBAPIError, OSError) as trouble:
        return _trouble(visitor, form, back, trouble)
    return redirect(f"{back}?saved={seq}", 303)  # type: ignore[return-value] # werkzeug's is Flask's here


def fresh_key() -> str:
    """Return what tells one showing of a form from another."""
    return secrets.token_urlsafe(12)


def _once(site: Site, visitor: Visitor, work: Callable[["Register"], object]) -> int:
    """Do the work unless this very form was done already; return the number of its history entry."""
    shown = request.form.get("once", "")[:64] or fresh_key()
    key = hashlib.sha256(f"{visitor.purpose}|{visitor.department_id}|{request.path}|{shown}".encode()).hexdigest()
    with site.app.register(visitor.name) as register:
        done = replies.once(register, key)
        if done is not None:
            return done
        work(register)
        replies.remember(register, key)
        return history.head(register.session).seq


def _trouble(visitor: Visitor, form: forms.Form, back: str, trouble: Exception) -> Response:
    """The database or the disk says no: 503, and nothing that was typed is lost."""
    log.error("a form could not be saved: %s", masked(str(trouble)))
    return _again(visitor, form, back, 503, words(visitor.locale)["error"]["503"], {})


def _again(
    visitor: Visitor, form: forms.Form, back: str, code: int, problem: str, mistakes: Mapping[str, str]
) -> Response:
    """Show the form again; no database is asked for this page."""
    typed = forms.typed(form, request)
    body = page(
        "again.html", visitor.locale, visitor=visitor, form=form, typed=typed, mistakes=mistakes, problem=problem,
        back=back, action=request.path, once=request.form.get("once") or fresh_key(),
    )  # fmt: skip
    return make_response(body, code)
