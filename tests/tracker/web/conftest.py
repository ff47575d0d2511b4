"""The pages over the ledger of letter 1007, on a day in December 2019."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from freezegun import freeze_time
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

import tracker
from commitments import validation
from commitments.models import Commitment, Department, HistoryEntry
from commitments.queries import lookup
from commitments.register import opening
from notifications.models import Instance
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.web.app import make as make_pages

BASE = "https://yinuo.gz.example"
LEDGER = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"
REF = "2019-1007-08"  # it has figures and a date


class Compiled(BytecodeCache):
    """The templates of the pages, compiled once however many offices a run opens."""

    known: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


class Pages:
    """A browser without scripts, and the ledger behind what it sees."""

    def __init__(self, app: App) -> None:
        self.app = app
        flask = make_pages(app)
        flask.jinja_env.bytecode_cache = Compiled()
        self.client: FlaskClient = flask.test_client()

    # -- links -------------------------------------------------------------------------------------------------

    def owner(self, name: str = "市民政局", ref: str = REF) -> str:
        """Return the path of a department's link for a commitment."""
        with self.app.reading() as session:
            row = session.scalars(select(Commitment).where(Commitment.ref == ref)).one()
            department = self.department(name)
            return path(self.links.owner(department.id, department.link_generation, row.id))

    def coordinator(self) -> str:
        """Return the path of the coordinator's link."""
        with self.app.reading() as session:
            generation = session.scalars(select(Instance.link_generation)).one()
        return path(self.links.desk(generation, self.app.today))

    def unit(self, month: str, name: str = "市台联") -> str:
        """Return the path of a proposing unit's link."""
        unit = self.department(name)
        return path(self.links.unit(unit.id, unit.link_generation, month, self.app.today))

    def feed(self, name: str = "市民政局") -> str:
        """Return the path of a department's calendar."""
        department = self.department(name)
        return path(self.links.feed(department.id, department.link_generation))

    @property
    def links(self) -> Any:
        return self.app.links

    # -- the browser -------------------------------------------------------------------------------------------

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.client.get(address, buffered=True, **more)

    def send(self, address: str, form: str, fields: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Open a page, fill in a form of it and send it."""
        once, action = self.form(address, form)
        return self.post(action, {"once": once, **(fields or {})}, **more)

    def post(self, action: str, fields: dict[str, Any], **more: Any) -> TestResponse:
        """Send fields as a browser does, files included."""
        given = {key: FileStorage(*value) if isinstance(value, tuple) else value for key, value in fields.items()}
        boundary, body = encode_multipart(given)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(action, data=body, content_type=kind, buffered=True, **more)

    def form(self, address: str, form: str) -> tuple[str, str]:
        """Return the hidden key and the address of a form on a page."""
        shown = self.get(address, follow_redirects=True).text
        found = re.search(rf'action="([^"]*/{form})".*?name="once" value="([^"]+)"', shown, re.DOTALL)
        assert found, f"there is no form {form} on the page"
        return found[2], unescape(found[1])

    # -- the ledger --------------------------------------------------------------------------------------------

    def department(self, name: str) -> Department:
        with self.app.reading() as session:
            return session.scalars(select(Department).where(Department.name == name)).one()

    def row(self, ref: str = REF) -> Commitment:
        with self.app.reading() as session:
            return session.scalars(select(Commitment).where(Commitment.ref == ref)).one()

    def history(self, ref: str = REF) -> list[tuple[str, str, str]]:
        """Return action, actor and reason of what happened, oldest first."""
        columns = (HistoryEntry.action, HistoryEntry.actor, HistoryEntry.reason)
        with self.app.reading() as session:
            rows = session.execute(select(*columns).where(HistoryEntry.subject == ref).order_by(HistoryEntry.seq))
            return [tuple(row) for row in rows]

    def do(self, work: Callable[[Any], object]) -> None:
        with self.app.register("办公室") as register:
            work(register)

    def draft(self) -> str:
        """Enter a draft of the same department; return its ref."""
        with self.app.register("办公室") as register:
            row = validation.following_year(lookup.find(register.session, REF), date(2021, 12, 31))
            row.state = "draft"
            return opening.add(register, row).ref


def path(url: str) -> str:
    """Return the part of a link after the host."""
    return urlsplit(url).path


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ledger of letter 1007, loaded once."""
    return load(tmp_path_factory.mktemp("office"))


def load(home: Path) -> Path:
    """Load the ledger of letter 1007 in a folder."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    with freeze_time("2019-06-27 09:00", tz_offset=0):
        for line in (["init"], ["ledger", "load", str(LEDGER)]):
            assert run(["--config", str(home / "config.toml"), *line]) == 0
    return home


@pytest.fixture
def pages(office: Path, tmp_path: Path) -> Iterator[Pages]:
    home = tmp_path / "office"
    shutil.copytree(office, home)
    loaded = config.load(home / "config.toml", {"TRACKER_WEB__BASE_URL": BASE}, home)
    app = App(loaded, actor="办公室", clock=lambda: datetime(2019, 12, 20, 3, tzinfo=UTC))
    yield Pages(app)
    app.engine.dispose()
