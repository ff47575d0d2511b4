"""Channel ``smtp``: one recipient and one SMTP transaction per message, with low-level smtplib calls.

``with smtplib.SMTP()`` would raise when QUIT is answered 421 after a message was accepted, and ``sendmail`` hides which
answer meant what; so each command is said and judged by itself. Every phase has a timeout (RFC 5321 section 4.5.3.2)
and a whole transmission a total deadline. A relay may end a session after some messages: then another is opened.
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from commitments import addresses
from commitments.errors import Error
from notifications.channels import ChannelDown, Outcome, OutgoingMessage, smtp_answers
from notifications.channels.smtp_answers import Refusal
from notifications.channels.smtp_wire import DEADLINES, Client, SecureClient, SessionEnded, at_once, timeout, words_of
from notifications.remarks import is_remark, remark

CONNECT_SECONDS, COMMAND_SECONDS, FINAL_DOT_SECONDS = 30.0, 60.0, 600.0  # seconds a phase may take
TOTAL_SECONDS = 900.0
OK, GO_ON, CLOSING = 250, 354, 421


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """Where the relay is and how we may use it. ``password`` is read when a connection is opened."""

    host: str
    port: int
    security: str
    username: str = ""
    password: Callable[[], str] = str
    max_connections: int = 4
    per_minute: int = 30
    total: float = TOTAL_SECONDS
    context: ssl.SSLContext | None = None


class SmtpChannel:
    """A relay reached by SMTP."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.max_connections = settings.max_connections
        self.per_minute = settings.per_minute

    def open(self) -> "SmtpConnection":
        """Connect, secure, log in. Raises ChannelDown whatever goes wrong; never falls back to plain text."""
        return SmtpConnection(self)

    def connected(self) -> Client:
        """Return a client ready for mail. Raises ChannelDown."""
        settings = self.settings
        client: Client | None = None
        try:
            client = self._client()
            with DEADLINES.deadline(client, settings.total):
                self._connect(client)
        except Exception as trouble:  # nobody can foresee what a password file, a codec or TLS may raise
            if client is not None:
                client.close()
            why = remark("relay", host=settings.host, port=settings.port, answer=_answer_of(trouble))
            raise ChannelDown(why, _rest_of(trouble)) from trouble
        return client

    def _client(self) -> Client:
        """Return a client that is not yet connected, so that connecting too falls under the deadline."""
        if self.settings.security == "tls":
            client: Client = SecureClient(timeout=CONNECT_SECONDS, context=self._context())
        else:
            client = Client(timeout=CONNECT_SECONDS)
        client._host = self.settings.host  # type: ignore[attr-defined]  # noqa: SLF001 - the name TLS is checked against
        return client

    def _context(self) -> ssl.SSLContext:
        return self.settings.context or ssl.create_default_context()

    def _connect(self, client: Client) -> None:
        settings = self.settings
        _expect(client.connect(settings.host, settings.port), 220)
        timeout(client, COMMAND_SECONDS)
        at_once(client)
        client.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            client.starttls(context=self._context())
            client.ehlo()
        if settings.username:
            client.login(settings.username, settings.password())


