"""Reading files of foreign making where they can do no harm: in a process of its own with bounds.

Parsers of web pages, PDFs and Word files can be made to run for hours or to fill the memory; a letter then costs a
sentence and not the program. Plain text needs none of it: what we read it with is linear.
"""

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from commitments.errors import Refused
from commitments.letters import errors
from commitments.letters.errors import UnreadableLetter
from commitments.letters.files import reader
from commitments.letters.files.reader import Source

SECONDS = 20  # of the processor; the longest letters take one
WAIT = 120.0  # seconds by the clock, on a machine that is busy
MEMORY = 1 << 30  # bytes of address space


def read_file(data: bytes, name: str) -> Source:
    """Return what ``files.read_file`` returns, and raise what it raises; UnreadableLetter beyond the bounds."""
    if reader.kind(data) in ("text", "old"):
        return reader.read_file(data, name)
    answer = _asked(data, name)
    if "kind" in answer:
        raise getattr(errors, answer["kind"])(**{**answer["facts"], "name": name})
    return Source(**{**answer, "warnings": tuple(answer["warnings"])})


def _asked(data: bytes, name: str) -> dict[str, Any]:
    line = [sys.executable, "-P", "-m", "commitments.letters.files.confined"]  # -P: no module of the folder we stand in
    try:
        done = subprocess.run(line, input=data, capture_output=True, timeout=WAIT, check=True)  # noqa: S603 - ourselves
    except (subprocess.SubprocessError, OSError):
        raise UnreadableLetter(name=name, fault="too_much") from None
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _answer(data: bytes) -> dict[str, Any]:
    try:
        return asdict(reader.read_file(data, ""))
    except Refused as refused:
        return {"kind": type(refused).__name__, "facts": {key: str(fact) for key, fact in refused.facts.items()}}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    print(json.dumps(_answer(sys.stdin.buffer.read())))
