"""What listings say of notices and receivers."""

import inspect
import re

import pytest

from commitments.i18n import signed_distance, table
from tracker.cli.wording import hold_reason, notice, receiver
from tracker.config import check
from tracker.ops import doctor


@pytest.mark.parametrize(
    ("addressee", "hans", "en"),
    [
        ("市民政局", "市民政局", "市民政局"),
        ("市民政局/escalation", "市民政局（督办）", "市民政局 (escalation)"),
        ("shared@gz.example/escalation", "shared@gz.example（督办）", "shared@gz.example (escalation)"),
        ("organisation", "台账管理单位", "ledger office"),
        ("organisation/status/2019-W41", "台账管理单位（每周办理情况）", "ledger office (weekly status)"),
        ("市台联/digest/2019-10", "市台联（办理情况月报，2019年10月）", "市台联 (monthly report, October 2019)"),
        (
            "organisation/市台联/digest/2019-10",
            "市台联（办理情况月报，2019年10月）",
            "市台联 (monthly report, October 2019)",
        ),
    ],
)
def test_a_receiver_in_words(addressee: str, hans: str, en: str) -> None:
    assert receiver("zh-Hans", addressee) == hans
    assert receiver("en", addressee) == en


@pytest.mark.parametrize(
    ("its_key", "hans"),
    [
        (
            "reminder/1|2019-1007-03|+6wd|2019-12-31|市民政局|lead|mail",
            "到期提醒 2019-1007-03 +6个工作日（2019年12月31日） 市民政局（主办）",
        ),
        ("assignment/2|2019-1007-03|||市民政局|support|mail", "新任务 2019-1007-03 市民政局（会办）"),
        (
            "done/1|2019-1007-03||2019-12-31|organisation|organisation|mail",
            "待验收 2019-1007-03 （2019年12月31日） 台账管理单位",
        ),
        ("digest/1|市台联|2019-10||市台联|unit|mail", "办理情况月报 市台联 2019年10月"),
        ("status/1|2019-W41|||organisation|organisation|mail", "每周办理情况 2019-W41 台账管理单位"),
        ("a key of nothing", "a key of nothing"),
    ],
)  # fmt: skip
def test_a_notice_in_words(its_key: str, hans: str) -> None:
    assert notice("zh-Hans", its_key) == hans


def test_rungs_and_reasons_in_words() -> None:
    assert signed_distance("zh-Hans", "-30d") == "-30天"
    assert signed_distance("en", "+6wd") == "+6 working days"
    assert hold_reason("zh-Hans", "no mailbox") == "没有登记邮箱"


def test_whatever_the_doctor_looks_at_has_a_name_in_each_language() -> None:
    looked_at = set(re.findall(r'Finding\(\s*"(\w+)"', inspect.getsource(doctor) + inspect.getsource(check)))
    looked_at |= {look.__name__.strip("_") for look in doctor.CHECKS}
    assert looked_at - set(table("en", "cli.fact")) == set()
