"""A mail relay that accepts everything: ``python -m benchmarks.sink [MILLISECONDS]`` prints its port and serves.

Each answer comes MILLISECONDS after its command. It keeps nothing, so that what is measured is who sends.
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
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.in_data:
            if self.buffer.endswith(END):
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
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running(milliseconds: float = 0) -> Iterator[int]:
    """Run a sink in a process of its own; give its port."""
    line = [sys.executable, "-m", "benchmarks.sink", str(milliseconds)]
    with Popen(line, cwd=Path(__file__).parent.parent, stdout=PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0))
