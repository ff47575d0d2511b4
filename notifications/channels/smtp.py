"""Channel ``smtp``: one recipient and one SMTP transaction per message, with low-level smtplib calls.

``with smtplib.SMTP()`` would raise when QUIT is answered 421 after a message was accepted, and ``sendmail`` hides which
answer meant what; so each command is said and judged by itself. Every phase has a timeout (RFC 5321 section 4.5.3.2)
and a whole transmission a total deadline, since a server that drips one byte a second never times out.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep

from notifications.channels import ChannelDown, Outcome, Parcel

CONNECT, COMMAND, FINAL_DOT = 30.0, 60.0, 600.0  # seconds a phase may take
TOTAL = 900.0
KEEPER_LOOKS = 0.2  # seconds between two looks at the deadlines
DOT_OK = 250
LONGEST_ANSWER = 500  # characters of a relay's answer that are kept


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """Where the relay is and how we may use it. ``password`` is read when a connection is opened."""

    host: str
    port: int
    security: str
    username: str = ""
    password: Callable[[], str] = str
    lines: int = 4
    per_minute: int = 30
    total: float = TOTAL
    context: ssl.SSLContext | None = None


class SmtpChannel:
    """A relay reached by SMTP."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.lines = settings.lines
        self.per_minute = settings.per_minute

    def open(self) -> "SmtpLine":
        """Connect, secure, log in. Raises ChannelDown; never falls back to plain text."""
        client = self._client()
        try:
            with _KEEPER.deadline(client, self.settings.total):
                self._connect(client)
        except (OSError, smtplib.SMTPException) as trouble:
            client.close()
            raise ChannelDown(f"{self.settings.host}:{self.settings.port}: {_answer_of(trouble)}") from trouble
        return SmtpLine(client, self.settings.total)

    def _client(self) -> smtplib.SMTP:
        """Return a client that is not yet connected, so that connecting too falls under the deadline."""
        if self.settings.security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(timeout=CONNECT, context=self._context())
        else:
            client = smtplib.SMTP(timeout=CONNECT)
        client._host = self.settings.host  # type: ignore[attr-defined]  # noqa: SLF001 - the name TLS is checked against
        return client

    def _context(self) -> ssl.SSLContext:
        return self.settings.context or ssl.create_default_context()

    def _connect(self, client: smtplib.SMTP) -> None:
        settings = self.settings
        _expect(client.connect(settings.host, settings.port), 220)
        _timeout(client, COMMAND)
        _at_once(client)
        client.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            client.starttls(context=self._context())
            client.ehlo()
        if settings.username:
            client.login(settings.username, settings.password())


class SmtpLine:
    """One open connection; a broken one answers ``relay`` trouble until it is replaced."""

    def __init__(self, client: smtplib.SMTP, total: float) -> None:
        self.client = client
        self.total = total

    def send(self, parcel: Parcel) -> Outcome:
        """Say MAIL, RCPT, DATA and judge each answer."""
        try:
            with _KEEPER.deadline(self.client, self.total):
                return self._send(parcel)
        except (OSError, smtplib.SMTPException) as trouble:
            return Outcome("temporary", _answer_of(trouble), relay=True)

    def _send(self, parcel: Parcel) -> Outcome:
        _timeout(self.client, COMMAND)
        code, answer = self.client.mail(parcel.sender)
        if code != DOT_OK:
            return self._refused(code, answer, relay=True)
        code, answer = self.client.rcpt(parcel.mailbox)
        if code not in (250, 251):
            return self._refused(code, answer, relay=code == 421)  # noqa: PLR2004 - 421 closes the channel, RFC 5321
        code, answer = self.client.docmd("DATA")
        if code != 354:  # noqa: PLR2004 - "start mail input", RFC 5321
            return self._refused(code, answer, relay=code == 421)  # noqa: PLR2004
        return self._data(parcel.data)

    def _data(self, data: bytes) -> Outcome:
        """Transmit the bytes. Until the final dot a failure is definite; after it nobody knows."""
        quoted = (b"\n" + data).replace(b"\n.", b"\n..")[1:]  # every dot that begins a line
        self.client.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
        _timeout(self.client, FINAL_DOT)
        try:
            self.client.send(b".\r\n")
            code, answer = self.client.getreply()
        except (OSError, smtplib.SMTPException) as trouble:
            return Outcome("unknown", _answer_of(trouble))
        if code == DOT_OK:
            return Outcome("ok", _text(code, answer))
        if not 400 <= code < 600:  # noqa: PLR2004 - neither accepted nor refused, or half a line before a cut
            return Outcome("unknown", _text(code, answer))
        return self._refused(code, answer, relay=code == 421)  # noqa: PLR2004

    def _refused(self, code: int, answer: bytes, *, relay: bool = False) -> Outcome:
        """Judge a refusal and clear the connection for the next message."""
        if code != 421:  # noqa: PLR2004
            with suppress(OSError, smtplib.SMTPException):  # the answer stands, whatever the relay does next
                self.client.rset()
        kind = "permanent" if 500 <= code < 600 and not relay else "temporary"  # noqa: PLR2004
        return Outcome(kind, _text(code, answer), relay=relay)

    def close(self) -> None:
        """Say QUIT and do not wait for what is answered."""
        try:
            _timeout(self.client, 1.0)
            self.client.putcmd("QUIT")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.client.close()


def _expect(reply: tuple[int, bytes], code: int) -> None:
    if reply[0] != code:
        raise smtplib.SMTPConnectError(*reply)


def _at_once(client: smtplib.SMTP) -> None:
    """Let the final dot not wait 40 ms for the acknowledgement of what went before it (Nagle and delayed ACK)."""
    if client.sock is not None:
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _timeout(client: smtplib.SMTP, seconds: float) -> None:
    if client.sock is not None:
        client.sock.settimeout(seconds)


class _Keeper:
    """Cuts connections whose deadline has passed.

    One thread for all: a timer for each message costs as much as the rest of its transmission.
    """

    def __init__(self) -> None:
        self._ends: dict[smtplib.SMTP, float] = {}
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @contextmanager
    def deadline(self, client: smtplib.SMTP, seconds: float) -> Iterator[None]:
        """Cut the connection when the block takes longer than ``seconds`` in all."""
        self._ends[client] = monotonic() + seconds
        self._watch()
        try:
            yield
        finally:
            self._ends.pop(client, None)

    def _watch(self) -> None:
        """Have a thread, and only one, however many lines ask at the same time."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._keep, name="deadlines", daemon=True)
                self._thread.start()

    def _keep(self) -> None:
        while True:
            sleep(KEEPER_LOOKS)
            for client, end in list(self._ends.items()):
                if monotonic() > end:
                    _cut(client)


_KEEPER = _Keeper()


def _cut(client: smtplib.SMTP) -> None:
    if client.sock is not None:
        try:
            client.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _text(code: int, answer: bytes) -> str:
    return _visible(f"{code} {answer.decode('utf-8', 'replace')}")


def _visible(text: str) -> str:
    """Keep what a log and a database can hold; a relay may answer anything, NUL included."""
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST_ANSWER]


def _answer_of(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        answer = trouble.smtp_error
        return _text(trouble.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())
    return _visible(f"{type(trouble).__name__}: {trouble}")
