"""The WSGI application: the pages wired together, and what is done to every request and every answer."""

import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from traceback import format_exception
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, request
from jinja2 import StrictUndefined
from jinja2.filters import do_urlencode
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from commitments.damage import visible
from commitments.errors import DamagedText, Error, StorageTrouble
from commitments.i18n import table
from notifications.mail.render import figure, percent
from tracker.web.pages import calendar_feed, coordinator, department, proposer
from tracker.web.site import Site, masked, page

if TYPE_CHECKING:
    from tracker.app import App

SHORT_CHARS = 12  # characters; longer answers took somebody some thought
MAX_BODY_BYTES = 16 * 2**20  # bytes; a single file is refused in its form from 10 MiB on, where the text is kept
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ENDINGS = re.compile(r"(?:&(?:nbsp|gt|quot|#\d+);?|=(?:20|3D|\r?\n)?)+$", re.IGNORECASE)  # what was left of markup
OURS = "-_"  # punctuation in which tokens and refs may end
FILE = ".ics"
log = logging.getLogger("yinuo.web")


def make(app: "App") -> Flask:
    """Return the WSGI application."""
    site = Site(app)
    flask = Flask(__name__)
    flask.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=2**20, MAX_FORM_PARTS=200)
    configure_jinja(flask, app.zone)
    for logger in (logging.getLogger("waitress"), flask.logger):
        logger.addFilter(_mask)
    flask.before_request(partial(_throttle, site))
    flask.before_request(_same_origin)
    flask.after_request(add_security_headers)
    flask.register_error_handler(Exception, partial(handle_error, site))
    for part in (department, coordinator, proposer, calendar_feed):
        flask.register_blueprint(part.pages(site))
    flask.add_url_rule("/", "root", lambda: abort(404))
    flask.add_url_rule("/healthz", "health", partial(_health, site))
    setattr(flask, "wsgi_app", CleanAddresses(flask.wsgi_app))  # noqa: B010 - as Flask documents it; to mypy it is a method
    return flask


def _health(site: Site) -> Response:
    """Say in one line, which anybody may read, whether mail goes out: 200 or 503."""
    from tracker.ops import status

    try:
        known = status.look(site.app)
    except (Error, DBAPIError, OSError) as trouble:
        log.error("health: %s", masked(str(trouble)))
        return _line("the database cannot be read", 503)
    if known["stoppages"]:
        return _line(known["stoppages"][0]["kind"], 503)
    return _line("no daemon has planned lately", 503) if status.judge(known)[0] == status.DOWN else _line("ok", 200)


def _line(text: str, code: int) -> Response:
    return Response(f"{text}\n", code, mimetype="text/plain")


def configure_jinja(flask: Flask, zone: ZoneInfo) -> None:
    """Give templates what they may use: words and dates of a language, figures."""
    flask.jinja_env.undefined = StrictUndefined
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = True
    flask.jinja_env.filters.update(figure=figure, percent=percent, urlencode=lambda text: do_urlencode(visible(text)))
    flask.jinja_env.filters["civil"] = lambda at: at.astimezone(zone).date()
    flask.url_defaults(_addressable)
    sheet = Path(flask.static_folder or "", "page.css").read_bytes()
    flask.jinja_env.globals["sheet_version"] = hashlib.sha256(sheet).hexdigest()[:12]


def _addressable(_endpoint: str, values: dict[str, object]) -> None:
    """Let a damaged ref stand in an address all the same: it leads nowhere, and breaks no page."""
    values.update({name: visible(value) for name, value in values.items() if isinstance(value, str)})


def _throttle(site: Site) -> None:
    """Answer 429 to too many requests; a token is counted by its hash, so that it stands nowhere."""
    if request.endpoint == "static":
        return
    token = str((request.view_args or {}).get("token", ""))
    keys = (f"address {request.remote_addr}", f"token {hashlib.sha256(token.encode()).hexdigest()}" if token else "")
    if not all([site.limiter.allows(key) for key in keys if key]):  # noqa: C419 - each is counted
        abort(429)


