"""What stands behind every page: the program, who holds the link, and a page in the reader's language.

GET changes nothing, since mail scanners open links. Whoever knows a link may use it; nothing else is known of anybody.
"""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from flask import abort, render_template, request

from commitments import i18n
from commitments.calendar.deadlines import Dated, Status, status
from commitments.codes import in_words
from commitments.damage import is_damaged, visible
from commitments.errors import DatabaseGone, Error
from commitments.queries import lookup
from commitments.queries.detail import CommitmentDetail, load_detail
from commitments.storage import file_identity
from tracker.web import auth
from tracker.web.rate_limit import Limiter

if TYPE_CHECKING:
    from tracker.app import App

CALENDAR_SECONDS = 30.0
MAX_EVENTS = 200  # on one page; the others are a link away
log = logging.getLogger("yinuo.web")


class Site:
    """The program behind the pages. ``app`` is read afresh now and then, so that an edited calendar is noticed."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._looked_at = monotonic()
        self._ledger = file_identity(app.database)
        self.language = app.config.language
        _ = app.workdays, app.links  # what is wrong with them is said before anything is served
        self.limiter = Limiter(app.config.web.per_minute)

    @property
    def app(self) -> "App":
        """The program with calendar and keys of the last half minute, or those before where the new ones are wrong.

        Raises DatabaseGone when the ledger was replaced (restored) or deleted: what is written would be lost.
        """
        if file_identity(self._app.database) != self._ledger:
            raise DatabaseGone(path=self._app.database)
        if monotonic() - self._looked_at > CALENDAR_SECONDS:
            self._looked_at = monotonic()
            try:
                self._app = self._app.fresh()
            except (Error, OSError) as trouble:
                log.error("going on with the calendar and the keys of before: %s", masked(str(trouble)))
        return self._app

    def link_holder(self, purpose: str, token: str) -> auth.LinkHolder:
        """Return who holds this link, or answer 404."""
        found = auth.authenticate(self.app, purpose, token)
        if found is None:
            abort(404)
        return found

    def detail(self, ref: str) -> CommitmentDetail:
        """Return a commitment with the newest of its history, or what is older than ``?before=``; or answer 404."""
        with self.app.reading() as session:
            found = lookup.of_ref(session, ref)
            if found is None:
                abort(404)
            return load_detail(session, found, request.args.get("before", type=int), MAX_EVENTS)

    def status(self, one: Dated) -> Status:
        """Return how a commitment stands today."""
        app = self.app
        return status(one, app.today, app.ladder, app.workdays)


def page(template: str, locale: str, **facts: object) -> str:
    """Render a page in a language; what is no UTF-8 in the ledger is shown as a sign."""
    return visible(render_template(template, locale=locale, say=i18n.table(locale, "page"), **_spoken(locale), **facts))


def _spoken(locale: str) -> Mapping[str, Callable[..., object]]:
    return {
        "day": partial(i18n.format_date, locale),
        "iso_day": lambda text: i18n.format_date(locale, date.fromisoformat(text)),
        "month_name": partial(_month, locale),
        "month_names": lambda months: [_month(locale, month) for month in months],
        "word": partial(in_words, locale),
        "count": lambda days, working: i18n.day_count(locale, working, days),
    }


def _month(locale: str, month: str) -> str:
    return month if is_damaged(month) else i18n.format_month(locale, month)


def masked(text: str) -> str:
    """Return a text without anything that could be a token."""
    return re.sub(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{43}", "***", text)
