"""The wire under channel smtp: answers without end take no memory; logins are UTF-8 whatever the method."""

import base64
import hmac
import os
import socket
import stat
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.channels import ChannelDown, OutgoingMessage
from notifications.channels.smtp_wire import MAX_BYTES, MAX_LINES
from tests.notifications.test_smtp import OUTGOING, channel, served, until
from tracker import config

LITTLE = 4 * 2**20  # bytes a relay may make us hold
POLITE = {b"EHLO": b"250 me", b"DATA": b"354 go"}


def endless_at(command: bytes, line: bytes = b"250-still here\r\n") -> Callable[[socket.socket], None]:
    """Be polite until a command (or the message), then answer it without end."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n" if command != b"greeting" else line)
        heard = command
        while command != b"greeting" and (heard := until(connection, b"\r\n")) and heard[:4].upper() != command:
            connection.sendall(POLITE.get(heard[:4].upper(), b"250 ok") + b"\r\n")
            if heard[:4].upper() == b"DATA":  # the message may come in pieces
                heard = until(connection, b"\r\n.\r\n")
                break
        try:
            while heard:
                connection.sendall(line * (2**16 // len(line)))
        except OSError:
            return

    return speak


@pytest.mark.parametrize("command", [b"greeting", b"EHLO", b"MAIL", b"RCPT", b"DATA", b"dot"])
@pytest.mark.parametrize("line", [b"250-still here\r\n", b"550-no\r\n", b"250-" + b"x" * 5000 + b"\r\n", b"250-\r\n"])
def test_an_answer_without_end_takes_no_memory(command: bytes, line: bytes) -> None:
    smtp = channel(served(endless_at(command, line)), total=20.0)
    tracemalloc.start()
    try:
        if command in (b"greeting", b"EHLO"):
            with pytest.raises(ChannelDown, match=r"longer than|EHLO|Connection"):
                smtp.open()
            kind = ""
        else:
            opened = smtp.open()
            kind = opened.send(OUTGOING).kind
            opened.close()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < LITTLE
    assert kind == {b"dot": "unknown", b"greeting": "", b"EHLO": ""}.get(command, "temporary")


def test_the_bounds_are_far_above_any_answer() -> None:
    assert MAX_LINES >= 100
    assert MAX_BYTES >= 2**15


def long_but_bounded(connection: socket.socket) -> None:
    connection.sendall(b"220-hello\r\n" * 100 + b"220 hello\r\n")
    until(connection, b"\r\n")
    connection.sendall(b"250-EXT\r\n" * 100 + b"250 me\r\n")
    until(connection, b"\r\n")


def test_a_long_answer_is_read() -> None:
    channel(served(long_but_bounded)).open().close()


# -- logins ----------------------------------------------------------------------------------------------------


class Login:
    """A relay that offers some methods and keeps what it was told."""

    def __init__(self, methods: str) -> None:
        self.methods = methods.encode()
        self.name = self.password = ""
        self.digest: tuple[str, bytes] = ("", b"")
        self.over = threading.Event()

    def speak(self, connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        until(connection, b"\r\n")
        connection.sendall(b"250-me\r\n250 AUTH " + self.methods + b"\r\n")
        line = until(connection, b"\r\n").split() or [b"QUIT"]
        if line[0] != b"AUTH":
            return
        if line[1] == b"PLAIN":
            _, self.name, self.password = base64.b64decode(line[2]).decode().split("\0")
        elif line[1] == b"LOGIN":
            self.name = base64.b64decode(line[2]).decode()
            connection.sendall(b"334 UGFzc3dvcmQ6\r\n")
            self.password = base64.b64decode(until(connection, b"\r\n")).decode()
        else:
            challenge = b"<1@relay.example>"
            connection.sendall(b"334 " + base64.b64encode(challenge) + b"\r\n")
            name, _, digest = base64.b64decode(until(connection, b"\r\n")).decode().rpartition(" ")
            self.name, self.digest = name, (digest, challenge)
        connection.sendall(b"235 welcome\r\n")
        self.over.set()
        until(connection, b"QUIT")


PASSWORDS = ["plain", "geheim！", "密码", "café", "with blank inside", "a" * 300, "\u00a0x", "🔑"]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("method", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_names_and_passwords_go_as_utf_8(method: str, password: str) -> None:
    relay = Login(method)
    channel(served(relay.speak), username="台账@gz.example", password=lambda: password).open().close()
    assert relay.over.wait(5)
    assert relay.name == "台账@gz.example"
    if method == "CRAM-MD5":
        digest, challenge = relay.digest
        assert digest == hmac.new(password.encode(), challenge, "md5").hexdigest()
    else:
        assert relay.password == password


def refuses_cram(connection: socket.socket) -> None:
    connection.sendall(b"220 hello\r\n")
    until(connection, b"\r\n")
    connection.sendall(b"250-me\r\n250 AUTH CRAM-MD5 PLAIN\r\n")
    until(connection, b"\r\n")
    connection.sendall(b"535 not this way\r\n")
    until(connection, b"\r\n")
    connection.sendall(b"235 welcome\r\n")
    until(connection, b"QUIT")


def test_a_method_that_fails_has_the_next_tried() -> None:
    channel(served(refuses_cram), username="yinuo", password=lambda: "密码").open().close()


@pytest.mark.parametrize("challenge", [b"334 !!!not base64!!!x", b"334 ", b"334 " + b"QUJD" * 1000])
def test_a_challenge_without_sense_is_the_relays_trouble(challenge: bytes) -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        until(connection, b"\r\n")
        connection.sendall(b"250-me\r\n250 AUTH CRAM-MD5\r\n")
        while until(connection, b"\r\n"):
            connection.sendall(challenge + b"\r\n")

    with pytest.raises(ChannelDown):
        channel(served(speak), username="yinuo", password=lambda: "密码").open()


@pytest.mark.parametrize("trouble", [UnicodeError("x"), KeyError("x"), MemoryError(), OSError(5, "x"), ValueError("x")])
def test_whatever_keeps_the_password_from_us_is_the_channels_trouble(trouble: Exception) -> None:
    def password() -> str:
        raise trouble

    with pytest.raises(ChannelDown, match=type(trouble).__name__):
        channel(served(Login("PLAIN").speak), username="yinuo", password=password).open()


# -- the file it comes from --------------------------------------------------------------------------------------


def load(folder: Path, content: bytes | None) -> config.Config:
    file = folder / "secret"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    (folder / "config.toml").write_text('[mail]\npassword_file = "secret"\n')
    return config.load(folder / "config.toml", {}, folder)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n", b" \n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("password", ["plain", "geheim！", "密码 mit blank"])
def test_a_bom_and_line_ends_are_no_part_of_a_password(tmp_path: Path, password: str, start: bytes, end: bytes) -> None:
    assert load(tmp_path, start + password.encode() + end).password() == password


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\r\n", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        ("geheim".encode("utf-16"), "UTF-16"),
        ("geheim".encode("utf-16-le"), "UTF-16"),
        ("geheim".encode("utf-32"), "UTF-16"),
        ("密码".encode("gbk"), "not UTF-8"),
        ("café".encode("latin-1"), "not UTF-8"),
        (b"one\ntwo\n", "one line"),
        (None, "cannot be read"),
    ],
)
def test_a_password_file_that_cannot_serve_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    with pytest.raises(config.ConfigError, match=words) as wrong:
        load(tmp_path, content)
    assert len(wrong.value.problems) == 1
    assert "geheim" not in str(wrong.value)
    assert "0x" not in str(wrong.value), "no byte is quoted"
    if content is not None:
        loaded = load(tmp_path, b"good")
        (tmp_path / "secret").write_bytes(content)
        with pytest.raises(config.ConfigError, match=words):
            loaded.password()


def test_a_folder_or_a_pipe_is_no_password_file(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    with pytest.raises(config.ConfigError, match="not a file"):
        load(tmp_path, None)
    (tmp_path / "secret").rmdir()
    os.mkfifo(tmp_path / "secret", stat.S_IRUSR)
    with pytest.raises(config.ConfigError, match="not a file"):
        load(tmp_path, None)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.encode(errors="ignore").decode() == text))
def test_any_password_is_sent_or_refused_in_a_sentence(text: str) -> None:
    relay = Login("PLAIN")
    if "\0" in text:
        return
    channel(served(relay.speak), username="yinuo", password=lambda: text).open().close()
    assert relay.password == text


def test_a_parcel_for_an_idn_domain_goes_in_its_ascii_form() -> None:
    heard: list[bytes] = []

    def speak(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        for _ in range(3):
            heard.append(until(connection, b"\r\n"))
            connection.sendall(b"250 ok\r\n")

    opened = channel(served(speak)).open()
    opened.send(
        OutgoingMessage("<a@b>", "a", "台账".encode("idna").decode() + "@民政局.中国", "office@民政局.中国", b"x\r\n")
    )
    opened.close()
    assert b"RCPT TO:<office@xn--dgt32swyf.xn--fiqs8s>" in heard[2].upper().replace(b"OFFICE", b"office").replace(
        b"XN--DGT32SWYF.XN--FIQS8S", b"xn--dgt32swyf.xn--fiqs8s"
    )
