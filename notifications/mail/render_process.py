"""Rendering with the operator's templates where they can do no harm: in a process of their own with bounds.

A template is a program: one that loops for ever or fills the memory must cost one message its looks, not the daemon
its life. The message is then made with our own template.
"""

import json
import os
import pickle
import resource
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import BinaryIO, cast

from notifications.mail.render import Rendered, Renderer, from_ours
from notifications.remarks import remark

MAX_SECONDS = 5.0  # for one message; the largest of ours takes a tenth of one
MAX_BYTES = 512 * 2**20  # bytes of address space


class SubprocessRenderer(Renderer):
    """A renderer whose work is done by a child process, which is ended when it takes too much, and started anew."""

    def __init__(self, operator_dir: Path) -> None:
        """Read templates from ``operator_dir`` first; nothing is started before the first message."""
        self._folder = operator_dir
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def render(self, kind: str, locale: str, context: Mapping[str, object]) -> Rendered:
        """Return subject, text and HTML, from our own templates when the operator's fail or take too much."""
        question = pickle.dumps((kind, locale, dict(context)))
        with self._lock:
            answer = self._ask(question)
        if answer:
            return Rendered(*json.loads(answer))
        bounds = remark("template_bounds", seconds=f"{MAX_SECONDS:g}", mib=MAX_BYTES >> 20)
        return from_ours(kind, locale, context, bounds)

    def _ask(self, question: bytes) -> bytes:
        """Return the child's answer, empty when it was ended."""
        child = self._started()
        late = threading.Timer(MAX_SECONDS, child.kill)
        late.start()
        try:
            return _exchange(child, question)
        except OSError:
            return b""
        finally:
            late.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            line = [sys.executable, "-P", "-m", "notifications.mail.render_process", str(self._folder)]
            self._child = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
            weakref.finalize(self, _end, self._child)
        return self._child


def _exchange(child: subprocess.Popen[bytes], question: bytes) -> bytes:
    to, back = cast("BinaryIO", child.stdin), cast("BinaryIO", child.stdout)
    to.write(question)
    to.flush()
    answer = back.readline()
    if not answer.endswith(b"\n"):
        _end(child)
        return b""
    return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.communicate()


def _serve(folder: Path, questions: BinaryIO, answers: BinaryIO) -> None:
    """Render until our parent is gone; memory that is not given is a problem of the template like any other."""
    renderer = Renderer(folder)
    while questions.peek(1):  # type: ignore[attr-defined]
        kind, locale, context = pickle.load(questions)  # noqa: S301 - from our own parent
        answers.write(json.dumps(astuple(renderer.render(kind, locale, context))).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    os.nice(5)
    _serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
