"""Servers that abuse the protocol (row 27): whatever they do, a transmission ends, and little of it is kept."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from commitments.storage import reading
from notifications.channels.smtp import SmtpChannel
from notifications.channels.smtp_answers import MAX_ANSWER_CHARACTERS
from notifications.models import Message
from notifications.outbox.channel_rest import CHANNEL_ALERT
from tests.conftest import Scene
from tests.faults.test_relays import books, outcomes, settings, standing
from tests.notifications.test_delivery import DUE

TOTAL = 1.5  # seconds a whole transmission may take here; 900 in the product
Abuse = Callable[[socket.socket, threading.Event], None]


def silent(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(60)


def one_byte_a_second(connection: socket.socket, over: threading.Event) -> None:
    for byte in b"220 " + b"x" * 600:
        connection.sendall(bytes([byte]))
        if over.wait(0.3):
            return


def greeting_without_end(connection: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.001):
        connection.sendall(b"220-still here\r\n" * 50)


def flood(connection: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        connection.sendall(b"x" * 65536)


def garbage(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"\x00\xff\xfe\x1b[2J\r\n" * 20)
    over.wait(60)


def endless_line(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"220 " + b"y" * 65536 + b"\r\n")
    over.wait(60)


def silent_after_the_greeting(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"220 relay.example\r\n")
    over.wait(60)


def hostile_refusal(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"554 \x1b[31mno\x00\xe2\x80\xae " + b"z" * 400 + b"\r\n")


ABUSES = (silent, one_byte_a_second, greeting_without_end, flood, garbage, endless_line, silent_after_the_greeting,
          hostile_refusal)  # fmt: skip


@pytest.fixture
def abusive(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that does what the parameter says to whoever connects."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threads = [threading.Thread(target=_serve, args=(server, request.param, over), daemon=True)]
        threads[0].start()
        yield server.getsockname()[1]
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        threads[0].join(10)


def _serve(server: socket.socket, abuse: Abuse, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            try:
                abuse(connection, over)
            except OSError:
                continue


@pytest.mark.parametrize("abusive", ABUSES, indirect=True, ids=lambda abuse: abuse.__name__)
def test_row_27_the_transmission_ends(quick: Scene, abusive: int, caplog: pytest.LogCaptureFixture) -> None:
    """Row 27: silent server, one byte a second, endless 220-, flood, garbage, 64 KiB line: ends; log bounded."""
    quick.context = replace(quick.context, sender="tracker@yinuo.test")
    quick.add(due_on=DUE)
    begun = time.monotonic()
    report = quick.run(SmtpChannel(settings(abusive, total=TOTAL)))
    assert time.monotonic() - begun < 3 * TOTAL + 2
    assert report.trouble
    assert (books(quick), outcomes(quick)) == ({}, {}), "nothing was frozen, nothing counts"
    assert standing(quick) == [CHANNEL_ALERT]
    assert len(report.trouble) < MAX_ANSWER_CHARACTERS + 200
    assert sum(map(len, caplog.messages)) < 4 * MAX_ANSWER_CHARACTERS
    assert all(character.isprintable() for character in report.trouble)


def drips_in_the_answer_to_the_message(connection: socket.socket, over: threading.Event) -> None:
    """Be polite until the final dot, then answer a byte at a time."""
    connection.sendall(b"220 relay.example\r\n")
    seen = b""
    while not seen.endswith(b"\r\n.\r\n"):
        received = connection.recv(65536)
        seen = (seen + received)[-(1 << 20) :]
        if received.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
        elif b"\r\n" in received and received[:4].upper() in (b"EHLO", b"MAIL", b"RCPT"):
            connection.sendall(b"250 ok\r\n")
    one_byte_a_second(connection, over)


@pytest.mark.parametrize("abusive", [drips_in_the_answer_to_the_message], indirect=True, ids=["drips"])
def test_row_27_a_dripping_answer_to_the_message_is_unknown(quick: Scene, abusive: int) -> None:
    """Row 27: one byte a second after the final dot: ends at the total deadline, outcome unknown."""
    quick.context = replace(quick.context, sender="tracker@yinuo.test")
    quick.add(due_on=DUE)
    quick.run(SmtpChannel(settings(abusive, total=TOTAL)))
    assert outcomes(quick) == {"unknown": 1}
    with reading(quick.engine) as session:
        assert session.query(Message).one().state == "unknown"
