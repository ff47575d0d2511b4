"""Letters as they are: what a letter does not say stays empty, and is given later."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import Engine

from commitments import schema
from commitments.errors import LeadUnknown, NoIdentity
from commitments.history import replay
from commitments.letters.reading import read
from commitments.models import Commitment, Department, Letter
from commitments.queries import lookup
from commitments.register import editing, letter_import, letters, opening
from commitments.register.letter_import import Intake, LetterChanged, NotALetter
from commitments.storage import one_moment, reading
from tests.conftest import Scene
from tests.ledgers import migrate, wipe

OWN = "市教育局"
BEFORE = ("市民政局", "市委政法委", "各区政府", "市台联", "穗民案〔2019〕89号")  # which the scene has without a history
BARE = """关于增加学位的答复
一、我局将于今年10月底前在城东新建小学两所。
二、各乡镇将于6月底前完成摸底。
三、市财政局将于明年3月底前安排资金。
"""
NUMBERED = """关于市政协七届三次会议第118号提案的答复
贺知秋委员：
您提出的《关于增加城东学位的提案》收悉，现答复如下：
我局将于2022年10月底前在城东新建小学两所。
感谢您对我们工作的关心和支持。
汐南市教育局
2022年6月20日
"""


def brought(scene: Scene, content: str, **given: str) -> Intake:
    done: list[Intake] = []
    read_letter = read(content.encode(), "letter.txt")
    scene.do(lambda r: done.append(letter_import.import_letter(r, read_letter, "letter.txt", given, OWN)))
    return done[0]


def rows(scene: Scene, *columns: Any) -> Sequence[Any]:
    with reading(scene.engine) as session:
        query = (
            select(*columns).select_from(Commitment).join(Letter).join(Department, Commitment.lead_id == Department.id)
        )
        return session.execute(query.order_by(Commitment.ref)).all()


def corrected(scene: Scene, name: str, **new: object) -> list[str]:
    dated: list[str] = []

    def work(register: Any) -> None:
        letter = lookup.find_letter(register.session, name)
        dated.extend(letter_import.correct_letter(register, letter, "补充", new)[1])

    scene.do(work)
    return dated


def differences(scene: Scene) -> list[replay.Difference]:
    with one_moment(scene.engine) as session:
        return [each for each in replay.differences(session) if each.row not in BEFORE]


def test_a_letter_that_says_nothing_of_itself_comes_in(scene: Scene) -> None:
    done = brought(scene, BARE)
    assert done.missing == ["document_number", "proposal_number", "proposing_unit", "replying_unit", "signed_on"]
    with reading(scene.engine) as session:
        letter = lookup.find_letter(session, done.letter)
        empty = (letter.document_number, letter.proposal_number, letter.signed_on, letter.proposing_unit_id)
        assert (*empty, letter.replying_unit_id) == ("", "", None, None, None)
        assert letter.name.startswith("文本")
        assert not done.refs[0].startswith("20")
    assert brought(scene, BARE).repeated
    assert differences(scene) == []


def test_the_number_of_the_proposal_with_session_and_unit_is_an_identity(scene: Scene) -> None:
    done = brought(scene, NUMBERED)
    assert done.letter == "第118号（市政协七届三次会议，汐南市教育局）"
    assert done.missing == ["document_number"]
    with pytest.raises(LetterChanged, match="118"):
        brought(scene, NUMBERED.replace("两所", "三所"))


def test_groups_own_nothing_and_nobody_is_made_an_owner(scene: Scene) -> None:
    brought(scene, BARE)
    owned = {row.title: (row.name, row.owner_basis) for row in rows(
        scene, Commitment.title, Department.name, Commitment.owner_basis)}  # fmt: skip
    assert {name for name, _ in owned.values()} == {OWN, "市财政局"}
    assert next(basis for title, (_, basis) in owned.items() if "摸底" in title) == "unassigned"
    assert next(basis for title, (_, basis) in owned.items() if "资金" in title) == "stated"
    with reading(scene.engine) as session:
        assert session.scalars(select(Department).where(Department.name.contains("乡镇"))).all() == []


def test_whom_a_person_chooses_is_assigned(scene: Scene) -> None:
    ref = brought(scene, BARE).refs[1]

    def choose(register: Any) -> None:
        editing.edit(register, ref, "函中未写", lead=lookup.find_department(register.session, "市民政局"))

    scene.do(choose)
    scene.do(lambda r: opening.confirm(r, ref))
    assert dict(rows(scene, Commitment.ref, Commitment.owner_basis))[ref] == "assigned"


def test_a_date_given_later_dates_the_drafts_that_wait_for_it(scene: Scene) -> None:
    done = brought(scene, BARE)
    assert [row.due_on for row in rows(scene, Commitment.due_on)] == [None, None, None]
    assert corrected(scene, done.letter, signed_on=date(2019, 5, 20)) == done.refs
    days = [date(2019, 10, 31), date(2019, 6, 30), date(2020, 3, 31)]
    assert [row.due_on for row in rows(scene, Commitment.due_on)] == days
    assert differences(scene) == []


def test_drafts_of_our_own_follow_the_replying_unit_that_is_corrected(scene: Scene) -> None:
    done = brought(scene, BARE)

    def correct(register: Any) -> None:
        unit = lookup.find_department(register.session, "市民政局")
        letter = lookup.find_letter(register.session, done.letter)
        letter_import.correct_letter(register, letter, "补充", {"replying_unit": unit})

    scene.do(correct)
    leads = [row.name for row in rows(scene, Department.name)]
    assert leads == ["市民政局", "市民政局", "市财政局"]
    with pytest.raises(LeadUnknown):
        scene.do(lambda r: opening.confirm(r, done.refs[1]))
    assert differences(scene) == []


def test_what_a_person_decided_is_not_dated_anew(scene: Scene) -> None:
    done = brought(scene, BARE)
    scene.do(lambda r: editing.edit(r, done.refs[0], "会议定", due_on=date(2019, 9, 1)))
    scene.do(lambda r: opening.drop(r, done.refs[1]))
    assert corrected(scene, done.letter, signed_on=date(2019, 5, 20)) == [done.refs[2]]


def test_a_number_given_later_is_the_letters_name(scene: Scene) -> None:
    done = brought(scene, BARE)
    corrected(scene, done.letter, document_number="汐教函[2019]8号")
    with reading(scene.engine) as session:
        assert lookup.find_letter(session, "汐教函（2019）第8号").name == "汐教函〔2019〕8号"
    assert differences(scene) == []


def test_a_name_may_be_taken_by_another_letter_once_it_is_free(scene: Scene) -> None:
    """A slip of the number is corrected, and the letter that really bears it is entered."""
    first = brought(scene, BARE, document_number="汐教函〔2019〕8号")
    corrected(scene, first.letter, document_number="汐教函〔2019〕9号")
    scene.do(lambda r: letters.add_letter(r, document_number="汐教函〔2019〕8号", proposal_number="7"))
    corrected(scene, "汐教函〔2019〕9号", document_number="汐教函〔2019〕10号")
    assert differences(scene) == []


def test_what_is_no_letter_is_refused(scene: Scene) -> None:
    with pytest.raises(NotALetter, match=r"letter.txt"):
        brought(scene, "买菜：萝卜、白菜\n")


def test_a_letter_must_be_told_from_others(scene: Scene) -> None:
    with pytest.raises(NoIdentity):
        scene.do(lambda r: letters.add_letter(r, proposal_number="118"))


def test_units_consulted_stand_on_the_letter(scene: Scene) -> None:
    opening_line = "经会同市财政局、市发展改革委研究，现答复如下：\n"
    done = brought(scene, NUMBERED.replace("现答复如下：\n", opening_line))
    with reading(scene.engine) as session:
        assert lookup.find_letter(session, done.letter).co_units == ["市财政局", "市发展改革委"]
    assert differences(scene) == []


# -- what else to look at ----------------------------------------------------------------------------------------


SHELVED = """关于增加学位的答复
一、我局将于2019年10月底前在城东新建小学两所。
有市民建议将来逐步开放操场，需要进一步研究论证。
市教育局
2019年5月20日
"""


def test_what_else_to_look_at_becomes_a_draft_when_a_person_takes_it(scene: Scene) -> None:
    done = brought(scene, SHELVED)
    with reading(scene.engine) as session:
        letter = lookup.find_letter(session, done.letter)
        (found,) = letter_import.also_look_at(session, letter)
    assert "操场" in found.quote
    taken: list[str] = []
    scene.do(lambda r: taken.append(letter_import.take(r, lookup.find_letter(r.session, done.letter), found, OWN)))
    with reading(scene.engine) as session:
        row = lookup.find(session, taken[0])
        assert (row.state, row.quote) == ("draft", found.quote)
        assert letter_import.also_look_at(session, row.letter) == []
    assert differences(scene) == []


# -- ledgers of before -----------------------------------------------------------------------------------------


LEDGER = """
INSERT INTO department (id, name, short_names, mailbox, escalation, locale) VALUES (1, '甲', '[]', '', '', 'en');
INSERT INTO letter (id, document_number, number_key, proposal_number, proposal_title, session, proposing_unit_id,
 replying_unit_id, signed_on, class_mark, contact, source_sha256)
 VALUES (1, '甲〔2019〕1号', '甲〔2019〕1号', '7', '', '', 1, 1, '2019-06-26', '', '', '');
