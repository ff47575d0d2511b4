"""Channel smtp against a real server on loopback, and against servers that misbehave."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.channels import ChannelDown, Outcome, OutgoingMessage
from notifications.channels.smtp import SmtpChannel, SmtpSettings

DATA = b"Subject: x\r\n\r\n.leading dot\r\n..two\r\nend\r\n"
OUTGOING = OutgoingMessage("<a@b>", "a", "tracker@yinuo.example", "mzj@gz.example", DATA)


class Relay:
    """A server that answers RCPT and DATA as told and keeps what it accepted."""

    def __init__(self) -> None:
        self.rcpt, self.data = "250 ok", "250 ok"
        self.accepted: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("2"):
            self.accepted.append(envelope.original_content or b"")
        return self.data


@pytest.fixture
def relay() -> Iterator[tuple[Relay, SmtpChannel]]:
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, channel(controller.port)
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def channel(port: int, **settings: object) -> SmtpChannel:
    return SmtpChannel(SmtpSettings(host="127.0.0.1", port=port, **{"security": "none", "total": 5.0, **settings}))  # type: ignore[arg-type]


def test_the_bytes_arrive_as_they_are(relay: tuple[Relay, SmtpChannel]) -> None:
    server, smtp = relay
    line = smtp.open()
    assert line.send(OUTGOING).kind == "ok"
    assert line.send(OUTGOING).kind == "ok"
    line.close()
    assert server.accepted == [DATA, DATA]


@pytest.mark.parametrize(
    ("rcpt", "data", "kind", "relays"),
    [
        ("550 no such user", "250 ok", "permanent", False),
        ("450 greylisted", "250 ok", "temporary", False),
        ("421 closing", "250 ok", "temporary", True),
        ("250 ok", "552 too big", "permanent", False),
        ("250 ok", "452 no space", "temporary", False),
    ],
)
def test_each_answer_is_judged(relay: tuple[Relay, SmtpChannel], rcpt: str, data: str, kind: str, relays: bool) -> None:
    server, smtp = relay
    server.rcpt, server.data = rcpt, data
    line = smtp.open()
    outcome = line.send(OUTGOING)
    assert (outcome.kind, outcome.relay) == (kind, relays)
    assert rcpt in outcome.answer or data in outcome.answer
    line.close()


def test_after_a_refusal_the_line_serves_the_next_message(relay: tuple[Relay, SmtpChannel]) -> None:
    server, smtp = relay
    server.rcpt = "550 no such user"
    line = smtp.open()
    line.send(OUTGOING)
    server.rcpt = "250 ok"
    assert line.send(OUTGOING) == Outcome("ok", "250 ok")
    line.close()


def test_a_dead_relay_is_named() -> None:
    port = free_port()
    with pytest.raises(ChannelDown, match=f"127.0.0.1:{port}"):
        channel(port).open()


def test_a_relay_without_starttls_is_refused_not_spoken_to_in_the_clear(relay: tuple[Relay, SmtpChannel]) -> None:
    _, smtp = relay
    with pytest.raises(ChannelDown, match="STARTTLS"):
        channel(smtp.settings.port, security="starttls").open()


def served(speak: Callable[[socket.socket], None]) -> int:
    """Start a server that treats one connection as told; return its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                speak(connection)

    threading.Thread(target=serve, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def until(connection: socket.socket, mark: bytes) -> bytes:
    heard = b""
    while mark not in heard and (more := connection.recv(4096)):
        heard += more
    return heard


def polite(connection: socket.socket) -> None:
    """Greet and say yes until the data."""
    connection.sendall(b"220 hello\r\n")
    for answer in (b"250 me\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        until(connection, b"\r\n")
        connection.sendall(answer)
    until(connection, b"\r\n.\r\n")


def test_a_connection_cut_after_the_final_dot_is_unknown() -> None:
    line = channel(served(polite)).open()
    assert line.send(OUTGOING).kind == "unknown"
    line.close()


def test_a_server_that_hangs_after_the_final_dot_is_unknown_at_the_total_deadline() -> None:
    release = threading.Event()

    def hang(connection: socket.socket) -> None:
        polite(connection)
        release.wait(30)

    line = channel(served(hang), total=0.5).open()
    assert line.send(OUTGOING).kind == "unknown"
    release.set()
    line.close()


def test_a_connection_cut_in_the_middle_is_definite_and_the_relays_fault() -> None:
    def cut(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        until(connection, b"\r\n")
        connection.sendall(b"250 me\r\n")
        until(connection, b"\r\n")

    line = channel(served(cut)).open()
    outcome = line.send(OUTGOING)
    line.close()
    assert (outcome.kind, outcome.relay) == ("temporary", True)


def test_what_happens_at_quit_is_of_no_interest() -> None:
    def bye(connection: socket.socket) -> None:
        polite(connection)
        connection.sendall(b"250 ok\r\n")
        until(connection, b"QUIT\r\n")
        connection.sendall(b"421 not now\r\n")

    line = channel(served(bye)).open()
    assert line.send(OUTGOING).kind == "ok"
    line.close()


@pytest.mark.parametrize("chatter", [b"2", b"220-more\r\n", b"\x00\xff garbage\r\n", b"x" * 70_000 + b"\r\n"])
def test_a_server_that_drips_floods_or_babbles_ends_at_the_total_deadline(chatter: bytes) -> None:
    done = threading.Event()

    def babble(connection: socket.socket) -> None:
        try:
            while not done.wait(0.02):
                connection.sendall(chatter)
        except OSError:
            return

    with pytest.raises(ChannelDown) as down:
        channel(served(babble), total=0.7).open()
    done.set()
    assert len(str(down.value)) < 600
