"""A mail relay that accepts everything: ``python -m benchmarks.sink KIND MILLISECONDS CPU`` prints its port and serves.

``bare`` answers each command after MILLISECONDS and parses nothing; ``aiosmtpd`` is the usual Python server. Neither
keeps anything, so that what is measured is who sends. CPU -1 means any.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

ANSWERS = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
OK = b"250 ok\r\n"
END = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One connection; ``delay`` in seconds."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.buffer = b""
        self.in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer a command, or the end of a message."""
        self.buffer += data
        if self.in_data:
            self.buffer = self.buffer[-len(END) :]  # all of a large message would be copied again with each piece
            if self.buffer == END:
                self.buffer, self.in_data = b"", False
                self._say(OK)
        elif self.buffer.endswith(b"\r\n"):
            command, self.buffer = self.buffer[:4].upper(), b""
            self.in_data = command == b"DATA"
            self._say(ANSWERS.get(command, OK))

    def _say(self, answer: bytes) -> None:
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, answer)
        else:
            self.transport.write(answer)


async def serve(delay: float) -> None:
    """Serve on a free port of loopback, and print it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Accepting:
    """aiosmtpd's handler: everything is welcome."""

    async def handle_DATA(self, *_: object) -> str:
        """Accept."""
        return "250 ok"


async def serve_aiosmtpd() -> None:
    """Do the same with the usual Python server."""
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Accepting(), hostname="sink"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running(*, kind: str = "bare", milliseconds: float = 0, cpu: int = -1) -> Iterator[int]:
    """Run a sink in a process of its own; give its port."""
    line = [sys.executable, "-m", "benchmarks.sink", kind, str(milliseconds), str(cpu)]
    with Popen(line, cwd=Path(__file__).parent.parent, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def main(kind: str, milliseconds: float, cpu: int) -> None:
    """Serve until ended, on one CPU if asked to."""
    if cpu >= 0 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})
    asyncio.run(serve(milliseconds / 1000) if kind == "bare" else serve_aiosmtpd())


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
