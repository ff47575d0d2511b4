"""Files made by other programs: LibreOffice, Chromium, Tesseract. Skipped with a reason where one is absent."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Converted = Callable[[str, bytes, str], bytes]


def required(program: str, *others: str) -> str:
    """Return the path of a program; where one is absent, skip, or fail where YINUO_REQUIRE_PROGRAMS asks for it."""
    absent = [name for name in (program, *others) if shutil.which(name) is None]
    if absent and os.environ.get("YINUO_REQUIRE_PROGRAMS"):
        pytest.fail(f"{absent[0]} is required here and was not found")
    if absent:
        pytest.skip(f"no {absent[0]} on this machine")
    return str(shutil.which(program))


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """Return a function that saves ``name``, with ``data`` in it, in another form, as LibreOffice does."""
    program, home = required("soffice"), tmp_path_factory.mktemp("libreoffice")

    def convert(name: str, data: bytes, form: str) -> bytes:
        (home / name).write_bytes(data)
        profile = f"-env:UserInstallation=file://{home}/profile"
        line = [program, profile, "--headless", "--convert-to", form, "--outdir", str(home / "out"), str(home / name)]
        subprocess.run(line, check=True, capture_output=True, timeout=100)
        return (home / "out" / Path(name).stem).with_suffix(f".{form.partition(':')[0]}").read_bytes()

    return convert


OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "text", "table", "style", "draw"))
FLAT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document {names} office:mimetype="application/vnd.oasis.opendocument.{kind}" office:version="1.2">
<office:automatic-styles>{styles}</office:automatic-styles>
<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"""
P = "<text:p>{}</text:p>"


def flat(body: str, styles: str = "", kind: str = "text") -> bytes:
    """Return a document that LibreOffice opens, in one file of XML (.fodt)."""
    return FLAT.format(names=NAMES, kind=kind, body=body, styles=styles).encode()


class Browser:
    """Chromium without a window, driven over its pipe (DevTools protocol): pages saved as PDF and .mht."""

    def __init__(self, program: str, home: Path) -> None:
        self.home, self.sent = home, 0
        heard, self.to = os.pipe()
        self.fro, said = os.pipe()
        pipes = f"exec 3<&{heard} 4>&{said}; exec "
        options = f"--headless=new --no-sandbox --disable-gpu --user-data-dir={home}/profile --remote-debugging-pipe"
        line = ["bash", "-c", f"{pipes}{program} {options}"]
        self.process = subprocess.Popen(line, pass_fds=(heard, said), stderr=subprocess.DEVNULL)
        os.close(heard)
        os.close(said)
        self.held = b""

    def ask(self, method: str, session: str = "", **given: object) -> dict[str, Any]:
        """Call a method and wait for its answer."""
        self.sent += 1
        question = {"id": self.sent, "method": method, "params": given} | ({"sessionId": session} if session else {})
        os.write(self.to, json.dumps(question).encode() + b"\0")
        while (answer := self._next()).get("id") != self.sent:
            pass
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.held:
            piece = os.read(self.fro, 1 << 16)
            if not piece:
                raise EOFError("Chromium has gone")
            self.held += piece
        message, _, self.held = self.held.partition(b"\0")
        return json.loads(message)

    def saved(self, page: str, method: str, **given: object) -> str:
        """Open a page and return what a method makes of it."""
        (self.home / "page.html").write_text(page, encoding="utf-8-sig")
        target = self.ask("Target.createTarget", url=f"file://{self.home}/page.html")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        ready = "location.protocol == 'file:' && document.readyState == 'complete'"
        while not self.ask("Runtime.evaluate", session, expression=ready)["result"]["value"]:
            pass
        return str(self.ask(method, session, **given)["data"])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.fro)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(required("chromium"), tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.stop()
