"""Confirming a letter's drafts at the command line: keys, their undoing, edits, units, and what is said at the end.

Longer than a file should be: each key is pressed in one ledger, and taken back.
"""

import json
import os
import pty
import select
import shutil
import signal
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments.history import chain, replay
from commitments.storage import one_moment, open_engine, reading
from tests.commitments.letters.test_files import LETTER
from tests.commitments.register.test_draft_undo import drafts
from tests.thorough import examples
from tests.tracker.test_cli_intake import COUNT, OWN, listed, said
from tracker.cli.root import run

LEAD = "寧川市民政局"
FIRST, SECOND = "2021-2031-01", "2021-2031-02"
Pressed = Callable[..., str]


@pytest.fixture(autouse=True)
def office(place: Path) -> Path:
    """A ledger in Chinese with a letter of ten drafts, 2021."""
    with freeze_time("2021-08-20T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["import", str(OWN)]) == 0
        yield place


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pressed:
    """Press keys, a line each, in the review of a letter; return all that was said."""

    def press(*lines: str, letter: str = "2031") -> str:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))
        code, out, err = said(capsys, "review", letter)
        assert code == 0, err
        return out + err

    return press


@pytest.fixture
def row(capsys: pytest.CaptureFixture[str]) -> Callable[[str], dict[str, Any]]:
    """Look at a commitment."""

    def look(ref: str = FIRST) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(said(capsys, "show", ref, "--json")[1])["commitment"]
        return found

    return look


def ledger() -> list[Any]:
    """Return all there is of drafts in the ledger of this folder; its history holds."""
    engine = open_engine("sqlite:///yinuo.db")
    with one_moment(engine) as session:
        chain.verify(session)
        assert list(replay.differences(session)) == []
    with reading(engine) as session:
        found = drafts(session)
    engine.dispose()
    return found


# -- keys ------------------------------------------------------------------------------------------------------


def test_a_review_confirms_skips_drops_and_goes_on_later(pressed: Pressed, capsys: pytest.CaptureFixture[str]) -> None:
    assert "确认1条，删除1条，尚余8条待确认" in pressed("y", LEAD, "x", "n", "q")
    states = [row["state"] for row in listed(capsys)]
    assert (states.count("open"), states.count("draft")) == (1, 8)
    assert "1/8" in pressed("q")


@pytest.mark.parametrize("key", ["y", "", "Ｙ"])
def test_y_and_enter_confirm(pressed: Pressed, row: Callable[..., Any], key: str) -> None:
    pressed("n", key, "q")
    assert row(SECOND)["state"] == "open"


