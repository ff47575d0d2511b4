"""The wire under channel ``smtp``: smtplib with bounded answers, UTF-8 logins, and a deadline for a whole conversation.

smtplib reads continuation lines without end (a relay that never stops takes all memory within seconds) and encodes
names and passwords as ASCII only. A server that drips one byte a second never times out, hence the deadline.
"""

import base64
import binascii
import hmac
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

from notifications.remarks import remark

MAX_LINES, MAX_BYTES = 200, 64 * 2**10  # of one answer; EHLO has a dozen lines, an answer a few
MAX_LINE_BYTES = 8192
WATCH_SECONDS = 0.2  # seconds between two looks at the deadlines
MAX_CHALLENGES = 5
GOES_ON, LOGGED_IN = 334, (235, 503)


class SessionEnded(smtplib.SMTPServerDisconnected):
    """The other side closed the connection without a word."""


class Client(smtplib.SMTP):
    """An SMTP client whose answers are bounded and whose logins are UTF-8."""

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer; one that is too long ends the connection. Raises SMTPServerDisconnected, SessionEnded."""
        lines: list[bytes] = []
        size = 0
        while True:
            line = self._line()
            size += len(line)
            if len(lines) == MAX_LINES or size > MAX_BYTES:
                self.close()
                raise smtplib.SMTPServerDisconnected(remark("endless_answer", lines=MAX_LINES))
            lines.append(line[4:].strip(b" \t\r\n"))
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code == -1 or line[3:4] != b"-":
                return code, b"\n".join(lines)

    def send(self, s: object) -> None:
        """Send bytes or text. Raises SMTPServerDisconnected, SessionEnded when the other side has gone away."""
        try:
            super().send(s)  # type: ignore[arg-type]
        except smtplib.SMTPServerDisconnected as trouble:
            if isinstance(trouble.__context__, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
                raise SessionEnded(remark("closed", problem=trouble.__context__)) from trouble
            raise

    def _line(self) -> bytes:
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]
        try:
            line: bytes = self.file.readline(MAX_LINE_BYTES + 1)
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as trouble:
            self.close()
            raise SessionEnded(remark("closed", problem=trouble)) from trouble
        except OSError as trouble:
            self.close()
            raise smtplib.SMTPServerDisconnected(remark("no_answer", problem=words_of(trouble))) from trouble
        if not line:
            self.close()
            raise SessionEnded(remark("hung_up"))
        if len(line) > MAX_LINE_BYTES:
            self.close()
            raise smtplib.SMTPResponseException(500, remark("endless_line"))
        return line

    def auth(
        self, mechanism: str, authobject: Callable[..., str | None], *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        """Log in as smtplib does, names and passwords in UTF-8 (RFC 4616). Raises SMTPAuthenticationError."""
        first = authobject() if initial_response_ok else None
        self._auth_challenge_count = int(first is not None)  # by which smtplib's AUTH LOGIN tells name from password
        code, answer = self.docmd("AUTH", mechanism.upper() + (f" {_packed(first)}" if first is not None else ""))
        for _ in range(MAX_CHALLENGES):
            if code != GOES_ON:
                break
            self._auth_challenge_count += 1
            code, answer = self.docmd(_packed(authobject(_unpacked(answer)) or ""))
        if code not in LOGGED_IN:
            raise smtplib.SMTPAuthenticationError(code, answer)
        return code, answer

    def auth_cram_md5(self, challenge: bytes | None = None) -> str | None:  # type: ignore[override]
        """Answer a CRAM-MD5 challenge (RFC 2195); a machine that forbids MD5 has the next method tried."""
        if challenge is None:
            return None
        try:
            digest = hmac.HMAC(self.password.encode(), challenge, "md5").hexdigest()
        except ValueError as trouble:
            raise smtplib.SMTPAuthenticationError(GOES_ON, remark("forbidden_digest")) from trouble
        return f"{self.user} {digest}"


class SecureClient(Client, smtplib.SMTP_SSL):
    """The same, secured from the first byte."""


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _unpacked(challenge: bytes) -> bytes:
    try:
        return base64.b64decode(challenge)
    except binascii.Error as wrong:
        raise smtplib.SMTPServerDisconnected(remark("unreadable_challenge")) from wrong


def words_of(trouble: OSError) -> str:
    """Return what the system says of a trouble with a connection; of one that took too long it says nothing."""
    return remark("timed_out") if isinstance(trouble, TimeoutError) and trouble.errno is None else str(trouble)


def timeout(client: smtplib.SMTP, seconds: float) -> None:
    """Bound each wait from here on."""
    if client.sock is not None:
        client.sock.settimeout(seconds)


def at_once(client: smtplib.SMTP) -> None:
    """Let the final dot not wait 40 ms for the acknowledgement of what went before it (Nagle and delayed ACK)."""
    if client.sock is not None:
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class DeadlineWatch:
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
        """Have a thread, and only one, however many connections ask at the same time."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._keep, name="deadlines", daemon=True)
                self._thread.start()

    def _keep(self) -> None:
        while True:
            sleep(WATCH_SECONDS)
            for client, end in list(self._ends.items()):
                if monotonic() > end:
                    _cut(client)


DEADLINES = DeadlineWatch()


def _cut(client: smtplib.SMTP) -> None:
    sock = client.sock  # looked at once: the connection's own thread may close it meanwhile
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