class SmtpConnection:
    """A connection that is opened anew when the relay has had enough of it; a broken one answers ``relay`` trouble."""

    def __init__(self, channel: SmtpChannel) -> None:
        self.channel = channel
        self.client = channel.connected()
        self.carried = 0  # messages accepted on this connection

    def send(self, message: OutgoingMessage) -> Outcome:
        """Transmit one message, on another connection where the relay ends this one before the final dot."""
        outcome, ended = self._try(message)
        if ended and self.carried:
            try:
                self._reconnect()
            except ChannelDown as down:
                return Outcome("temporary", down.why, relay=True, rest=down.rest)
            outcome, _ = self._try(message)
        self.carried += outcome.kind == "ok"
        return outcome

    def _reconnect(self) -> None:
        self.close()
        self.carried = 0
        self.client = self.channel.connected()

    def _try(self, message: OutgoingMessage) -> tuple[Outcome, bool]:
        """Say MAIL, RCPT, DATA and judge each answer; also say whether only the session was at its end."""
        total, begun = self.channel.settings.total, monotonic()
        try:
            with DEADLINES.deadline(self.client, total):
                return self._send(message)
        except SessionEnded as trouble:
            return Outcome("temporary", _answer_of(trouble), relay=True), monotonic() - begun < total
        except Exception as trouble:  # noqa: BLE001 - before the final dot every failure is definite
            return Outcome("temporary", _answer_of(trouble), relay=True), False

    def _send(self, message: OutgoingMessage) -> tuple[Outcome, bool]:
        timeout(self.client, COMMAND_SECONDS)
        code, answer = self.client.mail(addresses.wire(message.sender))
        if code != OK:
            return self._refused(code, answer, about_us=True)
        code, answer = self.client.rcpt(addresses.wire(message.mailbox))
        if code not in (OK, 251):
            return self._refused(code, answer)
        code, answer = self.client.docmd("DATA")
        if code != GO_ON:
            return self._refused(code, answer)
        return self._data(message.data)

    def _data(self, data: bytes) -> tuple[Outcome, bool]:
        """Transmit the bytes. Until the final dot a failure is definite; after it nobody knows."""
        quoted = (b"\n" + data).replace(b"\n.", b"\n..")[1:]  # every dot that begins a line
        self.client.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
        timeout(self.client, FINAL_DOT_SECONDS)
        try:
            self.client.send(b".\r\n")
            code, answer = self.client.getreply()
        except Exception as trouble:  # noqa: BLE001 - whatever it was, the message may have been accepted
            return Outcome("unknown", _answer_of(trouble)), False
        if code == OK:
            return Outcome("ok", smtp_answers.shown(code, answer)), False
        if not 400 <= code < 600:
            return Outcome("unknown", smtp_answers.shown(code, answer)), False
        return self._refused(code, answer)

    def _refused(self, code: int, answer: bytes, *, about_us: bool = False) -> tuple[Outcome, bool]:
        """Judge a refusal and clear the connection for the next message; ``about_us`` is one of our sender."""
        if code != CLOSING:
            with suppress(OSError, smtplib.SMTPException):  # the answer stands, whatever the relay does next
                self.client.rset()
        text = smtp_answers.shown(code, answer)
        refusal = smtp_answers.judge(code, text)
        return _outcome(code, text, refusal, broken=about_us or code == CLOSING), refusal.session

    def close(self) -> None:
        """Say QUIT and do not wait for what is answered."""
        try:
            timeout(self.client, 1.0)
            self.client.putcmd("QUIT")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.client.close()


def _outcome(code: int, text: str, refusal: Refusal, *, broken: bool) -> Outcome:
    """Say how a refusal ends a transmission; a broken connection is the relay's trouble whatever it says."""
    if broken:
        return Outcome("temporary", text, relay=True, rest=refusal.rest)
    kind = "permanent" if 500 <= code < 600 else "temporary"
    return Outcome(kind, text, refuses_us=refusal.relay, rest=refusal.rest)


def _expect(reply: tuple[int, bytes], code: int) -> None:
    if reply[0] != code:
        raise smtplib.SMTPConnectError(*reply)


def _answer_of(trouble: Exception) -> str:
    """Return what the relay said, else what we say of the trouble."""
    last = str(trouble.args[-1]) if trouble.args else ""
    if is_remark(last):
        return last
    if isinstance(trouble, TimeoutError):
        return words_of(trouble)
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        return remark("not_offered", what="STARTTLS" if "STARTTLS" in last else "AUTH")
    if isinstance(trouble, smtplib.SMTPResponseException):
        answer = trouble.smtp_error
        return smtp_answers.shown(trouble.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())
    if isinstance(trouble, Error):  # a sentence of ours already, such as that of a password file
        return smtp_answers.visible(str(trouble))
    return smtp_answers.visible(f"{type(trouble).__name__}: {trouble}")


def _rest_of(trouble: Exception) -> timedelta | None:
    """Return how long a relay that refuses the connection or the login asks us to wait."""
    if not isinstance(trouble, smtplib.SMTPResponseException):
        return None
    return smtp_answers.judge(trouble.smtp_code, _answer_of(trouble)).rest
