"""Ledger files in and out: what is loaded, what differs, what is dumped."""

import csv
import io
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import as_file, files
from operator import itemgetter
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from commitments import storage
from commitments.errors import LedgerDiffers
from commitments.history import chain
from commitments.models import KINDS, STRENGTHS, HistoryEntry
from tests.commitments.ledger_desk import DEPARTMENTS, HEAD, LETTER, NUMBER, ONE, TODAY, Desk
from tests.ledgers import new_engine
from tests.thorough import examples


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


# -- loading -------------------------------------------------------------------------------------------------


def demo() -> str:
    with as_file(files("tracker.demo") / "letter-1007.toml") as file:
        return file.read_text("utf-8")


def test_the_first_letter_loads_and_loads_again_unchanged(desk: Desk) -> None:
    first = desk.load(demo())
    entries = desk.count(HistoryEntry)
    second = desk.load(demo())
    assert first.added == [f"2019-1007-{n:02}" for n in range(1, 12)]
    assert (first.departments, first.letters, first.unchanged) == (7, 1, 0)
    assert (second.added, second.updated, second.unchanged) == ([], [], 11)
    assert (second.departments, second.letters) == (0, 0)
    assert desk.count(HistoryEntry) == entries == 7 + 1 + 11


def test_every_row_has_its_history_and_the_chain_holds(desk: Desk) -> None:
    desk.load(demo())
    with storage.reading(desk.engine) as session:
        reasons = set(session.scalars(select(HistoryEntry.reason)))
        assert chain.verify(session).seq == 19
    assert reasons == {'@ledger_load {"file": "ledger.toml"}'}


def test_document_numbers_get_six_cornered_brackets(full: Desk) -> None:
    assert full.one().letter.document_number == NUMBER


def test_without_a_deadline_there_is_a_review_date(full: Desk) -> None:
    assert (full.one().due_on, full.one().review_on) == (None, date(2020, 10, 1))


@pytest.mark.parametrize(("due_text", "basis"), [("至2019年底", "stated"), ("", "set")])
def test_a_deadline_without_basis_says_where_it_comes_from(desk: Desk, due_text: str, basis: str) -> None:
    desk.load(LETTER + DEPARTMENTS + ONE + f'due_text = "{due_text}"\ndue_on = "2019年12月31日"')
    assert (desk.one().due_on, desk.one().due_basis) == (date(2019, 12, 31), basis)


def test_what_was_closed_long_ago_is_told_to_nobody(desk: Desk) -> None:
    closed = 'state = "closed"\noutcome = "kept"\nclosed_on = 2019-11-01\nfirst_due_on = 2019-10-31\n'
    drafted = ONE.replace("一是", "二是") + 'state = "draft"\n'
    desk.load(LETTER + DEPARTMENTS + ONE + closed + drafted)
    one, two = desk.one(), desk.one("2019-1007-02")
    assert (one.closed_on, one.next_action_on, one.first_due_on) == (
        date(2019, 11, 1),
        None,
        date(2019, 10, 31),
    )
    assert (two.state, two.opened_at, two.next_action_on) == ("draft", None, None)
    desk.load(LETTER + DEPARTMENTS + ONE.replace("甲", "乙") + closed, update=True)
    assert (desk.one().title, desk.one().next_action_on) == ("乙", None)


def test_running_numbers_follow_the_refs_of_the_file(desk: Desk) -> None:
    rows = ONE + ONE.replace("一是", "二是") + 'ref = "2019-1007-05"\n'
    assert desk.load(LETTER + DEPARTMENTS + rows).added == ["2019-1007-05", "2019-1007-06"]


def test_several_letters_in_one_file(desk: Desk) -> None:
    first = LETTER.replace("[letter]", "[[letter]]")
    second = first.replace("89号", "90号").replace("1007", "1008")
    rows = ONE + f'letter = "{NUMBER}"\n' + ONE + 'letter = "穗民案（2019）90号"\n'
    assert desk.load(first + second + DEPARTMENTS + rows).added == ["2019-1007-01", "2019-1008-01"]
    assert "commitment 1 (line 24) letter: is missing" in desk.rejected(first + second + DEPARTMENTS + ONE)


