"""A Chinese office reads no English sentence on its terminal, whatever it does and whatever goes wrong."""

import io
from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.english import english
from tracker import config
from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
TEXT = Path(stage.__file__).with_name("letter-2031.txt")
DAY = "2019-12-20 10:00:00+08:00"
REF = "2019-1007-01"
CALM = (  # what an office does; in this order, since some of it changes the ledger
    "init", "list", "list --overdue --kind 量化目标", f"show {REF}", "due --until 60d", "status", "doctor",
    "config check", "department add 市教育局 --mailbox jyj@gz.example", "department list",
    "department edit 市教育局 --locale zh-Hant",
    "department revoke-links 市教育局 --reason 误转", "letter list", "letter show 1007", "history", f"history {REF}",
    "history verify", "calendar count 2019-12-20 2030-12-31", "calendar add 2019-12-20 -7", "calendar show 2020",
    "calendar check", f"progress {REF} --note 已报送 --target 城市社区创建比例=4.5", f"progress {REF} --note 已报送",
    "extend 2019-1007-03 --to 2020-03-31 --reason 设备推迟", "extend 2019-1007-03 --approve --by 分管领导",
    "extend 2019-1007-03 --to 明年6月底 --reason 推迟 --approved-by 局长",
    "dispute 2019-1007-02 --department 各区政府 --reason 由市级部门制定",
    "dispute 2019-1007-02 --department 各区政府 --refuse --by 分管领导 --note 答复函已写明",
    f"report-done {REF} --note 机制已印发 --evidence https://mzj.gz.example/jz.html",
    f"reopen {REF} --reason 佐证材料不完整", f"close {REF} --outcome 已兑现 --waiver 现场查验",
    "add --letter 1007 --title 简报 --lead 市教育局 --due 2020-06-30 --ref 2019-1007-31 --draft",
    "add --letter 1007 --title 简报 --lead 市教育局 --due 2019-10-31 --ref 2019-1007-32 --quiet",
    "edit 2019-1007-32 --title 社区简报 --reason 写全", "confirm 2019-1007-31", "confirm --all-stated 1007",
    "add --letter 1007 --title 清单 --lead 市教育局 --due 2020-06-30 --ref 2019-1007-33 --draft",
    "drop 2019-1007-33 --yes --reason 重复", "ledger dump a.toml", "ledger load a.toml --dry-run", "export csv a.csv",
    "export xlsx a.xlsx", "export ics a.ics", "ledger load a.xlsx", "remind --dry-run", "remind", "remind",
    "outbox list", "outbox list --held", "outbox show 1", "outbox retry --dead", "outbox release --yes",
    "outbox cancel --yes", "digest show --unit 市台联 --month 2019-12", "digest show --unit 市台联 --html d.html",
    "mail test office@gz.example", "rehearse --from 2019-12-23 --until 2019-12-31 --into preview", "backup copy.db",
    "restore copy.db --yes", f"import {TEXT} --dry-run", f"import {TEXT}", f"import {TEXT}", "review 2031",
    "copy --to sqlite:///moved.db", "remind",
)  # fmt: skip
MISTAKEN = """
[[department]]
name = "某局"
short_names = ["市台联"]
[[commitment]]
title = "一"
lead = "无此局"
due_on = 2019-06-25
review_on = 2019-09-01
closed_on = 2031-01-01
support = ["市民政局"]
support_basis = {"市台联" = "named"}
due_from = 2019-07-01
[[commitment]]
letter = "9"
title = "二"
lead = "市民政局"
support = ["市民政局"]
state = "closed"
[[commitment]]
ref = "2019-1007-01"
title = "三"
lead = "市民政局"
first_due_on = 2019-09-01
"""
REFUSED = (  # what it does wrong
    "add --letter 1007 --title 简报 --lead 市教育局 --draft --quiet", "add --letter 1 --title 简报 --lead 市民政局",
    "add --letter 1007 --title 简报 --lead 市教育", "add --letter 1007 --title 简报 --lead 市民政局 --due 某日",
    f"edit {REF}", f"edit {REF} --due 2020-01-01 --review-on 2020-01-01", f"edit {REF} --due ''", "confirm",
    "confirm 2019-1007-99", f"drop {REF}", f"drop {REF} --yes", f"extend {REF}", f"extend {REF} --approve",
    f"dispute {REF} --department 市民政局", f"close {REF} --outcome kept", f"close {REF} --outcome 很好",
    f"progress {REF} --note x --target 比例", "show x", "list --state 别的", "list --department 市",
    "due --until 2019-01-01",
    "letter show 9", "letter show 1007 --source",
    "department add 市民政局 --mailbox 民政局",
    "department edit 市民政局", "history x", "history verify --anchor 3", "calendar add 9990-12-20 9999",
    "calendar count 某日 2019-12-31", "ledger load none.toml",
    "ledger load mistaken.toml --update",
    "ledger load config.toml", "ledger dump a.odt",
    "export csv config.toml", "outbox show 99", "outbox retry", "outbox retry 99", "outbox release", "outbox cancel",
    "outbox cancel 99", "digest show --unit 市台联 --month 2030-01", "digest show --unit 市台联 --month x",
    "digest approve --unit 市台联", "digest send --unit 市台联", "mail test 民政局",
    "rehearse --from 2020-01-31 --until 2020-01-01 --into new",
    "rehearse --from 2020-01-01 --until 2020-01-31 --into .",
    "backup yinuo.db", "backup config.toml", "restore none.db --yes", "restore copy.db", "import none.txt", "import .",
    "import config.toml", "links show", "links show --desk", "links rotate", "links revoke", "review 9",
    "serve", "demo .", "--language fr list", "copy --to mysql://db/x", "copy --to postgres",
)  # fmt: skip
PAGED = (  # what it does with links once there are pages; then the keys are gone
    "links show --desk", "links show 市民政局", "links show 市台联", "links show 市教育局",
    "links revoke 市民政局 --reason 邮件误转", "links revoke --desk",
    "links rotate --reason 定期更换", "links rotate", "config check", "doctor", "status", "history",
)  # fmt: skip
KEYLESS = ("links show --desk", "status", "doctor", "config check", "serve", "links rotate")