def test_split_and_merge(pressed: Pressed, row: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    quote = row()["quote"]
    pressed("s", quote[6:10], "q")
    assert len(listed(capsys)) == COUNT + 1
    assert row("2021-2031-11")["quote"] == quote[6:]
    pressed("m", "q")
    assert len(listed(capsys)) == COUNT
    assert row()["quote"] == quote


def test_a_split_understands_the_other_script(pressed: Pressed, row: Callable[..., Any]) -> None:
    pressed("s", "实现社区议事厅", "q")
    assert row("2021-2031-11")["quote"] == "實現社區議事廳覆蓋率達到95%"


def test_joined_drafts_keep_what_both_say(
    pressed: Pressed, row: Callable[..., Any], capsys: pytest.CaptureFixture[str], office: Path
) -> None:
    acts = "由市公安局增设标志30块，我局会同市教育局于2022年11月底前完成护栏2公里。"
    (office / "two.txt").write_text(LETTER.replace("我局将于2022年12月底前疏通河道3公里。", acts), encoding="utf-8")
    ref, other = said(capsys, "import", "two.txt")[1].split()
    pressed("m", "q", letter="072")
    assert other not in [each["ref"] for each in listed(capsys)]
    assert (row(ref)["due_on"], row(ref)["support"]) == ("2022-11-30", ["宁川市水务局", "市教育局"])
    assert [target["goal"] for target in row(ref)["targets"]] == [30, 2]


def test_notes_on_a_date_are_in_the_ledgers_language(
    pressed: Pressed, capsys: pytest.CaptureFixture[str], office: Path
) -> None:
    (office / "year.txt").write_text(LETTER.replace("于2022年12月底前", "从今年起每年"), encoding="utf-8")
    said(capsys, "import", "year.txt")
    assert pressed("q", letter="072").count("逐年开展，此为首次核对") == 1


def test_every_change_is_in_the_history(pressed: Pressed, capsys: pytest.CaptureFixture[str]) -> None:
    pressed("y", LEAD, "x", "q")
    assert said(capsys, "history", "verify")[0] == 0
    actions = [each["action"] for each in json.loads(said(capsys, "history", "--json")[1])["entries"]]
    assert {"letter_add", "department_add", "add", "edit", "confirm", "drop"} <= set(actions)


def test_what_was_not_read_from_the_letter_is_neither_split_nor_merged(
    pressed: Pressed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "add", "--letter", "2031", "--title", "草案", "--lead", LEAD, "--draft")[0] == 0
    before = ledger()
    assert pressed("s", "m", "q").count("不能拆分、合并") == 2
    assert ledger() == before


# -- undoing ---------------------------------------------------------------------------------------------------


def test_the_last_decision_can_be_undone(pressed: Pressed, capsys: pytest.CaptureFixture[str]) -> None:
    assert "删除0条" in pressed("x", "u", "q")
    assert len(listed(capsys)) == COUNT


@pytest.mark.parametrize(
    "keys",
    [
        ("x",), ("m",), ("s", "現"), ("n", "x", "m"), ("y", "1"), ("y", "1", "x", "n", "m"), ("m", "m", "x", "x"),
        ("e", "t 议事厅；l 2；s 1；d 2021-12-31；f 计划；k 未结；c 有经费；g 公厕：1→2座；q 至2022年…形成"),
        ("e", "s 市财政局、市审计局", "y", "y", "m"), ("e", "l 市财政局", "y", "n", "e", "l 市财政局", "e", "l 1"),
        ("e", "g -;d -", "e", "g 覆盖率：95 %", "s", "社區服務", "m"),
    ],
)  # fmt: skip
def test_each_key_is_undone_exactly(pressed: Pressed, keys: tuple[str, ...]) -> None:
    before = ledger()
    out = pressed(*keys, *["u"] * len(keys), "q")
    assert "确认0条，删除0条，尚余10条待确认" in out
    assert ledger() == before
    assert out.rindex("1/10") > out.rindex("/9") if "/9" in out else True


def test_a_confirmation_that_was_written_cannot_be_undone(pressed: Pressed, row: Callable[..., Any]) -> None:
    out = pressed("y", LEAD, "y", "u", "u", "u", "q")
    assert out.count(f"{FIRST} 已经确认，不能退回；如需更正，请执行 tracker edit {FIRST}") == 2
    assert (row(FIRST)["state"], row(SECOND)["state"]) == ("open", "draft")


def test_the_last_of_a_letter_can_be_undone_too(pressed: Pressed) -> None:
    out = pressed(*["x"] * 9, "y", "u", "y", "u", "u", "y", "")
    assert out.count("已到最后") == 3
    assert (out.count("10/10"), out.count("9/10")) == (4, 2)
    assert "确认2条，删除8条，尚余0条" in out


LINES = [
    "t 标题", "l 1", "l 2；s 1", "s -；l 3", "s 市委政法委、1", "d 2021-12-31", "d -", "f 原则", "k 目标；c 有经费",
    "c -；g -", "g 公厕：2座；护栏：0→3 公里", "t 甲；g 公厕：5座", "t 乙；q 至2022年底…示范", "t 丙；q 我市…95%", "z",
    "l 99", "t 丁；q 目前,正按照…意見", "d 某日", "l 无此单位", "g 公厕",
]  # fmt: skip
WORDS = ["實現", "我市", "正按照", "按照", "新增", "農村", "劳动", "人"]
NEW = ["e", "t 戊；l 市财政局", "是"]
KEY = st.one_of(
    st.sampled_from([["x"], ["m"], ["n"], ["u"], NEW]),
    st.sampled_from(LINES).map(lambda line: ["e", line]),
    st.sampled_from(WORDS).map(lambda words: ["s", words]),
)


@pytest.fixture
def template(office: Path) -> Path:
    shutil.copy("yinuo.db", "template.db")
    return office


@settings(max_examples=examples(24), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(KEY, min_size=1, max_size=8), confirmed=st.integers(0, 20))
def test_whatever_was_pressed_is_undone_exactly(
    pressed: Pressed, template: Path, keys: list[list[str]], confirmed: int
) -> None:
    shutil.copy("template.db", "yinuo.db")
    before = ledger()
    once = [["y", "1", "2021-12-31"]] if confirmed <= len(keys) else []
    lines = [line for key in [*keys[:confirmed], *once, *keys[confirmed:]] for line in key]
    out = pressed(*lines, *["u"] * (len(lines) + 5))
    assert "确认0条，删除0条" in out
    assert ledger() == before


class Meanwhile:
    """Somebody who presses keys, and somebody else who runs commands in between."""

    def __init__(self, *acts: str | list[str]) -> None:
        self.acts = list(acts)

    def readline(self) -> str:
        while isinstance(self.acts[0], list):
            assert run(self.acts.pop(0)) == 0
        return f"{self.acts.pop(0)}\n"

    def isatty(self) -> bool:
        return False


def test_a_new_unit_that_others_use_by_now_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ["edit", SECOND, "--lead", "市财政局", "--reason", "分工"]
    monkeypatch.setattr("sys.stdin", Meanwhile("e", "l 市财政局", "y", other, "u", "q"))
    assert run(["review", "2031"]) == 0
    assert "市财政局" in said(capsys, "department", "list")[1]
    ledger()


# -- editing ---------------------------------------------------------------------------------------------------


def test_several_fields_at_once(pressed: Pressed, row: Callable[..., Any]) -> None:
    owners, rest = "l 市委政法委；s 1、市政務服務數據管理局", "d 2022-06-30;f 计划；k 未结；c 有经费"
    pressed("e", f"t 议事厅；覆盖；{owners}；{rest}；g 公厕：1→2座；护栏：3 公里", "q")
    found = row()
    assert (found["title"], found["kind"], found["strength"]) == ("议事厅；覆盖", "open_item", "planned")
    assert (found["lead"], found["support"]) == ("市委政法委", [LEAD, "市政務服務數據管理局"])
    assert (found["due_on"], found["condition"]) == ("2022-06-30", "有经费")
    targets = [(each["what"], each["baseline"], each["goal"], each["unit"]) for each in found["targets"]]
    assert targets == [("公厕", 1, 2, "座"), ("护栏", 0, 3, "公里")]
    pressed("e", "s -；d -；c -；g -", "q")
    found = row()
    assert (found["support"], found["due_on"], found["condition"], found["targets"]) == ([], None, "", [])
    ledger()


def test_the_bounds_of_a_quote_follow_its_words(
    pressed: Pressed, row: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    out = pressed("e", "q 我市在…議事廳覆蓋率", "q")
    quote = "我市在社區協商、社區服務等方面形成可推廣、可復制的經驗做法,實現社區議事廳覆蓋率"
    assert row()["quote"] == quote
    assert f"至2022年底,【{quote}】達到95%" in out
    assert f"【{FIRST} {quote}】" in said(capsys, "letter", "show", "2031", "--source")[1]
    pressed("e", "q 明确工作目标...95%", "q")
    assert row()["quote"].startswith("明確工作目標。至2022年底")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("z 3", "看不懂“z 3”"), ("d", "看不懂“d”"), ("d 某日", "某日"),
        ("f 强", "力度"), ("k 民生", "类别"), ("l 9", "没有编号9"), ("g 公厕", "公厕"),
        ("g 公厕：2座；公厕：3座", "“公厕”写了两次"),
        ("q 本函没有…的话", "没有这样起止的一段"), ("q 一是健全…社區治理體系", "没有这样起止的一段"),
        ("c 甲；c 乙", "“c”写了两次"),
        ("d 2021-01-01", "早于答复函落款日期"), ("l 1；s 1", "不能同时会办"), ("g 公厕：9999999999999999座", "公厕"),
    ],
)  # fmt: skip
def test_one_wrong_field_changes_nothing(pressed: Pressed, wrong: str, why: str) -> None:
    before = ledger()
    out = pressed("e", f"t 议事厅；{wrong}", "u", "q")
    assert why in out
    assert "没有可退回的操作" in out
    assert ledger() == before