def _same_origin() -> None:
    """Refuse a form that another site sent. Browsers say so in Sec-Fetch-Site, older ones in Origin.

    Under our referrer policy an older one may say ``null``; then it is the token in the address, which no other site
    knows, that keeps strangers out.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    fetched_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "null")
    if fetched_from is not None:
        allowed = fetched_from == "same-origin"
    else:
        allowed = origin == "null" or _host(origin) == request.host
    if not allowed:
        abort(403)


def _host(origin: str) -> str | None:
    """Return the host of an origin, or None where there is none to be read."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def add_security_headers(response: Response) -> Response:
    """Let a browser do no more with a page than show it, and keep it nowhere."""
    response.headers.update(HEADERS)
    if response.location:  # a path: whatever host the request named, nobody is led away
        response.headers["Location"] = urlunsplit(("", "", *urlsplit(response.location)[2:]))
    if request.endpoint == "static" and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = "public, max-age=86400, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def handle_error(site: Site, error: Exception) -> tuple[str, int] | HTTPException:
    """Tell what went wrong in a sentence; nothing of the inside, and never the address that was asked for."""
    if isinstance(error, HTTPException) and (error.code or 0) < HTTPStatus.BAD_REQUEST:
        return error  # a redirect is an answer, not an error
    code = _code(error)
    known = table(site.language, "page.error")
    return page("error.html", site.language, code=code, text=known.get(str(code), known["other"]), kept=_typed()), code


def _typed() -> list[str]:
    """Return the longer texts of a form that was not taken, so that nobody writes them again."""
    if request.method != "POST":
        return []
    try:
        return [text for name, text in request.form.items() if len(text) > SHORT_CHARS and name != "once"]
    except HTTPException:  # it is the form that cannot be read
        return []


def _code(error: Exception) -> int:
    """Return what to answer; what nobody foresaw is logged whole, but for what could be a token."""
    if isinstance(error, HTTPException):
        return error.code or 500
    if isinstance(error, StorageTrouble | DamagedText | DBAPIError | OSError):
        log.error("a page could not be shown: %s", masked(str(getattr(error, "orig", error))))
        return 503
    log.error("a page failed: %s", masked("".join(format_exception(error))))
    return 500


def _mask(record: logging.LogRecord) -> bool:
    """Let others' loggers speak of addresses only without what could be a token."""
    record.msg, record.args = masked(record.getMessage()), ()
    if record.exc_info and record.exc_info[1]:
        record.exc_text = masked("".join(format_exception(record.exc_info[1])))
    return True


# -- addresses with what a mail program stuck to their end: …/o/TOKEN/。 is …/o/TOKEN/ -----------------------------


class CleanAddresses:
    """A WSGI application that finds pages although a mail program stuck something to the end of their addresses.

    Only signs that end no address of ours are taken away, and only at the end: a token is checked as it came.
    """

    def __init__(self, application: Any) -> None:
        """Wrap an application."""
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; only what is read is found so, a form keeps its own address."""
        if environ.get("REQUEST_METHOD") in ("GET", "HEAD"):
            path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
            environ["PATH_INFO"] = without_ending(path).encode("utf-8", "replace").decode("latin-1")
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer


def without_ending(path: str) -> str:
    """Return a path without what was stuck to its end."""
    core, before = path.rstrip("/"), ""
    clean = core
    while clean != before:
        before = clean
        clean = ENDINGS.sub("", clean.rstrip("/"))
        while clean and _is_stuck(clean[-1]):
            clean = clean[:-1]
    if clean == core:
        return path
    return clean if clean.endswith(FILE) else f"{clean}/"


def _is_stuck(sign: str) -> bool:
    """Say whether an address of ours never ends in this sign: punctuation, symbols, blanks, signs nobody sees."""
    return sign not in OURS and unicodedata.category(sign)[0] in "PSZC"
