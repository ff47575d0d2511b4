"""A mail relay on loopback, scripted command by command. It remembers the bytes it accepted with 250."""

import socket
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Iterable
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self, cast

CUT = "<cut>"  # close the connection without a word
HANG = "<hang>"  # say nothing until the other side goes away
USUAL = {"greeting": "220 relay.example", "EHLO": "250 relay.example", "MAIL": "250 ok", "RCPT": "250 ok",
         "DATA": "354 go on", "RSET": "250 ok", "NOOP": "250 ok", "QUIT": "221 bye", "dot": "250 ok"}  # fmt: skip


class Relay(ThreadingTCPServer):
    """A relay that answers as told.

    ``script["RCPT"] = ["450 later"]`` gives these answers first, then the usual ones; ``always["dot"] = CUT`` for ever.
    Commands are greeting, EHLO, MAIL, RCPT, DATA, dot (after the message), RSET, QUIT. ``pause`` is how many seconds
    the answer to ``dot`` takes; while ``gate`` is cleared, it waits. ``refuses`` maps an address to the answer its RCPT
    gets. Each session takes ``per_session`` messages, then answers ``farewell`` to ``farewell_at`` and ends. What is
    said is written in ``charset``.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.tls = tls
        self.port: int = self.server_address[1]
        self.received: list[tuple[str, bytes]] = []  # (address, bytes), accepted with 250
        self.seen: list[tuple[str, bytes]] = []  # the same for everything that came to its final dot
        self.commands: list[str] = []
        self.connections = 0
        self.script: dict[str, deque[str]] = defaultdict(deque)
        self.always: dict[str, str] = {}
        self.refuses: dict[str, str] = {}
        self.pause = 0.0
        self.per_session, self.farewell, self.farewell_at = 0, "421 4.7.0 enough for one session", "MAIL"
        self.charset = "utf-8"
        self.gate = threading.Event()
        self.gate.set()
        self._resting = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._resting.set()
        self.gate.set()
        self.shutdown()
        self.server_close()

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection, secured from its first byte when there is a certificate."""
        connection, address = super().get_request()
        return (self.tls.wrap_socket(connection, server_side=True) if self.tls else connection), address

    def answers(self, command: str, *lines: str) -> None:
        """Answer a command with these lines, one after the other, before the usual one."""
        self.script[command].extend(lines)

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the relay's own end."""
        self._resting.wait(seconds)

    def addresses(self) -> list[str]:
        """Return to whom the accepted messages went."""
        return [address for address, _ in self.received]


class _Conversation(StreamRequestHandler):
    """One connection."""

    @property
    def relay(self) -> Relay:
        return cast("Relay", self.server)

    def handle(self) -> None:
        self.relay.connections += 1
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._answer("greeting"):
                self._converse(iter(self.rfile.readline, b""))
        except OSError:
            return  # the other side was killed

    def _converse(self, lines: Iterable[bytes]) -> None:
        address, taken = "", 0
        for line in lines:
            command = line[:4].decode("ascii", "replace").upper().strip()
            self.relay.commands.append(line.decode("ascii", "replace").strip())
            if command == self.relay.farewell_at and 0 < self.relay.per_session <= taken:
                self._say(self.relay.farewell)
                return
            if command == "RCPT":
                address = line.decode().partition("<")[2].partition(">")[0]
                if not self._answer(command, self.relay.refuses.get(address)):
                    return
            elif not self._answer(command) or (
                command == "DATA" and self.said.startswith("354") and not self._message(address)
            ):
                return
            if command == "QUIT":
                return
            taken += command == "DATA" and self.said.startswith("250")

    def _message(self, address: str) -> bool:
        lines = [b""]
        while lines[-1] != b".\r\n":
            lines.append(self.rfile.readline())
            if not lines[-1]:
                return False
        data = b"".join(lines)
        self.relay.seen.append((address, data[:-3]))
        self.relay.wait(self.relay.pause)
        self.relay.gate.wait()
        kept = self._next("dot")
        if kept.startswith("250"):
            self.relay.received.append((address, data[:-3]))
        return self._say(kept)

    def _answer(self, command: str, instead: str | None = None) -> bool:
        return self._say(instead or self._next(command))

    def _next(self, command: str) -> str:
        waiting = self.relay.script[command]
        if waiting:
            return waiting.popleft()
        return self.relay.always.get(command, USUAL.get(command, "500 what?"))

    def _say(self, answer: str) -> bool:
        """Answer; False when the conversation is over."""
        self.said = answer
        if answer == CUT:
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        if answer == HANG:
            self.relay.wait(600)
            return False
        self.wfile.write(answer.encode(self.relay.charset) + b"\r\n")
        return not answer.startswith("421")