# -- differences ---------------------------------------------------------------------------------------------


def test_a_changed_row_is_shown_and_taken_only_with_update(full: Desk) -> None:
    changed = ONE.replace("甲", "乙") + 'support = ["组织部"]\ndue_on = 2019-12-31\ndue_basis = "derived"\n'
    with pytest.raises(LedgerDiffers) as caught:
        full.load(LETTER + DEPARTMENTS + changed)
    assert caught.value.differences == [
        "2019-1007-01 title: 甲 → 乙",
        "2019-1007-01 support: — → 市委组织部",
        "2019-1007-01 due_on: — → 2019-12-31",
        "2019-1007-01 due_basis: — → derived",
    ]
    assert full.one().title == "甲"
    assert full.load(LETTER + DEPARTMENTS + changed, update=True).updated == ["2019-1007-01"]
    one = full.one()
    assert (one.title, one.due_basis, one.review_on, one.next_action_on) == ("乙", "derived", None, TODAY)
    assert [department.name for department in one.support] == ["市委组织部"]
    assert full.load(LETTER + DEPARTMENTS + changed).unchanged == 1


def test_letters_departments_and_targets_differ_too(full: Desk) -> None:
    target = '[[commitment.target]]\nwhat = "社区"\nunit = "%"\ngoal = 10\n'
    full.load(LETTER + DEPARTMENTS + ONE + target, update=True)
    changed = (LETTER + 'contact = "办公室"\n' + DEPARTMENTS + ONE + target).replace("10", "12").replace("mzj@", "m@")
    changed = changed.replace("1207", "1007")
    with pytest.raises(LedgerDiffers) as caught:
        full.load(changed)
    assert caught.value.differences == [
        "市民政局 mailbox: mzj@gz.example → m@gz.example",
        f"{NUMBER} contact: — → 办公室",
        "2019-1007-01 target 社区 goal: 10.0 → 12.0",
    ]
    loaded = full.load(changed, update=True)
    assert (loaded.departments, loaded.letters, loaded.updated) == (1, 1, ["2019-1007-01"])
    assert [(t.what, t.unit, t.goal) for t in full.one().targets] == [("社区", "%", 12)]


def test_a_key_left_out_says_nothing(full: Desk) -> None:
    full.load(LETTER + DEPARTMENTS + ONE + 'condition = "待批复后"\n', update=True)
    assert full.load(LETTER + DEPARTMENTS + ONE).unchanged == 1
    assert full.one().condition == "待批复后"


def test_no_file_closes_what_stands(full: Desk) -> None:
    closed = ONE + 'state = "closed"\noutcome = "kept"\nclosed_on = 2019-11-01\n'
    told = full.rejected(LETTER + DEPARTMENTS + closed, update=True)
    assert "commitment 1 (line 22) state: 2019-1007-01 has open, the file closed" in told
    assert full.one().state == "open"


# -- CSV -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_spreadsheets(full: Desk, encoding: str) -> None:
    row = f'{NUMBER},二是,"出台村居事项清单\n和准入制度",市民政局,组织部；市台联,2019/12/31\n'
    told = full.rejected((HEAD + row).encode(encoding), "l.csv")
    assert told == "line 2 title: holds a line break or a tab; write it on one line."
    assert full.load((HEAD + row.replace("\n和", "和")).encode(encoding), "l.csv").added == ["2019-1007-02"]
    two = full.one("2019-1007-02")
    assert (two.title, two.due_on, len(two.support)) == ("出台村居事项清单和准入制度", date(2019, 12, 31), 2)


def test_csv_in_traditional_characters_and_gb18030(full: Desk) -> None:
    row = f"{NUMBER},二是,關於構建協同、打造智慧社區的聯席會議機制,市民政局,,2019/12/31\n"
    assert full.load((HEAD + row).encode("gb18030"), "l.csv").added == ["2019-1007-02"]


