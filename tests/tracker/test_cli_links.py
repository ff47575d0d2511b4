"""`tracker links`: fresh links, void ones, a new key."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from commitments.queries.lookup import find_department
from notifications.links import DESK, FEED, OWNER, UNIT, Claim
from notifications.models import Digest
from tests.tracker.test_cli_registers import home, ledger, said
from tracker import config
from tracker.app import App
from tracker.cli.root import run

__all__ = ["home", "ledger"]
PURPOSES = {"o": OWNER, "d": DESK, "u": UNIT, "f": FEED}


@pytest.fixture
def paged(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger of letter 1007 with pages to open."""
    monkeypatch.setenv("TRACKER_WEB__BASE_URL", "https://yinuo.example")
    return ledger


def read(url: str) -> Claim | None:
    """Return what a link opens, by the keys that are in the file now."""
    settings = config.load(Path("config.toml"), {"TRACKER_WEB__BASE_URL": "https://yinuo.example"}, Path.cwd())
    links = App(settings, actor="x").links
    assert links is not None
    page, token = url.removeprefix("https://yinuo.example/").split("/")[:2]
    return links.read(PURPOSES[page], token.removesuffix(".ics"))


def tell_of(month: str) -> None:
    """Let the proposing unit have had a digest."""
    app = App(config.load(Path("config.toml"), {}, Path.cwd()), actor="x")
    with app.register() as register:
        unit = find_department(register.session, "市台联")
        register.session.add(Digest(unit_id=unit.id, period=month, number=1, created_at=register.now))
    app.engine.dispose()


def shown(capsys: pytest.CaptureFixture[str], *line: str) -> dict[str, dict[str, Any]]:
    given = json.loads(said(capsys, "links", "show", *line, "--json"))["links"]
    return {each["purpose"]: {**each, "claim": read(each["url"])} for each in given}


def test_a_coordinator_can_open_his_page_right_now(paged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, url = said(capsys, "links", "show", "--desk").splitlines()
    claim = read(url)
    assert name == "总览页面"
    assert claim is not None
    assert (claim.purpose, claim.generation) == (DESK, 1)


@freeze_time("2019-08-05T10:00:00+08:00")
def test_a_department_gets_its_most_urgent_page_and_its_calendar(
    paged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ("--letter", "1007", "--title", "急件", "--lead", "市民政局", "--due")
    ref = said(capsys, "add", *new, "2019-08-30").split()[0]
    said(capsys, "report-done", said(capsys, "add", *new, "2019-08-29").split()[0])
    given = shown(capsys, "市民政局")
    assert set(given) == {OWNER, FEED}
    assert given[OWNER]["about"] == ref
    assert given[FEED]["url"].endswith(".ics")
    assert {given[each]["claim"].department_id for each in given} == {given[FEED]["claim"].department_id}
    assert set(shown(capsys, "市台联")) == {FEED}
    tell_of("2019-07")
    unit = shown(capsys, "市台联")
    assert set(unit) == {UNIT, FEED}
    assert (unit[UNIT]["about"], unit[UNIT]["claim"].month) == ("2019-07", "2019-07")


def test_links_of_a_rehearsal_open_nothing(paged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown(capsys, "--desk")
    key = (paged / "web-keys").read_text()
    with freeze_time("2019-06-27T10:00:00+08:00"):
        said(capsys, "rehearse", "--from", "2019-06-27", "--until", "2019-06-28", "--into", "preview")
    pages = "".join(file.read_text("utf-8") for file in (paged / "preview").glob("*.html"))
    urls = re.findall(r'href="(https://yinuo\.example/[^"]+)"', pages)
    assert urls
    assert [url for url in urls if read(url)] == []
    assert (paged / "web-keys").read_text() == key
    assert not (paged / "preview" / "web-keys").exists()


def test_revoked_links_are_of_an_earlier_generation(paged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "links", "revoke", "市民政局", "--reason", "链接外传") == "市民政局\n"
    assert said(capsys, "links", "revoke", "--desk") == "organisation\n"
    assert {each["claim"].generation for each in shown(capsys, "市民政局").values()} == {2}
    assert shown(capsys, "--desk")[DESK]["claim"].generation == 2
    assert shown(capsys, "市台联")[FEED]["claim"].generation == 1
    entries = said(capsys, "history", "list")
    assert entries.count("链接作废") == 2


def test_a_new_key_signs_and_one_before_it_is_accepted(paged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (first,) = (each["url"] for each in shown(capsys, "--desk").values())
    said(capsys, "links", "rotate")
    (second,) = (each["url"] for each in shown(capsys, "--desk").values())
    assert first != second
    assert read(first) == read(second) is not None
    said(capsys, "links", "rotate", "--reason", "密钥外泄")
    assert read(first) is None
    assert read(second) is not None
    everything = said(capsys, "history", "list") + said(capsys, "config", "show")
    assert "更换链接密钥" in everything
    assert [key for key in (paged / "web-keys").read_text().split() if key in everything] == []


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("show",), 2, "--desk"),
        (("show", "市民政局", "--desk"), 2, "--desk"),
        (("revoke",), 2, "--desk"),
        (("show", "市民政"), 3, "市民政局"),
        (("revoke", "无此局"), 3, "无此局"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    paged: Path, capsys: pytest.CaptureFixture[str], line: tuple[str, ...], code: int, words: str
) -> None:
    assert run(["links", *line]) == code
    told = capsys.readouterr().err
    assert words in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("line", [("show", "--desk"), ("rotate",)])
def test_without_an_address_there_are_no_links(
    ledger: Path, capsys: pytest.CaptureFixture[str], line: tuple[str, ...]
) -> None:
    assert run(["links", *line]) == 4
    assert "web.base_url" in capsys.readouterr().err
    assert not (ledger / "web-keys").exists()
