"""One letter, one department, one ref, however they are typed."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from commitments import schema
from commitments.errors import AlreadyExists, AmbiguousLetter, NoSuchLetter, SameNumber
from commitments.models import Commitment, Letter
from commitments.queries import lookup
from commitments.register import departments, letters, opening
from commitments.storage import open_engine, reading, writing
from commitments.text.canonical import name_key, number_key, ref_key
from tests.commitments.ledger_desk import Desk
from tests.conftest import Scene
from tests.ledgers import migrate, wipe

NUMBER = "穗民案〔2019〕89号"
SPELLINGS = [
    NUMBER, "穗民案﹝2019﹞89号", "穗民案［2019］89号", "穗民案[2019]89號", "穗民案（２０１９）８９号",
    "穗民案【2019】 89 号",    "穗民案〔2019〕\u300089\u00a0号", "穗民案{2019}89号", "穗民案〖2019〗89號",
    "\ufeff穗民案〔2019〕89号\u200b", "穗民案<2019>89号", "穗民案〔2019〕第89号", "穗民案〔2019〕089号",
    "穗民案〔2019〕八十九号", "穗民案〔2019〕89", "穗民案〔二〇一九〕第八十九號", "穗民案〔二O一九〕八九号",
    "穗民案〔二零一九年〕捌拾玖号", "穗民案〔2019年〕第 ００８９ 号", "穗民案（２０１９）第八拾九",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_has_one_key(spelling: str) -> None:
    assert number_key(spelling) == number_key(NUMBER)


@pytest.mark.parametrize(
    "other",
    [
        "穗民案〔2019〕98号", "穗民案〔2020〕89号", "穗民建〔2019〕89号", "穗民案〔2019〕8号", "穗民案〔2019〕890号",
        "穗民案〔2019〕89-2号", "穗民案〔2019〕89号之一", "穗民案〔2019〕附89号", "穗民案〔19〕89号",
        "穗民案〔2019〕号", "穗民案〔2019〕八十九十号", "穗民案号〔2019〕89号", "穗民案89号", "89", "第89号",
    ],
)  # fmt: skip
def test_another_number_has_another(other: str) -> None:
    assert number_key(other) != number_key(NUMBER)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("第1007号", "1007"), ("1007號", "1007"), ("01007", "1007"), ("一千零七", "1007"), ("一〇〇七号", "1007"),
        ("０７２", "72"), ("第十四号", "14"), ("廿一", "21"), ("卅", "30"), ("两百一十", "210"), ("一百十三", "113"),
        ("一百零三", "103"), ("壹佰零叁", "103"), ("000", "0"), ("建〔2019〕1—2", "建〔2019〕1-2号"),
        ("十四五", "十四五"), ("一百三", "一百三"), ("十百", "十百"), ("千", "千"), ("DH0271", "dh0271"),
        ("闭08", "闭08"), ("一号工程办〔2019〕003号", "一号工程办〔2019〕3号"),
        ("十四五办〔2019〕十四五号", "十四五办〔2019〕十四五号"),
        ("5O", "5o"), ("OO", "oo"), ("建（2018）市〔2019〕第07号", "建〔2018〕市〔2019〕7号"),
    ],
)  # fmt: skip
def test_a_running_number_is_read_by_its_value(typed: str, key: str) -> None:
    assert number_key(typed) == key


running = st.integers(1, 9999)


@given(st.integers(1949, 2199), running, st.integers(0, 3), st.sampled_from(["第{}号", "{}号", "{}", "第{}號"]))
def test_every_way_to_write_a_number_is_one(year: int, n: int, noughts: int, form: str) -> None:
    signs = str.maketrans("0123456789", "〇一二三四五六七八九")
    years = (str(year), str(year).translate(signs))
    numbers = ("0" * noughts + str(n), str(n).translate(signs), spelt(n))
    written = {number_key(f"建〔{y}〕{form.format(x)}") for y in years for x in numbers}
    assert written == {f"建〔{year}〕{n}号"}
    assert {number_key(form.format(x)) for x in numbers} == {str(n)}


@given(running, running, st.data())
def test_two_numbers_are_never_one(one: int, two: int, data: st.DataObject) -> None:
    ways = [data.draw(st.sampled_from([str(n), f"第{n:05}号", spelt(n)])) for n in (one, two)]
    assert (number_key(f"建〔2019〕{ways[0]}") == number_key(f"建〔2019〕{ways[1]}")) == (one == two)


def spelt(n: int) -> str:
    """Write a number as it is spoken: 一千零二十, 十九."""
    words, places = "零一二三四五六七八九", ("千", "百", "十", "")
    said = "".join(words[int(d)] + (place if d != "0" else "") for d, place in zip(f"{n:04}", places, strict=True))
    return re.sub("^一十", "十", re.sub("零+", "零", said).strip("零"))


@given(st.text() | st.text("〔〕第号-0189〇零一二十百千廿两o年建", max_size=12))
def test_keys_are_keys_of_themselves(text: str) -> None:
    assert number_key(number_key(text)) == number_key(text)
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_letter_is_found_and_not_entered_twice(quick: Scene, spelling: str) -> None:
    with reading(quick.engine) as session:
        assert lookup.find_letter(session, spelling).document_number == NUMBER
        assert lookup.find_letter(session, "１００７").document_number == NUMBER
    with pytest.raises(AlreadyExists, match="穗民案〔2019〕89号"):
        second(quick, spelling)


def test_the_database_itself_has_each_number_once(quick: Scene) -> None:
    with pytest.raises(AlreadyExists):
        again(quick, "穗民案[2019]89號")


def again(scene: Scene, number: str) -> None:
    """Write a letter past the register."""
    with writing(scene.engine) as session:
        first = session.query(Letter).one()
        units = {"proposing_unit": first.proposing_unit, "replying_unit": first.replying_unit}
        session.add(Letter(document_number=number, proposal_number="1", signed_on=date(2019, 1, 1), **units))


def test_a_proposal_number_of_two_letters_is_asked_about(quick: Scene) -> None:
    second(quick, "穗民建〔2019〕12号")
    with reading(quick.engine) as session, pytest.raises(AmbiguousLetter) as asked:
        lookup.find_letter(session, "1007")
    for told in (asked.value.message("zh-Hans"), str(asked.value)):
        assert NUMBER in told
        assert "穗民建〔2019〕12号" in told
    with reading(quick.engine) as session:
        assert lookup.find_letter(session, "穗民建[2019]12號").document_number == "穗民建〔2019〕12号"
        with pytest.raises(NoSuchLetter):
            lookup.find_letter(session, "")


def test_a_document_number_wins_over_a_proposal_number(quick: Scene) -> None:
    second(quick, "1007")
    with reading(quick.engine) as session:
        assert lookup.find_letter(session, "1007").document_number == "1007"


def test_refs_of_two_letters_never_look_alike(quick: Scene) -> None:
    first = quick.add()
    numbers = ("穗民建〔2019〕12号", "穗民案〔2019〕90号", "穗民案〔2020〕1号")
    dates = (date(2019, 7, 1), date(2019, 8, 1), date(2020, 2, 1))
    refs = [second(quick, number, signed_on=day) for number, day in zip(numbers, dates, strict=True)]
    assert (first, refs) == ("2019-1007-01", ["2019-1007b-01", "2019-1007c-01", "2020-1007-01"])


def test_a_mark_is_never_another_proposals_number(quick: Scene) -> None:
    assert second(quick, "穗民案〔2019〕91号", proposal_number="1007b") == "2019-1007b-01"
    assert second(quick, "穗民建〔2019〕12号") == "2019-1007c-01"


@pytest.mark.parametrize(
    "typed", ["2019-1007-01", "2019–1007–01", "２０１９－１００７－０１", " 2019—1007-01 ", "2019−1007-01"]
)
def test_a_ref_is_found_whatever_dashes_were_typed(quick: Scene, typed: str) -> None:
    quick.add()
    assert ref_key(typed) == "2019-1007-01"
    with reading(quick.engine) as session:
        assert lookup.find(session, typed).ref == "2019-1007-01"


@pytest.mark.parametrize("typed", ["市民政局", "市民 政局", "市民政局\u3000", "市民政局\u200b"])
def test_a_department_is_one_however_typed(quick: Scene, typed: str) -> None:
    with reading(quick.engine) as session:
        assert lookup.find_department(session, typed).name == "市民政局"
    with pytest.raises(AlreadyExists):
        quick.do(lambda register: departments.add_department(register, typed))


def test_traditional_signs_name_the_same_department(quick: Scene) -> None:
    with reading(quick.engine) as session:
        assert lookup.find_department(session, "市委政法委").name == "市委政法委"
        assert lookup.find_department(session, "各區政府").name == "各区政府"


UNIT = (
    "INSERT INTO department (id, name, short_names, mailbox, escalation, locale) VALUES (1, '甲', '[]', '', '', 'en')"
)
TWICE = (
    "INSERT INTO letter (id, document_number, proposal_number, proposal_title, session, proposing_unit_id,"
    " replying_unit_id, signed_on, class_mark, contact, source_sha256)"
    " VALUES (:id, :number, '1007', '', '', 1, 1, '2019-06-26', '', '', '')"
)


def test_letters_entered_twice_before_both_go_on(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/old.db", create=True)
    with engine.begin() as connection:
        migrate(connection, "0004")
        connection.execute(text(UNIT))
        for id_, number in ((1, "穗民案〔2019〕89号"), (2, "穗民案〔2019〕89號")):
            connection.execute(text(TWICE), {"id": id_, "number": number})
    schema.upgrade(engine)
    assert keys(engine) == ["穗民案〔2019〕89号", "穗民案〔2019〕89号#2"]
    engine.dispose()


TWINS = ["穗民案〔2019〕第89号", "穗民案〔2019〕089号", "穗民建〔2019〕第7号", "穗民案〔2020〕89号"]


@pytest.fixture
def twins(engine: Engine) -> Engine:
    """A ledger with letters that were two while 第 and noughts counted, upgraded."""
    wipe(engine)
    with engine.begin() as connection:
        migrate(connection, "0007")
        connection.execute(text(UNIT))
        for id_, number in enumerate(TWINS, 1):
            values = {"id": id_, "number": number, "key": number}
            connection.execute(text(TWICE.replace("id,", "number_key, id,", 1).replace(":id", ":key, :id", 1)), values)
    schema.upgrade(engine)
    return engine


def test_letters_that_become_one_number_both_go_on(twins: Engine) -> None:
    assert keys(twins) == ["穗民案〔2019〕89号", "穗民案〔2019〕089号", "穗民建〔2019〕7号", "穗民案〔2020〕89号"]
    with reading(twins) as session:
        for number in TWINS:
            assert lookup.find_letter(session, number).document_number == number
        with pytest.raises(SameNumber, match=TWINS[1]):
            lookup.find_letter(session, "穗民案〔2019〕八十九号")


def test_ledger_files_tell_such_letters_apart(twins: Engine, tmp_path: Path) -> None:
    desk = Desk(twins, tmp_path)
    rows = "".join(f"{number},一是,{number},甲\n" for number in TWINS)
    assert len(desk.load(f"letter,ordinal,title,lead\n{rows}", "l.csv").added) == len(TWINS)
    assert desk.load(f"letter,ordinal,title,lead\n{rows}", "l.csv").unchanged == len(TWINS)


def keys(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(text("SELECT number_key FROM letter ORDER BY id")))


def second(scene: Scene, number: str, proposal_number: str = "1007", signed_on: date = date(2019, 7, 1)) -> str:
    """Enter another letter with one commitment; return its ref."""
    refs = []

    def enter(register: Any) -> None:
        unit, own = (lookup.find_department(register.session, name) for name in ("市台联", "市民政局"))
        letter = letters.add_letter(
            register, document_number=number, proposal_number=proposal_number, proposing_unit=unit, replying_unit=own,
            signed_on=signed_on,
        )  # fmt: skip
        register.session.flush()
        refs.append(opening.add(register, Commitment(ref="", letter=letter, title="甲", lead=own)).ref)

    scene.do(enter)
    return refs[0]