def test_csv_mistakes_name_the_line_where_a_row_begins(full: Desk) -> None:
    fine = f"{NUMBER},二是,甲,市民政局,组织部;组织部,\n,,,,,\n"
    bad = f'{NUMBER},三是,"甲\n乙",市民政局,,\nx,四是,甲,无此局,,2019-2-30\n'
    assert full.rejected(HEAD + fine + bad, "l.csv").splitlines() == [
        "line 4 title: holds a line break or a tab; write it on one line.",
        "line 6 due_on: 2019-2-30 is not a day of the calendar; write it like 2019-12-31.",
        "line 6 lead: there is no department 无此局; add the department or correct the name.",
        "line 6 letter: there is no letter x; give its document number (文号), or add the letter first.",
    ]


def test_formulas_are_disarmed_and_come_back(full: Desk) -> None:
    titles = ["=1+1", "'=1", "+8", "-", "@x", "＝甲", "'甲", "''-"]
    full.load("".join(ONE.replace("甲", title).replace("一是", f"第{n}") for n, title in enumerate(titles)) + LETTER)
    text = full.dump("csv")
    cells = [row["title"] for row in csv.DictReader(io.StringIO(text))]
    assert cells == ["甲", "'=1+1", "''=1", "'+8", "'-", "'@x", "'＝甲", "'甲", "'''-"]
    assert full.load(text.encode("utf-8-sig"), "back.csv").unchanged == 9


# -- dumping -------------------------------------------------------------------------------------------------


def test_one_letter_is_dumped_with_its_departments_only(desk: Desk) -> None:
    desk.load(demo() + '[[department]]\nname = "市水务局"\n')
    dumped = tomllib.loads(desk.dump("toml", "1007"))
    assert dumped["letter"]["document_number"] == NUMBER
    assert [row["ref"] for row in dumped["commitment"]] == [f"2019-1007-{n:02}" for n in range(1, 12)]
    assert "市水务局" not in {row["name"] for row in dumped["department"]}
    assert "市水务局" in desk.dump("toml")


def test_json_is_one_object_with_a_schema(full: Desk) -> None:
    dumped = json.loads(full.dump("json"))
    assert dumped["schema"] == 1
    assert (dumped["letters"][0]["signed_on"], dumped["commitments"][0]["due_on"]) == ("2019-06-26", None)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8)
days = st.dates(date(2019, 6, 26), date(2030, 1, 1))
figures = st.floats(0, 1e9, allow_nan=False).map(lambda figure: round(figure, 6))
dated = st.fixed_dictionaries(
    {"due_on": days, "due_basis": st.sampled_from(["stated", "derived", "assumed", "set"]), "due_rule": texts}
)
reviewed = st.fixed_dictionaries({"review_on": days, "condition": texts})
closed = st.fixed_dictionaries(
    {"state": st.just("closed"), "outcome": st.sampled_from(["kept", "merged"]), "closed_on": st.just(TODAY)}
)
others = st.sampled_from([{}, {"state": "draft"}, {"state": "reported_done", "reported_done_on": TODAY}])
rows = st.fixed_dictionaries(
    {
        "title": texts.filter(bool),
        "quote": texts,
        "kind": st.sampled_from(KINDS),
        "strength": st.sampled_from(STRENGTHS),
        "support": st.lists(st.sampled_from(["市委组织部", "市台联"]), unique=True),
        "target": st.lists(
            st.fixed_dictionaries({"what": texts.filter(bool), "unit": texts, "baseline": figures, "goal": figures}),
            max_size=3,
            unique_by=itemgetter("what"),
        ),
    }
)


@given(st.lists(st.tuples(rows, dated | reviewed, closed | others), max_size=4))
@settings(max_examples=examples(25), deadline=None)
def test_what_is_dumped_loads_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[dict[str, object], ...]]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    one, two = (Desk(new_engine(folder / f"{n}.db"), folder) for n in (1, 2))
    commitments = [
        {"ordinal": str(n), "lead": "市民政局", **row, **dates, **state} for n, (row, dates, state) in enumerate(drawn)
    ]
    one.load(tomli_w.dumps({**tomllib.loads(LETTER + DEPARTMENTS), "commitment": commitments}))
    text = one.dump("toml")
    two.load(text)
    assert two.dump("toml") == text
    assert two.dump("json") == one.dump("json")
    assert two.load(one.dump("csv").encode("utf-8-sig"), "l.csv").unchanged == len(drawn)
    for desk in (one, two):
        desk.engine.dispose()
