"""The mails shown in golden files: letter 1007 half a year on, told in our own words, with example addresses.

Longer than a file should be: it is one story, and fixtures are found here in every import mode.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commitments.queries.targets import TargetFigure
from notifications.links import Links
from notifications.mail.render import Item, ProgressLine, Sender

TODAY = date(2020, 1, 6)

SENDER = Sender(
    organisation="市民政局",
    reply_to="office@yinuo.example",
    contact="市民政局办公室（office@yinuo.example）",
    today=TODAY,
    recipient="市民政局",
)

LISTS = Item(
    ref="2019-1007-02",
    title="村居事项清单",
    quote="制定出台村居协助政府工作事项清单，厘清部门、镇（街）权责，推动部门资源下沉基层。",
    letter="穗民案〔2019〕89号",
    letter_title="构建协同，打造共建共治共享智慧社区",
    section="三",
    ordinal="二是",
    kind="pledge",
    strength="planned",
    lead="市民政局",
    support=("各区政府", "市委组织部"),
    role="lead",
    notices=("reminder",),
    rung="+1wd",
    state="open",
    band="overdue",
    due_on=date(2019, 12, 31),
    first_due_on=date(2019, 12, 31),
    due_text="至2019年底",
    due_basis="derived",
    due_rule="所属试点方案要求2019年底见成效，见第一（二）部分",
    provisional=False,
    review_on=None,
    condition="",
    days_left=-6,
    working_days_left=-3,
    targets=(),
    last_progress=ProgressLine(on=date(2019, 10, 21), note="清单第二轮征求意见结束，收到意见46条。", by="市民政局"),
    outcome=None,
    closed_on=None,
    closing_note="",
    reopened_because=None,
    told_before=(date(2019, 11, 29), date(2019, 12, 20), date(2019, 12, 26), date(2019, 12, 31)),
    evidence=(),
)

HAPPY = replace(
    LISTS,
    ref="2019-1007-08",
    title="幸福社区创建",
    quote="从今年起，每年按城市社区10%、农村社区15%的比例开展幸福社区创建。",
    section="二（二）9",
    ordinal=None,
    kind="target",
    strength="firm",
    support=("各区政府",),
    notices=("reminder", "assignment"),
    band="due_soon",
    due_on=date(2020, 1, 15),
    due_text="",
    due_basis="set",
    due_rule="延期批准后的日期",
    provisional=True,
    days_left=9,
    working_days_left=7,
    targets=(
        TargetFigure(what="城市社区创建比例", unit="%", baseline=0, goal=10, figure=6.5, percent=65),
        TargetFigure(what="农村社区创建比例", unit="%", baseline=0, goal=15, figure=None, percent=0),
    ),
    last_progress=ProgressLine(on=date(2019, 12, 18), note="城市社区完成验收6.5%。\n农村社区正在汇总。", by="市民政局"),
    told_before=(),
)

RULE = replace(
    LISTS,
    ref="2019-1007-06",
    title="社会工作服务项目库制度",
    quote="项目库制度已起草，正在征求意见，按程序报审后出台。",
    section="二（二）10",
    ordinal=None,
    kind="open_item",
    strength="conditional",
    support=(),
    notices=("review",),
    rung="0d",
    band="review_due",
    due_on=None,
    first_due_on=None,
    due_text="",
    due_basis=None,
    due_rule="",
    review_on=TODAY,
    condition="按程序报审后",
    days_left=None,
    working_days_left=None,
    last_progress=None,
    told_before=(),
)

PILOTS = replace(
    LISTS,
    ref="2019-1007-05",
    title="共建共治共享中心试点",
    quote="推进共建共治共享中心、社区基金、社区居委会标准化建设等试点。",
    ordinal="五是",
    lead="市社会组织管理局",
    support=("市民政局", "各区政府"),
    role="support",
    notices=("assignment",),
    rung="",
    band="on_track",
    due_on=date(2020, 6, 30),
    first_due_on=date(2019, 12, 31),
    due_basis="set",
    due_text="至2019年底",
    due_rule="",
    days_left=176,
    working_days_left=117,
    reopened_because="验收时两个中心尚未投入运行",
    last_progress=None,
    told_before=(),
)

HALLS = replace(
    LISTS,
    ref="2019-1007-03",
    title="社区治理工作平台",
    quote="提升城乡社区议事厅建设质量，推广时间银行。",
    ordinal="三是",
    notices=("closed",),
    rung="",
    state="closed",
    band=None,
    days_left=None,
    working_days_left=None,
    outcome="kept",
    closed_on=date(2020, 1, 3),
    closing_note="经核验，议事厅改造和时间银行上线均已完成。",
    evidence=("验收记录.pdf", "时间银行上线公告"),
    told_before=(),
)

REPORTED = replace(
    HALLS,
    ref="2019-1007-04",
    title="公共服务信息平台",
    quote="建立统一的社区公共服务综合信息平台，消除信息壁垒，合并基层终端。",
    ordinal="四是",
    lead="市政务服务数据管理局",
    support=(),
    role="organisation",
    notices=("done",),
    state="reported_done",
    outcome=None,
    closed_on=None,
    closing_note="",
)

LATE = replace(LISTS, role="escalation", notices=("escalation",), rung="+6wd", days_left=-9, working_days_left=-6)


def notices() -> dict[str, Any]:
    """One mail with a card of every kind."""
    items = (LISTS, HAPPY, RULE, PILOTS, REPORTED, HALLS)
    return {"sender": SENDER, "items": items, "worst": items[0]}


def escalation() -> dict[str, Any]:
    """The mail to the escalation mailbox."""
    platforms = replace(HALLS, state="open", band="overdue", notices=("escalation",), role="escalation", outcome=None)
    second = replace(
        platforms, closed_on=None, closing_note="", days_left=-9, working_days_left=-6, last_progress=None,
        evidence=(), told_before=LATE.told_before,
    )  # fmt: skip
    return {"sender": replace(SENDER, today=date(2020, 1, 9)), "items": (LATE, second), "worst": LATE}


TOTALS = {
    "all": 8, "open": 6, "reported_done": 1, "closed": 1, "overdue": 1, "due_soon": 1, "silent": 4, "moved": 3,
    "slipped": 1, "by_kind": {"pledge": 5, "open_item": 2, "target": 1}, "by_outcome": {"kept": 1},
}  # fmt: skip
CHAIN = {"seq": 123, "hash": "9f2c4b7e1a6d8053c9e4f7a2b1d06e8395f7c2a4d8b1e6f03a5c7d9e2b4f6a18"}


def pledge(item: Item, **month: Any) -> dict[str, Any]:
    """Return a commitment of a digest with the facts of a card."""
    names = (
        "ref", "kind", "title", "quote", "letter", "section", "ordinal", "lead", "due_basis", "due_rule", "provisional",
        "condition", "state", "outcome", "band", "days_left", "working_days_left",
    )  # fmt: skip
    dates = ("due_on", "first_due_on", "review_on", "closed_on")
    targets = [{name: getattr(t, name) for name in vars(t)} for t in item.targets]
    return {
        **{name: getattr(item, name) for name in names},
        **{name: day.isoformat() if (day := getattr(item, name)) else None for name in dates},
        "support": list(item.support),
        "targets": targets,
        "happened": [],
        "slips": [],
        "silent": False,
        **month,
    }


def monthly_digest() -> dict[str, Any]:
    """A month in which something happened, something slipped and something stayed silent."""
    happy = pledge(
        HAPPY,
        happened=[
            {
                "on": "2019-12-18", "what": "progress", "note": "城市社区完成验收6.5%。",
                "evidence": [
                    {"name": "验收名单.xlsx", "url": None},
                    {"name": "公示公告", "url": "https://www.yinuo.example/notice/18"},
                ],
            },
            {"on": "2019-12-25", "what": "extended", "note": "", "evidence": []},
        ],
        slips=[
            {
                "from": "2019-12-31", "to": "2020-01-15", "reason": "农村社区验收材料仍在汇总",
                "on": "2019-12-25",
            },
        ],
    )  # fmt: skip
    closed = {"on": "2020-01-03", "what": "closed", "note": HALLS.closing_note, "evidence": []}
    corrected = [
        {"field": "review_on", "from": "2019-12-31", "to": "2020-01-06", "reason": "录入有误", "on": "2019-12-11"},
        {"field": "support", "from": ["各区政府"], "to": [], "reason": "", "on": "2019-12-12"},
        {"field": "quote", "from": "旧", "to": "新", "reason": "", "on": "2019-12-12"},
    ]
    digest = {
        "unit": "市台联",
        "organisation": "市民政局",
        "contact": SENDER.contact,
        "number": 6,
        "period": "2019-12",
        "late": True,
        "as_of": "2019-12-31",
        "folded": ["2019-10", "2019-11"],
        "letters": [
            {
                "document_number": LISTS.letter, "proposal_number": "1007", "title": LISTS.letter_title,
                "signed_on": "2019-06-26",
            },
        ],
        "totals": TOTALS,
        "previous": {**TOTALS, "open": 8, "reported_done": 0, "closed": 0, "overdue": 0, "silent": 6, "by_outcome": {}},
        "rates": [
            {"name": "on_time_first", "part": 1, "whole": 3},
            {"name": "on_time_current", "part": 0, "whole": 0},
            {"name": "completion", "part": 1, "whole": 8},
        ],
        "commitments": [
            pledge(LISTS, silent=True), happy,
            pledge(RULE, corrections=corrected, waiting=["extension", "dispute"]),
            pledge(REPORTED), pledge(HALLS, happened=[closed]),
        ],
        "answers": [
            {"month": "2019-09", "grade": "satisfied", "reason": "", "on": "2019-10-12"},
            {"month": "2019-10", "grade": "not_satisfied", "reason": "清单仍未见到。", "on": "2019-12-03"},
        ],
        "masked": [{"ref": HAPPY.ref, "field": "note", "kind": "telephone"}],
        "chain": CHAIN,
    }  # fmt: skip
    return {"sender": replace(SENDER, recipient="市台联"), "digest": digest, "copy": False, "link": ""}


def silent_digest() -> dict[str, Any]:
    """The organisation's copy of a first month in which nothing happened."""
    context = monthly_digest()
    rows = [pledge(LISTS, silent=True), pledge(RULE, silent=True)]
    del context["digest"]["answers"]  # as in a snapshot made before units could answer
    quiet = {
        "late": False,
        "folded": [],
        "previous": None,
        "number": 1,
        "period": "2019-07",
        "as_of": "2019-07-31",
        "commitments": rows,
    }
    return {**context, "digest": {**context["digest"], **quiet}, "copy": True}


