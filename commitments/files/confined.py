"""Reading files of foreign making where they can do no harm: a named function in a process of its own with bounds.

Parsers of web pages, PDFs, Word files and workbooks can be made to run for hours or to fill the memory; a file then
costs a sentence and not the program. The bounds are of time and memory, not of rights: the process may do what we
may, so that pickles from it are no new danger.
"""

import pickle
import resource
import subprocess
import sys
from importlib import import_module
from typing import Any

SECONDS = 20  # of the processor; the longest letters take one
WAIT = 120.0  # seconds by the clock, on a machine that is busy
MEMORY = 1 << 30  # bytes of address space


class BeyondBounds(Exception):
    """The process ended without an answer, most likely because it took too much."""


def call(function: str, *arguments: object, seconds: int = SECONDS, wait: float = WAIT, memory: int = MEMORY) -> Any:
    """Return what ``package.module:function`` returns of these arguments, or raise what it raises.

    Arguments, answer and error are pickled. Raises BeyondBounds beyond the bounds.
    """
    # -P: no module of the folder we stand in
    line = [sys.executable, "-P", "-m", "commitments.files.confined", str(seconds), str(memory)]
    question = pickle.dumps((function, arguments))
    try:
        done = subprocess.run(line, input=question, capture_output=True, timeout=wait, check=True)  # noqa: S603 - ourselves
    except (subprocess.SubprocessError, OSError):
        raise BeyondBounds from None
    answer = pickle.loads(done.stdout)  # noqa: S301 - from our own child
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(function: str, arguments: tuple[object, ...]) -> object:
    """Return the answer, or the error; without the memory for either the process fails."""
    module, name = function.split(":")
    try:
        return getattr(import_module(module), name)(*arguments)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - raised again on the other side
        return error


def bound(seconds: int, memory: int) -> None:
    """Let this process, and those it becomes, take no more seconds of the processor and bytes of memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    bound(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.buffer.write(pickle.dumps(_answer(*pickle.load(sys.stdin.buffer))))  # noqa: S301 - from our own parent
