"""Nothing people read holds a machine's word: mails, pages, workbook, feed and listings, in every language."""

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from freezegun import freeze_time
from openpyxl import load_workbook
from sqlalchemy import select

from commitments import i18n, models
from commitments.calendar import deadlines
from commitments.i18n import LOCALES
from commitments.models import Commitment, Department
from commitments.register import departments
from notifications import models as books
from notifications.models import Instance
from tests.journeys.office import LAST, TwoMonths, at, read
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.ops.rehearsal import Rehearsal
from tracker.web.app import make as make_pages

pytestmark = pytest.mark.journey

MORNING = at(LAST + timedelta(days=3), datetime.min.time().replace(hour=10))
CATALOGUE = tomllib.loads((i18n.FOLDER / "en.toml").read_text(encoding="utf-8"))
SENTENCES = (
    "distance", "counted", "reason", "date", "entry", "mistake", "error", "near", "advice", "cli", "page", "workbook",
    "config", "silence", "storage", "address", "letter_fault", "letter_measure", "verb",
)  # fmt: skip
CODES = {
    code
    for group in (
        models.KINDS, models.STRENGTHS, models.OWNER_BASES, models.DUE_BASES, models.STATES, models.OUTCOMES,
        models.EXTENSION_STATES, models.DISPUTE_STATES, models.GRADES, books.MESSAGE_STATES, books.NOTICE_STATES,
        deadlines.LIVE_STATES,
        *(words for group, words in CATALOGUE.items() if group not in SENTENCES),
    )
    for code in group
}  # fmt: skip
PLAIN = re.compile(
    r"https?://\S+|\S+@\S+|\b[0-9a-f]{12,64}\b|\S+\.(?:txt|toml|xlsx|ics|db|html)\b|/\S+/\S+|"
    r"tracker [a-z-]+(?: [a-z-]+)*(?: [A-Z-]+)*"
)  # addresses, hashes, files, commands to type
FOREIGN = (  # what no language of ours says
    r"\bNone\b", r"\bTrue\b", r"\bFalse\b", r"\bnull\b", r"\d\d:\d\d:\d\d\.\d+", r"\+00:00", r"\d\dT\d\d:",
    r"[+-]\d+wd\b", r"ledger load (?!文件名|FILE)",
    r"\b[a-z]+_[a-z_]+\b", r"\|lead\|", r"\|mail\b", r"/escalation\b", r"\bfollows \d", r"<[a-z]+\.[A-Z]\w+",
)  # fmt: skip
WORDS_OF_OTHERS = {"html", "pdf", "csv", "json", "xlsx", "tracker", "yinuo", "smtp", "sqlite"}


def machine_words(locale: str, text: str) -> list[str]:
    """Return what a program says and no person does; Chinese text may hold no code of the ledger either."""
    plain = PLAIN.sub(" ", text)
    found = [match for form in FOREIGN for match in re.findall(form, plain)]
    found += [code for code in CODES if ("-" in code or "_" in code) and re.search(rf"\b{re.escape(code)}\b", plain)]
    if locale != "en":
        found += [word for word in re.findall(r"[a-z]{3,}", plain) if word in CODES]
    return [word for word in found if word not in WORDS_OF_OTHERS]