def status_digest() -> dict[str, Any]:
    """A week with something in every section."""
    row = {"ref": LISTS.ref, "title": LISTS.title, "lead": LISTS.lead}
    status = {
        "week": "2020-W02",
        "as_of": TODAY.isoformat(),
        "totals": {**TOTALS, "drafts": 1, "review_due": 1, "due_today": 0},
        "red": [
            {
                **row, "due_on": "2019-12-31", "days_left": -6, "working_days_left": -3, "band": "overdue",
                "state": "open",
            },
        ],
        "unreached": [{"name": "市社会组织管理局", "held": 3, "since": "2019-11-04"}],
        "extensions": [
            {
                **row, "old_due": "2019-12-31", "new_due": "2020-03-31", "reason": "清单需再次征求各区意见",
                "asked_by": "市民政局", "asked_on": "2020-01-03",
            },
        ],
        "disputes": [
            {
                **row, "department": "各区政府", "reason": "清单由市级部门制定，区级无此职责。",
                "raised_on": "2020-01-03",
            },
        ],
        "answers": [
            {
                "unit": "市台联", "month": "2019-12", "grade": "not_satisfied", "reason": "清单仍未见到。",
                "on": "2020-01-03",
            },
            {"unit": "市侨联", "month": "2019-12", "grade": "satisfied", "reason": "", "on": "2020-01-02"},
        ],
        "done_waiting": [
            {"ref": REPORTED.ref, "title": REPORTED.title, "lead": REPORTED.lead, "reported_on": "2020-01-02"},
        ],
        "drafts": [{"ref": "2019-1007-09", "title": "重度残疾人纳入大配餐"}],
        "dead": [
            {
                "to": "old@yinuo.example", "subject": "【逾期】2019-1007-02 村居事项清单",
                "error": "550 no such user", "at": "2020-01-03T01:00:00+00:00",
            },
        ],
        "alerts": [{"at": "2020-01-02T01:00:00+00:00", "text": "市社会组织管理局没有邮箱，1条告知暂扣。"}],
        "departments": [
            {"name": "市民政局", "open": 5, "overdue": 1, "due_soon": 1, "closed": 1},
            {"name": "市政务服务数据管理局", "open": 1, "overdue": 0, "due_soon": 0, "closed": 0},
        ],
        "chain": CHAIN,
    }  # fmt: skip
    return {"sender": SENDER, "status": status, "link": ""}


