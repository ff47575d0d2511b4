"""Addresses with what a mail program stuck to their end: ``…/o/TOKEN/。`` is ``…/o/TOKEN/``.

Only signs that end no address of ours are taken away, and only at the end: a token is checked as it came.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

ENDINGS = re.compile(r"(?:&(?:nbsp|gt|quot|#\d+);?|=(?:20|3D|\r?\n)?)+$", re.IGNORECASE)  # what was left of markup
OURS = "-_"  # punctuation in which tokens and refs may end
FILE = ".ics"


class Tidied:
    """A WSGI application whose pages are found although something stuck to their addresses."""

    def __init__(self, application: Any) -> None:  # noqa: ANN401 - any WSGI application
        """Wrap an application."""
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - as WSGI has it
        """Answer a request; only what is read is found so, a form keeps its own address."""
        if environ.get("REQUEST_METHOD") in ("GET", "HEAD"):
            path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
            environ["PATH_INFO"] = tidied(path).encode("utf-8", "replace").decode("latin-1")
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer


def tidied(path: str) -> str:
    """Return a path without what was stuck to its end."""
    core, before = path.rstrip("/"), ""
    clean = core
    while clean != before:
        before = clean
        clean = ENDINGS.sub("", clean.rstrip("/"))
        while clean and _is_stuck(clean[-1]):
            clean = clean[:-1]
    if clean == core:
        return path
    return clean if clean.endswith(FILE) else f"{clean}/"


def _is_stuck(sign: str) -> bool:
    """Say whether an address of ours never ends in this sign: punctuation, symbols, blanks, signs nobody sees."""
    return sign not in OURS and unicodedata.category(sign)[0] in "PSZC"
