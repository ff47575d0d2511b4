"""What leaves the house is what holds: corrections told as corrections, no names of persons, no personal data."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from commitments.models import Target
from commitments.queries.lookup import find_department
from commitments.register import closing, editing, extensions, progress, responses
from commitments.storage import writing
from notifications.models import Notice
from notifications.plan import masking
from tests.conftest import Scene
from tests.notifications.masking_reading import extend, lines, row, texts, told

DUE = date(2019, 12, 31)
LOGINS = ("root", "admin", "cli", "daemon", "demo", "zhangsan")


def edit(ref: str, **new: Any) -> Any:
    return lambda register: editing.edit(register, ref, "录入有误", **new)


# -- corrections and extensions ----------------------------------------------------------------------------------


def test_a_correction_before_an_extension_and_one_after_it_are_told_apart(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 9, 30))
    quick.run_days("2019-07-01", "2019-07-02")
    quick.do(edit(ref, due_on=date(2019, 8, 30)))
    quick.do(extend(date(2019, 10, 31), ref))
    quick.do(edit(ref, due_on=date(2019, 10, 30)))
    quick.run_days("2019-08-01", "2019-08-01")
    assert lines(quick, "2019-07", ref) == [
        ("due_on", "2019-09-30", "2019-08-30"), ("due_on", "2019-10-31", "2019-10-30")
    ]  # fmt: skip
    assert [(s["from"], s["to"]) for s in row(quick, "2019-07", ref)["slips"]] == [("2019-08-30", "2019-10-31")]


def test_an_extension_back_to_what_the_digest_said_does_not_hide_the_correction(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 9, 30))
    quick.run_days("2019-07-01", "2019-07-02")
    quick.do(edit(ref, due_on=date(2019, 8, 30)))
    quick.do(extend(date(2019, 9, 30), ref))
    quick.run_days("2019-08-01", "2019-08-01")
    assert lines(quick, "2019-07", ref) == [("due_on", "2019-09-30", "2019-08-30")]


def test_a_request_overtaken_by_a_correction_is_no_extension(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 9, 30))
    quick.run_days("2019-07-01", "2019-07-02")
    quick.do(extend(date(2019, 10, 31), ref, approve=False))
    quick.do(edit(ref, due_on=date(2019, 12, 31)))
    quick.do(lambda r: extensions.decide(r, ref, approve=True, by="zhangsan"))
    quick.run_days("2019-08-01", "2019-08-01")
    assert row(quick, "2019-07", ref)["slips"] == []
    assert lines(quick, "2019-07", ref) == [("due_on", "2019-09-30", "2019-10-31")]


def test_a_correction_names_what_the_digest_said_not_what_stood_for_a_day(quick: Scene) -> None:
    ref = quick.add(review_on=date(2019, 9, 26))
    quick.run_days("2019-07-01", "2019-07-02")
    quick.do(lambda r: progress.record(r, ref, "已开会"))
    quick.do(edit(ref, review_on=date(2019, 11, 1)))
    quick.run_days("2019-08-01", "2019-08-01")
    assert lines(quick, "2019-07", ref) == [("review_on", "2019-09-26", "2019-11-01")]


def test_a_date_given_to_what_had_none_is_one_line(quick: Scene) -> None:
    ref = quick.add(review_on=date(2019, 9, 26))
    quick.run_days("2019-07-01", "2019-07-02")
    quick.do(edit(ref, due_on=DUE))
    quick.run_days("2019-08-01", "2019-08-01")
    assert lines(quick, "2019-07", ref) == [("due_on", None, "2019-12-31")]


def test_what_a_cancelled_digest_would_have_said_was_not_said(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 9, 30))
    quick.run_days("2019-06-28", "2019-06-28")
    quick.day("2019-07-01", 8)
    quick.run()
    with writing(quick.engine) as session:
        for notice in session.scalars(select(Notice).where(Notice.kind == "monthly_digest")):
            notice.state, notice.reason = "cancelled", "by hand"
    quick.do(edit(ref, due_on=DUE))
    quick.run_days("2019-08-01", "2019-08-01")
    assert lines(quick, "2019-07", ref) == []


@pytest.mark.parametrize("undo", [date(2019, 9, 30), None])
def test_after_an_approved_extension_the_first_date_stands_for_ever(quick: Scene, undo: date | None) -> None:
    ref = quick.add(due_on=date(2019, 9, 30))
    quick.do(extend(date(2019, 10, 31), ref))
    quick.do(edit(ref, due_on=undo, **({} if undo else {"due_basis": None})))
    quick.do(edit(ref, due_on=date(2019, 11, 15)))
    quick.run_days("2019-07-01", "2019-07-01")
    assert row(quick, "2019-06", ref)["first_due_on"] == "2019-09-30"


def test_a_deadline_that_was_none_leaves_no_first_date(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 6, 28))
    quick.do(edit(ref, due_on=None, due_basis=None))
    quick.run_days("2019-07-01", "2019-07-01")
    assert row(quick, "2019-06", ref)["first_due_on"] is None
    assert [rate["whole"] for rate in told(quick, "2019-06")["rates"]] == [0, 0, 1]


# -- names and personal data -------------------------------------------------------------------------------------


def test_no_login_stands_in_any_mail_to_a_unit_or_a_department(quick: Scene) -> None:
    refs = {login: quick.add(f"事项{n}", due_on=date(2019, 7, 31)) for n, login in enumerate(LOGINS)}
    quick.run_days("2019-06-28", "2019-07-05")
    for login, ref in refs.items():
        quick.do(lambda r, ref=ref: progress.record(r, ref, f"{ref}已起草"), actor=login)
        quick.do(extend(date(2019, 9, 30), ref), actor=login)
    quick.run_days("2019-07-08", "2019-09-02")
    said = texts(quick)
    for login, ref in refs.items():
        assert f"{ref}已起草" in said
        assert login not in said


def test_a_department_is_named_as_who_reported(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 7, 31))
    quick.do(lambda r: progress.record(r, ref, "清单已起草"), actor="市民政局")
    quick.run_days("2019-06-28", "2019-07-22")
    assert "清单已起草（市民政局报送）" in texts(quick)


SECRETS = ("13800138000", "138 0013 8001", "440106199001011234", "li@mail.example", "020-83170000")


def test_personal_data_leaves_by_no_door_of_a_digest(quick: Scene) -> None:
    ref = quick.add(
        title=f"清单，电话{SECRETS[1]}", quote=f"联系{SECRETS[0]}", condition=f"待{SECRETS[0]}答复", due_on=DUE,
        due_text=f"年底（{SECRETS[0]}）", section=f"三（{SECRETS[0]}）", ordinal=SECRETS[0], summary=f"问{SECRETS[4]}",
        targets=[Target(what=f"比例{SECRETS[0]}", unit=SECRETS[0], goal=1)],
    )  # fmt: skip
    quick.run_days("2019-06-28", "2019-07-01")
    quick.do(
        lambda r: progress.record(r, ref, f"身份证{SECRETS[2]}", proofs=[f"https://gz.example/a?tel={SECRETS[0]}"])
    )
    quick.do(lambda r: editing.edit(r, ref, f"见{SECRETS[3]}", title=f"清单（{SECRETS[4]}）"))
    quick.do(lambda r: extensions.ask(r, ref, date(2020, 1, 31), f"问{SECRETS[4]}"))
    quick.do(lambda r: extensions.decide(r, ref, approve=True, by="领导"))
    quick.do(lambda r: closing.close(r, ref, "kept", waiver="在案", note=f"回访{SECRETS[0]}"))
    quick.do(
        lambda r: responses.answer(r, find_department(r.session, "市台联"), "2019-06", "partly", f"我{SECRETS[0]}")
    )
    quick.run_days("2019-08-01", "2019-08-01")
    facts = told(quick, "2019-07")
    shown = json.dumps(facts, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in shown] == []
    fields = {each["field"] for each in facts["masked"]}
    assert fields >= {"title", "quote", "condition", "due_text", "note", "name", "reason", "to",
                      "section", "ordinal", "summary", "what", "unit"}  # fmt: skip
    assert len(facts["masked"]) == len({tuple(each.items()) for each in facts["masked"]})
    assert row(quick, "2019-07", ref)["happened"][0]["evidence"][0]["url"] is None


def test_the_contact_of_the_office_stays_wherever_it_stands() -> None:
    facts = {
        "contact": "市民政局办公室 020-83170000，office@gz.example", "letters": [],
        "commitments": [_bare("请拨打（020）83170000，勿拨13800138000")],
    }  # fmt: skip
    shown = masking.masked(facts)
    assert shown["contact"] == facts["contact"]
    assert shown["commitments"][0]["title"] == "请拨打（020）83170000，勿拨******"


def test_a_snapshot_of_an_earlier_version_is_shown_without_names_and_numbers() -> None:
    slip = {
        "from": "2019-07-31",
        "to": "2019-09-30",
        "reason": "问13800138000",
        "approved_by": "root",
        "on": "2019-08-02",
    }
    facts = {"contact": "", "letters": [], "commitments": [{**_bare("清单"), "slips": [slip]}]}
    del facts["commitments"][0]["corrections"]
    shown = masking.shown(facts)
    assert shown["commitments"][0]["slips"] == [{**slip, "reason": "问******", "approved_by": ""}]
    assert [each["kind"] for each in shown["masked"]] == ["telephone"]
    assert masking.shown(shown) == shown


def _bare(title: str) -> dict[str, Any]:
    return {"ref": "2019-1007-01", "title": title, "happened": [], "slips": [], "corrections": [], "targets": []}


def test_a_correction_from_a_ledger_file_names_no_file(quick: Scene) -> None:
    ref = quick.add(due_on=date(2019, 9, 30))
    quick.run_days("2019-07-01", "2019-07-02")
    quick.do(lambda r: editing.edit(r, ref, "ledger load 张三整理稿.xlsx", due_on=DUE))
    quick.run_days("2019-08-01", "2019-08-01")
    assert [line["reason"] for line in row(quick, "2019-07", ref)["corrections"]] == [""]