def test_the_measure_itself() -> None:
    assert english("planned 3, nothing was sent") == ["nothing was sent"]
    assert english("已写入 config.toml，请用 `tracker outbox list --held` 查看") == []


def configure(place: Path, language: str, old: str = "", new: str = "") -> None:
    settings = config.EXAMPLE.replace('language = "zh-Hans"', f'language = "{language}"')
    assert old in settings
    (place / "config.toml").write_text(settings.replace(old, new) if old else settings, encoding="utf-8")


@pytest.fixture(params=["zh-Hans", "zh-Hant"])
def locale(request: pytest.FixtureRequest, place: Path) -> str:
    """A language, with a ledger of its own in which people speak it."""
    language = str(request.param)
    configure(place, language)
    (place / "mistaken.toml").write_text(MISTAKEN, encoding="utf-8")
    with freeze_time(DAY):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
    return language


EDITS = ("z", "t 甲；t 乙", "g 甲", "g 甲：1；甲：2", "q 无…无", "l 99", "k 无", "c 有经费")
TYPED = [  # in the review: each key, and what it refuses
    *(line for each in EDITS for line in ("e", each)), "s", "无", "n", "u", "u", "u", "x", "e", "l 民政", "n", "y", "y",
    "y", "某日", "u", "u", "h", "q",
]  # fmt: skip


def said(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code and all that was printed."""
    capsys.readouterr()
    code = run([word.strip("'") for word in line.split()])
    return code, "\n".join(capsys.readouterr())


def test_what_an_office_does(locale: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in TYPED)))
    found = {}
    with freeze_time(DAY):
        for line in CALM:
            _, text = said(line, capsys)
            if runs := english(text):
                found[line] = runs
    assert found == {}


def test_links_to_pages(locale: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(place, locale, 'base_url = ""', 'base_url = "http://127.0.0.1:8019"')
    found = {}
    with freeze_time(DAY):
        for line in (*PAGED, "-", *KEYLESS):
            if line == "-":
                (place / "web-keys").unlink()
            elif runs := english(said(line, capsys)[1]):
                found[line] = runs
    assert found == {}


def test_the_demo(locale: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(f"--language {locale} demo new", capsys)
    assert (code, english(text)) == (0, [])


@pytest.mark.parametrize(
    "more",
    ['base_url = "somewhere"', 'base_url = ""\nports = 8019', "base_url = 3", "threads = 99", 'base_url = "x'],
)
def test_a_wrong_setting(locale: str, place: Path, more: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the terminal speaks: the rest of the file still says the language, unless nothing of it can be read."""
    configure(place, locale, 'base_url = ""', more)
    code, text = said("list", capsys)
    assert code == 4
    assert english(text) == [] or "TOML" in text
    assert "TOML" in text or "config.toml 第" in text


CALENDAR = """
holidays = 1
[years]
27 = 1
2026 = 1
[years.2027]
complete = "yes"
source = 1
off = ["a", 2026-01-01]
work = 3
of = []
"""


def test_a_wrong_calendar(locale: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(place, locale, '\nfile = ""', '\nfile = "days.toml"')
    lines = CALENDAR.strip().splitlines()
    for left in range(len(lines)):  # each mistake is the first one once
        (place / "days.toml").write_text("\n".join(lines[left:]), encoding="utf-8")
        code, text = said("calendar check", capsys)
        assert (code, english(text)) == (4, []), text


@pytest.mark.parametrize(
    "moment", ["2019-12-21 10:00:00+08:00", "2019-12-20 08:00:00+08:00", "1970-01-02 10:00:00+08:00"]
)
def test_why_nothing_is_sent(locale: str, moment: str, capsys: pytest.CaptureFixture[str]) -> None:
    with freeze_time(moment):
        for line in ("remind", "remind --dry-run", "digest send --unit 市台联"):
            assert english(said(line, capsys)[1]) == []


@pytest.mark.parametrize(
    ("place_of_terminal", "word"), [("zh_CN.UTF-8", "没有"), ("zh_TW.UTF-8", "沒有"), ("C.UTF-8", "No ")]
)
def test_without_a_configuration_the_terminal_says_which_language(
    place_of_terminal: str,
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    monkeypatch.setenv("LC_ALL", place_of_terminal)
    assert run(["list"]) == 4
    assert capsys.readouterr().err.startswith(f"tracker: {word}")


def test_what_it_does_wrong(locale: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    with freeze_time(DAY):
        for line in REFUSED:
            code, text = said(line, capsys)
            assert code != 0, (line, text)
            if "Usage:" not in text and (runs := english(text)):  # of options, Typer speaks English
                found[line] = runs
    assert found == {}