INSERT INTO commitment (id, ref, letter_id, section, kind, strength, title, quote, lead_id, owner_basis, due_text,
 due_rule, condition, state, closing_note, arming, version)
 VALUES (1, '2019-7-01', 1, '', 'pledge', 'firm', '事', '', 1, 'stated', '', '', '', 'draft', '', 1, 1);
INSERT INTO commitment_support (commitment_id, department_id) VALUES (1, 1)
"""


def test_a_ledger_of_before_keeps_its_rows_and_its_rules(engine: Engine) -> None:
    wipe(engine)
    with engine.begin() as connection:
        migrate(connection, "0008")
        for statement in LEDGER.split(";"):
            connection.execute(text(statement))
    schema.upgrade(engine)
    with reading(engine) as session:
        assert lookup.find_letter(session, "甲[2019]1号").name == "甲〔2019〕1号"
        assert session.scalars(select(Commitment.ref)).all() == ["2019-7-01"]
    for wrong in (
        "UPDATE commitment SET owner_basis = 'x'",
        "DELETE FROM letter",
        "INSERT INTO commitment_support VALUES (9, 1)",
    ):
        with pytest.raises(Exception, match=r"(?i)constraint"), engine.begin() as connection:
            connection.execute(text(wrong))
    with engine.begin() as connection:
        connection.execute(text("UPDATE letter SET signed_on = NULL, proposing_unit_id = NULL, document_number = ''"))
        connection.execute(text("UPDATE commitment SET owner_basis = 'unassigned'"))
    assert {each["name"] for each in inspect(engine).get_indexes("commitment")} >= {"ix_commitment_state_due"}