LINKS = Links("https://yinuo.example", ["a key of tests, which signs nothing"])


def notices_with_links() -> dict[str, Any]:
    """The same cards as their readers see them where there are pages; nothing opens what is closed."""
    *cards, closed = notices()["items"]
    opened = [replace(card, link=LINKS.owner(1, 1, number)) for number, card in enumerate(cards, 1)]
    opened[-1] = replace(REPORTED, link=LINKS.desk(1, TODAY))
    return {"sender": SENDER, "items": (*opened, closed), "worst": opened[0]}


def escalation_with_links() -> dict[str, Any]:
    """The escalation where there are pages."""
    context = escalation()
    items = tuple(replace(item, link=LINKS.owner(1, 1, number)) for number, item in enumerate(context["items"], 1))
    return {**context, "items": items, "worst": items[0]}


def monthly_with_link() -> dict[str, Any]:
    """The monthly digest with the page on which its reader judges it."""
    return {**monthly_digest(), "link": LINKS.unit(4, 1, "2019-12", TODAY)}


def status_with_link() -> dict[str, Any]:
    """The status digest with the coordinator's page."""
    return {**status_digest(), "link": LINKS.desk(1, TODAY)}


CONTEXTS: Mapping[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "notices": ("notices", notices),
    "escalation": ("escalation", escalation),
    "monthly_digest": ("monthly_digest", monthly_digest),
    "monthly_digest_unchanged": ("monthly_digest", silent_digest),
    "status_digest": ("status_digest", status_digest),
    "notices_links": ("notices", notices_with_links),
    "escalation_links": ("escalation", escalation_with_links),
    "monthly_digest_link": ("monthly_digest", monthly_with_link),
    "status_digest_link": ("status_digest", status_with_link),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one way to write golden files anew: ``pytest tests/notifications --update-golden``."""
    parser.addoption("--update-golden", action="store_true", help="write golden mails anew instead of comparing")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.fixture(params=list(CONTEXTS))
def mail(request: pytest.FixtureRequest) -> tuple[str, str, dict[str, Any]]:
    """Each sample mail in turn: its name, its kind, its context."""
    kind, make = CONTEXTS[request.param]
    return request.param, kind, make()


@pytest.fixture
def sample() -> Callable[[str], dict[str, Any]]:
    """The context of a sample mail, by name."""
    return lambda name: CONTEXTS[name][1]()
