"""The coordinator's pages: the whole ledger worst first, what waits for a decision, each commitment, each month."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import due_soon_until
from commitments.calendar.months import first_day
from commitments.i18n import word
from commitments.models import KINDS, STATES
from commitments.queries import dashboard
from commitments.queries.listing import Filter
from commitments.queries.month import month
from commitments.queries.waiting import waiting
from notifications.links import DESK
from tracker import late_entries
from tracker.web import decisions
from tracker.web.auth import LinkHolder
from tracker.web.downloads import download
from tracker.web.forms import Entry, number
from tracker.web.site import Site, page
from tracker.web.submit import already, confirmation, done, new_idempotency_key, submit

if TYPE_CHECKING:
    from commitments.register.context import Register

PAGE_SIZE = 50
QUEUES = ("extensions", "disputes", "reported_done", "drafts")
FILTERS = ("band", "department", "letter", "kind", "q")
MAX_NAMES = 300  # departments and letters a filter offers


def pages(site: Site) -> Blueprint:
    """Return the addresses under ``/d/TOKEN/``."""
    part = Blueprint("coordinator", __name__, url_prefix="/d/<token>")

    @part.get("/")
    def ledger(token: str) -> str:
        """Show the whole ledger, filtered, worst first."""
        return _ledger(site, site.link_holder(DESK, token))

    @part.get("/months/")
    def this_month(token: str) -> str:
        """Show what falls due or is to be reviewed this month."""
        return _month(site, site.link_holder(DESK, token), site.app.today.replace(day=1))

    @part.get("/months/<month>/")
    def any_month(token: str, month: str) -> str:
        """Show what falls due or is to be reviewed in a month such as 2019-07."""
        return _month(site, site.link_holder(DESK, token), _first_day(month))

    @part.get("/items/<ref>/")
    def item(token: str, ref: str) -> str:
        """Show one commitment with all that can be decided about it."""
        return _item(site, site.link_holder(DESK, token), ref)

    @part.post("/items/<ref>/<name>")
    def send(token: str, ref: str, name: str) -> Response:
        """Take a decision."""
        holder = site.link_holder(DESK, token)
        gone = name == "drop"  # afterwards there is no item to go back to
        back = url_for("coordinator.ledger", token=token) if gone else url_for("coordinator.item", token=token, ref=ref)
        if (seq := already(site, holder)) is not None:
            return done(back, seq)
        form = decisions.form(name, site.detail(ref), _departments(site), holder.locale)
        if form is None:
            abort(404)
        return submit(site, holder, form, lambda register, entry: _decide(site, register, ref, name, entry), ref, back)

    @part.get("/proof/<int(max=2147483647):number>")
    def proof(token: str, number: int) -> Response:
        """Hand out a file of evidence."""
        site.link_holder(DESK, token)
        return download(site.app, number)

    return part


def _decide(site: Site, register: "Register", ref: str, name: str, entry: Entry) -> None:
    """Write a decision down; a draft that was imported as history is entered so."""
    decisions.do(register, ref, name, entry)
    if name == "confirm":
        late_entries.opened(site.app, register, [ref], quiet=False)


def _ledger(site: Site, holder: LinkHolder) -> str:
    """Read what the page shows in one transaction, ended before anything is rendered."""
    app, band = site.app, request.args.get("band") or None
    soon_until = due_soon_until(app.ladder, app.today, app.workdays)
    after = dashboard.PageCursor.read(request.args.get("after", ""))
    with app.reading() as session:
        counts = dashboard.counts(session, Filter(), app.today, soon_until)
        facts = {
            "counts": counts,
            "rows": dashboard.worst_first(session, _wanted(), app.today, soon_until, band, after, PAGE_SIZE + 1),
            "waiting": waiting(session),
            "departments": dashboard.departments(session, app.today),
            "filters": _filters(session, holder.locale),
            "saved": confirmation(session, ()),
        }
    words_of = {band: band_word(holder.locale, band) for band in dashboard.BANDS}
    live = [(band, words_of[band], counts[band]) for band in dashboard.BANDS if band != "closed"]
    queues = [(name, queue) for name in QUEUES if (queue := getattr(facts["waiting"], name)).count]
    kept = {name: text for name in FILTERS if (text := request.args.get(name, ""))}
    return page(
        "coordinator.html", holder.locale, holder=holder, today=app.today, office=app.organisation,
        bands=words_of, live=live, size=PAGE_SIZE,
        most=MAX_NAMES, after=after, queues=queues, kept=kept, **facts,
    )  # fmt: skip


def _wanted() -> Filter:
    """Read the filters of the address; what makes no sense finds nothing or is passed over."""
    asked = request.args
    return Filter(
        department=number(asked.get("department", "")),
        letter=number(asked.get("letter", "")),
        kind=asked.get("kind") or None,
        words="".join(c for c in asked.get("q", "")[:100] if c.isprintable()).strip(),
    )


def _filters(session: Session, locale: str) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen, each value with its words."""
    return {
        "band": [(band, band_word(locale, band)) for band in dashboard.BANDS],
        "department": [(str(number), name) for number, name in dashboard.department_names(session, MAX_NAMES)],
        "letter": [
            (str(number), f"{proposal} {name}".strip())
            for number, name, proposal in dashboard.letter_numbers(session, MAX_NAMES)
        ],
        "kind": [(kind, word(locale, "kind", kind)) for kind in KINDS],
    }


def band_word(locale: str, band: str) -> str:
    """Return the word for a light of the list: a band while open, else the state."""
    return word(locale, "state" if band in STATES else "band", band)


def _month(site: Site, holder: LinkHolder, first: date) -> str:
    with site.app.reading() as session:
        shown = month(session, first, site.app.workdays)
    before, following = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)
    return page("month.html", holder.locale, holder=holder, month=shown, today=site.app.today, before=before,
                following=following, office=site.app.organisation)  # fmt: skip


def _first_day(month: str) -> date:
    """Return the first day of ``2019-07``, or answer 404."""
    try:
        first = first_day(month)
    except ValueError:
        abort(404)
    if not date.min < first < date(9999, 1, 1):  # a month has neighbours in the calendar
        abort(404)
    return first


def _item(site: Site, holder: LinkHolder, ref: str) -> str:
    detail = site.detail(ref)
    with site.app.reading() as session:
        entry = confirmation(session, {ref})
    return page(
        "item.html", holder.locale, holder=holder, detail=detail, status=site.status(detail.row), saved=entry,
        idempotency_key=new_idempotency_key(), forms=decisions.offered(detail, _departments(site), holder.locale),
        office=site.app.organisation,
    )  # fmt: skip


def _departments(site: Site) -> list[tuple[int, str]]:
    with site.app.reading() as session:
        return dashboard.department_names(session, MAX_NAMES)
