"""An office with its ledger, its pages on a real port and the mails it sent; its clock stands where it is put."""

import re
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from commitments.models import Commitment, Department
from tracker import config
from tracker.app import App
from tracker.ops.upcoming import upcoming
from tracker.web.server import Server

ZONE = ZoneInfo("Asia/Shanghai")


class LiveSite:
    """The ledger in a copy of ``office``. ``language`` is the coordinator's and, when English, everybody's."""

    def __init__(self, office: Path, home: Path, language: str = "zh-Hans") -> None:
        shutil.copytree(office, home)
        self.home = home
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.now = datetime(2019, 12, 20, 1, tzinfo=UTC)
        self.app = App(self._config(language), actor="办公室", clock=lambda: self.now)
        self.server = Server(self.app)
        self._speak(language)
        self.server.start()

    def close(self) -> None:
        self.server.close()
        self.app.engine.dispose()

    def _config(self, language: str) -> config.Config:
        web = {"BASE_URL": self.base, "PORT": str(self.port), "PER_MINUTE": "100000"}
        given = {"TRACKER_LANGUAGE": language, **{f"TRACKER_WEB__{name}": value for name, value in web.items()}}
        return config.load(self.home / "config.toml", given, self.home)

    def _speak(self, language: str) -> None:
        with self.app.register() as register:
            for department in register.session.scalars(select(Department)):
                department.locale = language

    # -- time and mails ----------------------------------------------------------------------------------------

    def put(self, day: str) -> None:
        """Put the clock to 09:05 of a day."""
        self.now = datetime.fromisoformat(f"{day}T09:05").replace(tzinfo=ZONE).astimezone(UTC)

    def day(self, day: str) -> None:
        """Put the clock to 09:05 of a day and let the daemon's pass run."""
        self.put(day)
        self.app.run_once()

    def mails(self, to: str, words: str) -> list[EmailMessage]:
        """Return the mails to a mailbox that have these words in subject or text, newest first."""
        files = sorted((self.home / "outbox").glob("*.eml"), key=lambda file: -file.stat().st_mtime_ns)
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [mail for mail in mails if to in mail["To"] and words in mail["Subject"] + _text(mail)]

    def link(self, to: str, words: str, page: str) -> str:
        """Return the first link to a page (``o``, ``d``, ``u``) that stands after words in a mail."""
        text = "\n".join(mail["Subject"] + "\n\n" + _text(mail) for mail in self.mails(to, words))
        found = re.search(rf"{re.escape(words)}.*?({re.escape(self.base)}/{page}/\S+/)", text, re.DOTALL)
        assert found, f"there is no such link in:\n{text}"
        return found[1]

    # -- the ledger --------------------------------------------------------------------------------------------

    def row(self, ref: str) -> Commitment:
        with self.app.reading() as session:
            return session.scalars(select(Commitment).where(Commitment.ref == ref)).one()

    def do(self, work: Callable[[Any], object], actor: str = "办公室") -> None:
        with self.app.register(actor) as register:
            work(register)

    def coming(self, ref: str) -> list[date]:
        """Return the days on which the lead will be told of a commitment from now to the end of June 2020."""
        rows = upcoming(self.app, date(2020, 6, 30), "zh-Hans")
        return [row["slot"] for row in rows if row["ref"] == ref and row["role"] == "lead"]  # type: ignore[misc]

    def coordinator(self) -> str:
        """Return the coordinator's link out of the newest status digest, which comes on a Monday."""
        return self.link("office@yinuo.example", "每周办理情况", "d")


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def follow(element: Any) -> None:
    """Click what leads elsewhere; wait until the page it leads to stands whole, since a click returns before."""
    with element.page.expect_navigation():
        element.click()


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
