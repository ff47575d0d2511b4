"""Ledger files with mistakes: each is named by row and key, and nothing is loaded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from commitments import storage
from commitments.errors import LedgerRejected
from commitments.exchange import load, text_files
from commitments.models import Department, HistoryEntry
from tests.commitments.ledger_desk import DEPARTMENTS, HEAD, LETTER, NUMBER, ONE, Desk, register
from tests.ledgers import new_engine


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    yield desk
    desk.engine.dispose()


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A letter, its departments and one commitment."""
    desk.load(LETTER + DEPARTMENTS + ONE)
    return desk


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("due_on = 2019-02-30", "due_on: 2019-02-30 is not a day of the calendar"),
        ('due_on = "2019年2月30日"', "due_on: 2019年2月30日 is not a day of the calendar"),
        ('due_on = "年底"', "due_on: 年底 is not a date"),
        ("due_on = 2019-12-31T10:00:00", "due_on: 2019-12-31 10:00:00 is not a date"),
        ("due_on = 2019-06-25", "due_on: 2019-06-25 lies before the letter's date 2019-06-26"),
        ("due_on = 2019-12-31\nreview_on = 2019-09-01", "review_on: stands beside due_on"),
        ('kind = "pledg"', "kind: 'pledg' is not one of pledge, open_item, target; perhaps pledge is meant"),
        ('strength = "strong"', "strength: 'strong' is not one of"),
        ('stregth = "firm"', "stregth: there is no such key; perhaps strength is meant"),
        ("quote = 5", "quote: 5 is not text"),
        (f'quote = "{"长" * 20_001}"', "quote: holds 20001 characters, more than 20000"),
        (r'quote = "a\u0000b"', "quote: holds the control character U+0000"),
        (r'condition = "a\u001bb"', "condition: holds the control character U+001B"),
        (r'due_text = "a\nb"', "due_text: holds a line break"),
        ('support = ["市民政局"]', "support: 市民政局 leads and cannot also support"),
        ('support = ["市委组织"]', "support: there is no department 市委组织; perhaps 市委组织部 is meant"),
        ("support = [1]", "support: 1 is not text"),
        ("support = 1", "support: 1 is not a list"),
        ('ref = ""', "ref: is empty"),
        ('[[commitment]]\ntitle = " "\nlead = "市民政局"', "commitment 2 (line 23) title: is missing"),
        ('ref = "a|b"', "ref: 'a|b' holds |"),
        ('state = "closed"', "outcome: is missing"),
        ("closed_on = 2019-12-31", "closed_on: belongs to a closed commitment only"),
        (
            'state = "reported_done"\nreported_done_on = 2031-01-01',
            "reported_done_on: 2031-01-01 lies in the future",
        ),
        ("due_from = 2019-07-01", "due_from: due_from, due_offset and due_on belong together"),
        ('due_offset = "soon"', "due_offset: 'soon' is not a distance"),
        ('letter = "别号"', "letter: there is no letter 别号"),
        ("target = 3", "target: is not a list of tables"),
        ('target = [{what = "甲", goal = -1}]', "target 1 (line 17) goal: -1 is negative"),
        ('target = [{what = "甲", goal = "many"}]', "target 1 (line 17) goal: 'many' is not a number"),
        ('target = [{what = "甲", goal = inf}]', "target 1 (line 17) goal: inf is not a number"),
        ('target = [{what = "甲", goal = 1e16}]', "goal: 10000000000000000 is beyond what is kept: at most"),
        ('target = [{what = "甲", goal = 99999999999999999999999999}]', "goal: 99999999999999999999999999 is beyond"),
        ('target = [{what = "甲", goal = 1, baseline = 0.1234567}]', "baseline: 0.1234567 is beyond what is kept"),
        ('target = [{what = "甲", goal = nan}]', "target 1 (line 17) goal: nan is not a number"),
        ('target = [{what = "甲"}]', "target 1 (line 17) goal: is missing"),
        (
            'target = [{what = "甲", goal = 1}, {what = "甲", goal = 2}]',
            "甲 stands already in commitment 1 target 1",
        ),
    ],
)
def test_every_mistake_is_named_by_row_and_key(desk: Desk, lines: str, told: str) -> None:
    problems = desk.rejected(LETTER + DEPARTMENTS + ONE + lines)
    assert problems.startswith("commitment ")
    assert told in problems
    assert desk.count(Department) == desk.count(HistoryEntry) == 0


def test_all_mistakes_come_at_once(desk: Desk) -> None:
    bad = (LETTER + DEPARTMENTS + ONE + ONE).replace("市民政局", "市民局", 1).replace("mzj@gz", "mzj gz")
    bad += "due_on = 2019-02-30\n[[comitment]]\n"
    assert desk.rejected(bad).splitlines() == [
        "comitment: there is no such table; perhaps commitment is meant.",
        "department 1 (line 11) mailbox: 'mzj gz.example' is not a mailbox: write one, like office@gz.example.",
        "commitment 2 (line 27) due_on: 2019-02-30 is not a day of the calendar; write it like 2019-12-31.",
        "letter 1 (line 6) replying_unit: there is no department 市民局; perhaps 市民政局 is meant.",
        (
            f"commitment 2 (line 24) ordinal: {NUMBER} 三 一是 stands already in commitment 1; "
            "tell the two apart or remove one."
        ),
    ]