@pytest.fixture(scope="module", params=LOCALES)
def spoken(
    request: pytest.FixtureRequest, office: TwoMonths, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """The office's ledger in a language: the coordinator's and every department's."""
    locale = request.param
    home = tmp_path_factory.mktemp(locale) / "office"
    shutil.copytree(office.home, home)
    settings = {**office.settings, "TRACKER_LANGUAGE": locale}
    app = App(config.load(home / "config.toml", settings, home), actor="办公室", clock=lambda: MORNING)
    with app.register() as register:
        for name in register.session.scalars(select(Department.name).where(Department.locale != locale)).all():
            departments.edit_department(register, name, locale=locale)
    yield app
    app.engine.dispose()


def test_the_mails_of_a_month(spoken: App, tmp_path: Path) -> None:
    with Rehearsal(spoken, tmp_path / "mails") as rehearsal:
        first = LAST + timedelta(days=3)
        rehearsal.run(first, first + timedelta(days=35))
    files = sorted((tmp_path / "mails").glob("*.eml"))
    assert len(files) > 20
    said = [read(LAST, "", file.read_bytes()) for file in files]
    assert (
        found_in(spoken, {f"{mail.subject}": f"{mail.subject}\n{mail.text}\n{seen(mail.html)}" for mail in said}) == {}
    )


def test_the_pages(spoken: App) -> None:
    client = make_pages(spoken).test_client()
    pages = {path: client.get(path, follow_redirects=True) for path in addresses(spoken)}
    assert {path for path, page in pages.items() if page.status_code != 200} == set()
    assert found_in(spoken, {path: seen(page.text) for path, page in pages.items()}) == {}


def test_the_feed(spoken: App) -> None:
    with spoken.reading() as session:
        paths = [spoken.links.feed(each.id, each.link_generation) for each in session.scalars(select(Department))]
    client = make_pages(spoken).test_client()
    texts = {path: client.get(path.removeprefix(spoken.config.web.base_url)).text for path in paths}
    said = {
        path: "\n".join(re.findall(r"(?:SUMMARY|DESCRIPTION|X-WR-CALNAME)[^:]*:(.*)", text.replace("\r\n ", "")))
        for path, text in texts.items()
    }
    assert any(said.values())
    assert found_in(spoken, said) == {}


LISTINGS = (
    ("list",), ("list", "--overdue"), ("outbox", "list"), ("outbox", "list", "--held"), ("outbox", "show", "3"),
    ("history",), ("history", "verify"), ("due", "--until", "2020-01-31"), ("status",), ("doctor",),
    ("department", "list"), ("letter", "list"), ("letter", "show", "2088"), ("calendar", "show", "2019"),
    ("remind", "--dry-run"),
    ("digest", "show", "--unit", "市台联", "--month", "2019-11"), ("links", "show", "市民政局"),
    *(("show", f"2018-2088-{n:02}") for n in (1, 7)), *(("show", f"2019-1007-{n:02}") for n in (2, 3, 6, 9)),
)  # fmt: skip


@pytest.mark.parametrize("line", LISTINGS, ids=" ".join)
def test_the_listings(
    spoken: App, line: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**spoken_settings(spoken)}.items():
        monkeypatch.setenv(name, value)
    with freeze_time(MORNING):
        code = run(["--config", str(spoken.config.folder / "config.toml"), "--language", spoken.config.language, *line])
    said = capsys.readouterr().out
    assert code in (0, 1), said
    assert found_in(spoken, {" ".join(line): said}) == {}


def test_the_workbook(spoken: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in spoken_settings(spoken).items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "ledger.xlsx"
    with freeze_time(MORNING):
        assert run(["--config", str(spoken.config.folder / "config.toml"), "export", "xlsx", str(file)]) == 0
    book = load_workbook(file)
    cells = {
        f"{sheet.title}!{cell.coordinate}": str(cell.value)
        for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None
    }  # fmt: skip
    assert len(cells) > 400
    assert found_in(spoken, cells) == {}


def found_in(app: App, texts: Mapping[str, str]) -> dict[str, list[str]]:
    found = {name: machine_words(app.config.language, text) for name, text in texts.items()}
    return {name: words for name, words in found.items() if words}


def spoken_settings(app: App) -> dict[str, str]:
    return {
        "TRACKER_LANGUAGE": app.config.language, "TRACKER_WEB__BASE_URL": app.config.web.base_url,
        "TRACKER_ORGANISATION__NAME": app.config.organisation.name,
    }  # fmt: skip


def seen(html: str) -> str:
    """Return what a reader sees of a page."""
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(style|head)\b.*?</\1>", " ", html)))


def addresses(app: App) -> list[str]:
    """Return the path of every kind of page, over items in every state."""
    links, base = app.links, app.config.web.base_url
    assert links is not None
    with app.reading() as session:
        desk = links.desk(session.scalars(select(Instance.link_generation)).one(), app.today)
        rows = list(session.scalars(select(Commitment)))
        units = list(session.scalars(select(Department).where(Department.name.in_(("市台联", "民盟市委")))))
        owners = [(row.lead.id, row.lead.link_generation, row.id) for row in rows if row.state != "closed"]
    found = [desk, f"{desk}months/2019-11/", *(f"{desk}items/{row.ref}/" for row in rows)]
    found += [links.owner(*owner) for owner in owners]
    found += [
        links.unit(each.id, each.link_generation, month, app.today)
        for each in units
        for month in ("2019-10", "2019-11")
    ]
    return [url.removeprefix(base) for url in found]


def test_a_machine_word_is_found() -> None:
    assert machine_words("zh-Hans", "期限依据：由答复函推算；year-end") == ["year-end"]
    assert machine_words("zh-Hans", "状态 open") == ["open"]
    assert machine_words("en", "state reported_done at 2019-12-06T08:00:00.123456+00:00")
    assert machine_words("en", "open since 6 December 2019") == []
    assert date(2019, 12, 6) == LAST