def test_an_accepted_date_keeps_how_it_was_read(pressed: Pressed, row: Callable[..., Any]) -> None:
    before = row("2021-2031-04")
    assert "期限是否如此" in pressed("n", "n", "n", "y", "", "q")
    after = row("2021-2031-04")
    assert [after[key] for key in ("due_on", "due_basis", "due_rule")] == [
        before[key] for key in ("due_on", "due_basis", "due_rule")
    ]


# -- units -----------------------------------------------------------------------------------------------------


def test_units_of_the_letter_are_offered_by_number(pressed: Pressed, row: Callable[..., Any]) -> None:
    out = pressed("y", "2", "q")
    assert "1 寧川市民政局  2 市委政法委  3 市政務服務數據管理局" in out
    assert (row()["lead"], row()["owner_basis"], row()["state"]) == ("市委政法委", "assigned", "open")


@pytest.mark.parametrize("typed", ["市民政局", "寧川市民政局", "宁川市民政局", "民局"])
def test_a_unit_is_known_by_each_of_its_names(
    pressed: Pressed, row: Callable[..., Any], capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    assert said(capsys, "department", "edit", LEAD, "--short-name", "民局", "--reason", "简称")[0] == 0
    pressed("y", typed, "q")
    assert row()["lead"] == LEAD


def test_near_names_are_offered_before_a_new_unit(pressed: Pressed, row: Callable[..., Any]) -> None:
    out = pressed("e", "l 政法", "2", "q")
    assert "没有叫 政法 的部门。输入编号选用，y 登记为新部门，n 作罢" in out
    assert row()["lead"] == "市委政法委"


def test_at_most_nine_are_offered_near_names_among_them(
    pressed: Pressed, row: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{place}区政府" for place in "甲乙丙丁戊己庚辛壬"]
    for name in [*names, "市水务局"]:
        assert said(capsys, "department", "add", name)[0] == 0
    pressed("e", f"s {'、'.join(names)}", "q")
    out = pressed("e", "l 水务", "9", "q")
    assert "9 市水务局" in out
    assert "10 " not in out.split("9 市水务局")[1].split("\n")[0]
    assert row()["lead"] == "市水务局"


def test_edits_and_a_new_department(pressed: Pressed, row: Callable[..., Any]) -> None:
    lead, rest = ("e", "l 市财政局"), ("e", "t 议事厅覆盖", "e", "d 2022-06-30", "y", "q")
    assert "没有名为 市财政局 的部门" in pressed(*lead, "n", *lead, "y", *rest)
    found = row()
    assert (found["lead"], found["title"], found["due_on"], found["state"]) == (
        "市财政局", "议事厅覆盖", "2022-06-30", "open",
    )  # fmt: skip


# -- the end ---------------------------------------------------------------------------------------------------


def test_the_end_says_what_was_confirmed_who_is_not_reached_and_what_is_overdue(
    pressed: Pressed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "department", "edit", LEAD, "--mailbox", "mzj@nc.example", "--reason", "登记")[0] == 0
    out = pressed("e", "d 2021-08-10；t 议事厅", "y", "2", "y", "x", "q")
    assert f"{FIRST}\t议事厅\t市委政法委\t2021-08-10\n{SECOND}\t" in out
    assert "确认2条，删除1条，尚余7条待确认\n" in out
    assert f"已经逾期1条：{FIRST}\n" in out
    assert "没有邮箱、暂收不到邮件的单位1个：市委政法委\n" in out
    assert out.endswith("接下来请执行 tracker review 2031\n")


def test_when_nothing_is_left_the_end_says_what_comes_next(
    pressed: Pressed, capsys: pytest.CaptureFixture[str]
) -> None:
    out = pressed("y", "1", *["x"] * 9)
    assert out.endswith(f"接下来请执行 tracker department edit {LEAD} --mailbox 邮箱地址\n")
    assert said(capsys, "department", "edit", LEAD, "--mailbox", "mzj@nc.example", "--reason", "登记")[0] == 0
    assert pressed().endswith("接下来请执行 tracker due，查看今后的提醒\n")


def test_the_end_of_input_in_a_question_does_nothing_by_itself(pressed: Pressed) -> None:
    before = ledger()
    assert "确认0条" in pressed("n", "n", "n", "y")
    assert ledger() == before


def test_what_somebody_else_decided_meanwhile_is_said_and_passed_over(
    row: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    third, fourth = "2021-2031-03", "2021-2031-04"
    keys = Meanwhile("n", "y", ["drop", SECOND, "--yes"], "y", ["confirm", fourth, "--quiet"], "y", "u", "u", "q")
    monkeypatch.setattr("sys.stdin", keys)
    capsys.readouterr()
    assert run(["review", "2031"]) == 0
    said = capsys.readouterr()
    assert f"没有编号为 {SECOND} 的承诺事项" in said.err
    assert f"{SECOND} 已由别人处理，不再是待确认事项" in said.err
    assert "确认0条" in said.err
    assert (row(third)["state"], row(fourth)["state"]) == ("draft", "open")


# -- a real terminal -------------------------------------------------------------------------------------------


def at_a_terminal(folder: Path, keys: list[bytes]) -> tuple[int, str]:
    """Press keys, each once the program asks; the last may be a signal by name. Return the exit status and the text."""
    child, terminal = pty.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # what runs in the background has it ignored
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "tracker", "review", "2031"])  # noqa: S606
    text = ""
    for key in keys:
        text += until_asked(terminal)
        if key == b"closed":
            os.close(terminal)
            return os.waitpid(child, 0)[1], text
        os.write(terminal, key)
    while part := heard(terminal):
        text += part
    os.close(terminal)
    return os.waitpid(child, 0)[1], text


def until_asked(terminal: int) -> str:
    text = ""
    while not text.rstrip(" ").endswith((">", ":")):
        text += heard(terminal)
    return text


def heard(terminal: int) -> str:
    ready, _, _ = select.select([terminal], [], [], 30)
    assert ready, "nothing was said"
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # the other side is closed
        return ""


@pytest.mark.parametrize(
    ("last", "code", "confirmed"),
    [(b"q", 0, 1), (b"\x04", 0, 1), (b"\x03", 130, 0), (b"closed", -signal.SIGHUP, 0)],
)
def test_however_a_review_ends_nothing_is_half_done(office: Path, last: bytes, code: int, confirmed: int) -> None:
    status, text = at_a_terminal(office, [b"n", b"x", b"\n", last])
    assert os.waitstatus_to_exitcode(status) == code
    assert ("没有确认，仍是待确认事项" in text) == (last == b"\x03")
    states = [facts[0] for facts in ledger()[0]]
    assert len(states) == COUNT - 1
    assert sum("open" in state for state in states) == confirmed


@pytest.mark.parametrize("last", [b"\x03", b"\x04"])
def test_a_question_that_is_broken_off_changes_nothing(office: Path, last: bytes) -> None:
    before = ledger()
    at_a_terminal(office, [b"e", last])
    assert ledger() == before
    at_a_terminal(office, [b"y", last])
    assert ledger() == before


# -- what else to look at --------------------------------------------------------------------------------------


def test_what_was_not_taken_comes_last_and_one_key_takes_it(
    pressed: Pressed, capsys: pytest.CaptureFixture[str], office: Path
) -> None:
    file = office / "more.txt"
    words = "有市民建议将来逐步开放操场，需要进一步研究论证。"
    sure = "我局将于2022年12月底前疏通河道3公里。"
    file.write_text(LETTER.replace(sure, f"{sure}\n{words}"), encoding="utf-8")
    run(["import", str(file)])
    before = len(listed(capsys))
    shown = pressed("n", "1", "u", "", letter="宁水案〔2022〕8号")
    assert "另请查看" in shown
    assert "操场" in shown
    assert len(listed(capsys)) == before
    pressed("n", "1", "n", "", letter="宁水案〔2022〕8号")
    taken = [row for row in listed(capsys) if "操场" in str(row["title"])]
    assert [row["state"] for row in taken] == ["draft"]
    assert said(capsys, "history", "verify")[0] == 0