def test_a_name_leads_to_one_department(desk: Desk) -> None:
    bad = LETTER + DEPARTMENTS + '[[department]]\nname = "组织部"\n[[department]]\nname = "市台联"\n'
    assert desk.rejected(bad).splitlines() == [
        "department 4 (line 18) name: 组织部 already means 市委组织部; choose another name.",
        "department 5 (line 20) name: 市台联 stands already in department 3; tell the two apart or remove one.",
    ]


def test_a_ref_stays_with_its_letter_and_place(full: Desk) -> None:
    other = LETTER.replace("89号", "90号") + ONE + 'ref = "2019-1007-01"\n'
    assert f"2019-1007-01 belongs to {NUMBER}" in full.rejected(other)
    assert "stands already as 2019-1007-01" in full.rejected(LETTER + ONE + 'ref = "2019-1007-09"\n')


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("l.toml", b"[letter\n", "the file is not TOML: "),
        ("l.toml", b"x = " + b"[" * 50_000, "the file is not TOML: "),
        ("l.toml", b"x = 1" + b"1" * 5000, "line 1: a number is too long"),
        ("l.toml", b"[letter]\nx = 0x" + b"f" * 9000, "line 2: a number is too long"),
        ("l.toml", b"[letter]\nx = [\n1,\n" + b"2" * 9000, "line 3: a number is too long"),
        ("l.toml", b"a." * 50_000 + b"a = 1", "line 1: a number is too long or a key has too many parts"),
        ("l.toml", b"\n['a'" + b" . 'a'" * 50_000 + b"]", "line 2: a number is too long or a key"),
        ("l.toml", b"x = {" + b"a." * 50_000 + b"a = 1}", "line 1: a number is too long or a key"),
        ("l.toml", b"commitment = 3\n", "commitment 1: 3 is not a table"),
        ("l.toml", "标题 = 1".encode("gb18030"), "line 1: the encoding is not UTF-8"),
        ("l.txt", b"", "the name must end in .toml, .csv or .xlsx"),
        ("l.toml", LETTER.encode("utf-16"), "the file is encoded in UTF-16; save it as UTF-8"),
        ("l.csv", HEAD.encode("utf-16"), "the file is encoded in UTF-16; save it as UTF-8"),
        ("l.csv", HEAD.replace(",", "\t").encode("utf-16") + b"x", "the file is encoded in UTF-16; save it as UTF-8"),
        (
            "l.csv",
            (HEAD + "穗民,一,關於構建協同開發標題,市民政局,,").encode("big5"),
            "line 2: the encoding is neither",
        ),
        (
            "l.csv",
            (HEAD + "x,一,きょうはよいてんき,y,,").encode("shift_jis"),
            "line 2: the encoding is neither",
        ),
        ("l.csv", (HEAD + "x,1,Département,y,,").encode("latin-1"), "line 2: the encoding is neither"),
        ("l.csv", b"", "line 1 letter: the column is missing"),
        (
            "l.csv",
            b"letter,title,leed,title\n",
            "line 1 leed: there is no such column; perhaps lead is meant",
        ),
        ("l.csv", b"letter,title,lead,title\n", "line 1 title: the column stands there 2 times"),
        ("l.csv", b"letter,title,lead\na,b\n", "line 2 lead: is missing; give it."),
        ("l.csv", b"letter,title,lead\na,b,c,d\n", "line 2: has more cells than there are headings"),
        ("l.csv", b'letter,title,lead\n"a,b\n', "line 2: not readable as CSV"),
        ("l.csv", b"letter,title,lead\n,b,c\n", "line 2 letter: is missing"),
    ],
)
def test_files_that_cannot_be_read_say_why(desk: Desk, name: str, content: bytes, told: str) -> None:
    assert told in desk.rejected(content, name)


def test_a_missing_file_and_limits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LedgerRejected, match="cannot be read: No such file"):
        text_files.read(desk.folder / "none.toml")
    monkeypatch.setattr(text_files, "MOST_ROWS", 2)
    assert "more than 2 rows; split it" in desk.rejected("letter,title,lead\n" + "a,b,c\n" * 3, "l.csv")
    assert "more than 2 rows; split it" in desk.rejected(ONE * 3)
    monkeypatch.setattr(text_files, "LARGEST", 10)
    assert "the file has 90 bytes, more than 10" in desk.rejected("#" * 90)


@pytest.mark.parametrize("name", ["pipe.toml", "pipe.csv", "pipe.xlsx"])
def test_nobody_waits_for_a_pipe(desk: Desk, name: str) -> None:
    os.mkfifo(desk.folder / name)
    with storage.writing(desk.engine) as session, pytest.raises(LedgerRejected) as caught:
        load.load(register(session), desk.folder / name)
    assert list(map(str, caught.value.problems)) == ["it is no regular file; name a file."]


def test_long_figures_in_words_are_words(desk: Desk) -> None:
    long = "0f" * 60
    desk.load(LETTER + DEPARTMENTS + ONE + f'quote = """{long}\n{long}"""\ncondition = "a.{"b." * 60}"\n')
