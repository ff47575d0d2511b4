"""Serving the pages: waitress on the configured address, a few threads, in this process or beside the daemon."""

import logging
import socket
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from commitments.errors import Error, sentence
from tracker.config.values import LOOPBACK
from tracker.errors import ConfigError

if TYPE_CHECKING:
    from tracker.app import App

STOP_SECONDS = 5  # seconds for answers under way when the pages stop
log = logging.getLogger("yinuo.web")


class PagesNeedExtra(Error):
    """The packages of the pages are not installed."""


class AddressTaken(Error):
    """Somebody else listens there."""


def check(host: str, port: int) -> None:
    """Say early what would keep the pages from being served. Raises PagesNeedExtra, AddressTaken."""
    _listening(host, port).close()


def _listening(host: str, port: int) -> socket.socket:
    if find_spec("flask") is None or find_spec("waitress") is None:
        raise PagesNeedExtra
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as trouble:
        raise AddressTaken(host=host, port=port, problem=trouble.strerror or trouble) from trouble


class Server:
    """The pages of a program. Raises PagesNeedExtra, ConfigError, AddressTaken when made."""

    def __init__(self, app: "App") -> None:
        if not app.config.web.base_url:
            raise ConfigError([sentence("config.base_url")])
        self.app = app
        self._thread: threading.Thread | None = None
        self._line = _listening(app.config.web.host, app.config.web.port)
        try:
            from waitress.server import create_server

            from tracker.web.app import make

            self._server: Any = create_server(make(app), sockets=[self._line], **_settings(app))
        except BaseException:  # whoever knocks at a port that nobody answers waits
            self._line.close()
            raise

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.effective_port)

    def run(self) -> None:
        """Serve until ``close``."""
        self._server.run()

    def start(self) -> None:
        """Serve from a thread of its own, whose end is said and ends nothing else."""
        self._thread = threading.Thread(target=self._run_alone, name="pages", daemon=True)
        self._thread.start()

    def _run_alone(self) -> None:
        try:
            self.run()
        except Exception:
            log.exception("the pages ended")

    def close(self) -> None:
        """Stop listening; what is being answered is answered, for a few seconds."""
        if self._thread:
            self._server.trigger.pull_trigger(self._server.close)  # by the thread that listens, not under its feet
            self._thread.join(STOP_SECONDS)
        self._server.task_dispatcher.shutdown(timeout=STOP_SECONDS)
        self._server.close()
        if pipe := self._server.trigger.socket:  # waitress may forget its copy
            pipe.close()
        self._line.close()


def _settings(app: "App") -> dict[str, Any]:
    """Return how waitress listens; a reverse proxy on this machine may say whom it speaks for."""
    from tracker.web.app import MAX_BODY_BYTES

    web = app.config.web
    settings: dict[str, Any] = {
        "threads": web.threads,
        "ident": "",
        "url_scheme": urlsplit(web.base_url).scheme,
        "url_prefix": urlsplit(web.base_url).path.rstrip("/"),
        "max_request_body_size": MAX_BODY_BYTES,
        "clear_untrusted_proxy_headers": True,
    }
    if web.host in LOOPBACK:
        settings |= {
            "trusted_proxy": "::1" if ":" in web.host else "127.0.0.1",
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
        }
    return settings
