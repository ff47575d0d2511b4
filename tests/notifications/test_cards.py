"""What a card says follows from what was gathered: no database is asked."""

from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from commitments.calendar.workdays import WorkCalendar
from commitments.models import (
    Commitment,
    Department,
    Dispute,
    Evidence,
    Extension,
    HistoryEntry,
    Letter,
    Progress,
    Target,
)
from commitments.queries.detail import CommitmentDetail, Raised
from notifications.mail.cards import cards
from notifications.mail.gather import Material
from notifications.mail.render import CorrectionLine, Item, ProgressLine, RequestLine
from notifications.models import Notice
from notifications.plan.schedule import ReminderSubject
from tests.conftest import LADDER, ZONE

NOW = datetime(2019, 12, 23, 9, tzinfo=ZONE)
OPENED = datetime(2019, 7, 1, 9, tzinfo=ZONE)
DUE = date(2019, 12, 31)
LEAD, UNIT = Department(name="市民政局"), Department(name="市台联")
LETTER = Letter(
    document_number="穗民案〔2019〕89号", proposal_number="1007", proposing_unit=UNIT, replying_unit=LEAD,
    signed_on=date(2019, 6, 26),
)  # fmt: skip


def pledge(**facts: Any) -> CommitmentDetail:
    known = {"ref": "2019-1007-01", "title": "出台村居事项清单", "due_on": DUE, "opened_at": OPENED, **facts}
    row = Commitment(letter=LETTER, lead=LEAD, **known)
    row.id = 1
    return CommitmentDetail(
        row=row, verbatim=False, progress=(), extensions=(), disputes=(), evidence=(), receipts=(), history=(),
        earlier=None, offices=frozenset({"市民政局", "各区政府"}),
    )  # fmt: skip


def card(detail: CommitmentDetail, workdays: WorkCalendar, kind: str = "reminder") -> Item:
    row = detail.row
    facts = ReminderSubject(
        id=1, ref=row.ref, state=row.state, generation=1, since=date(2020, 1, 1), lead="市民政局", support=(),
        due_on=row.due_on, review_on=row.review_on, reported_done_on=None, closed_on=None,
    )  # fmt: skip
    material = Material(
        instance="", link_generation=1, departments={}, commitments={1: detail}, facts={1: facts}, valid={}, told={},
        digests={}, status=None, newest_status=None, events={},
    )  # fmt: skip
    notice = Notice(
        key=f"{kind}/1", kind=kind, addressee="市民政局", role="lead", slot=NOW.date(), commitment_id=1, created_at=NOW
    )
    context: Any = SimpleNamespace(
        today=lambda now: now.date(), policy=SimpleNamespace(ladder=LADDER), workdays=workdays, zone=ZONE, links=None
    )
    (item,) = cards([notice], material, context, NOW)
    return item


def entry(action: str, reason: str = "", at: datetime = NOW, **changes: Any) -> HistoryEntry:
    return HistoryEntry(
        seq=1, at=at, actor="办公室", action=action, subject="2019-1007-01", reason=reason, changes=changes, prev="",
        hash="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "stands"),
    [("open", ("due_soon", 8, 6)), ("reported_done", (None, None, None)), ("closed", (None, None, None))],
)
def test_only_what_is_open_has_days_left(workdays: WorkCalendar, state: str, stands: tuple[object, ...]) -> None:
    item = card(pledge(state=state, reported_done_on=date(2019, 12, 20)), workdays)
    assert (item.band, item.days_left, item.working_days_left) == stands


def test_a_figure_is_the_newest_and_a_person_is_not_named(workdays: WorkCalendar) -> None:
    detail = pledge(targets=[Target(what="城市社区", unit="%", goal=10.0), Target(what="农村社区", goal=15.0)])
    moves = [({"城市社区": 2.0}, "市民政局"), ({"城市社区": 6.5}, "wang.fang")]
    progress = [
        Progress(commitment_id=1, on=DUE, note="已印发", figures=figures, by=by, recorded_at=NOW)
        for figures, by in moves
    ]
    item = card(replace(detail, progress=progress), workdays)
    assert [(each.figure, each.percent) for each in item.targets] == [(6.5, 65), (None, 0)]
    assert item.last_progress == ProgressLine(on=DUE, note="已印发", by="")


def test_what_nobody_decided_waits(workdays: WorkCalendar) -> None:
    asked = [
        Extension(
            commitment_id=1,
            old_due=DUE,
            new_due=date(2020, 3, 31),
            reason="",
            asked_by=by,
            asked_at=NOW,
            state=state,
            decided_at=decided,
        )
        for by, state, decided in (("wang.fang", "waiting", None), ("市民政局", "refused", NOW))
    ]
    disputed = [
        Raised(
            Dispute(commitment_id=1, department_id=2, reason="", raised_at=NOW, state=state, decided_at=decided),
            "各区政府",
        )
        for state, decided in (("waiting", None), ("accepted", NOW))
    ]
    item = card(replace(pledge(), extensions=asked, disputes=disputed), workdays)
    assert item.waiting == (
        RequestLine(by="市民政局", on=NOW.date(), to=date(2020, 3, 31)),
        RequestLine(by="各区政府", on=NOW.date(), to=None),
    )
    closed = replace(pledge(state="reported_done"), extensions=asked, disputes=disputed)
    assert card(closed, workdays).waiting == ()


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        ([entry("edit", due_on=["2019-09-30", "2019-12-31"])], CorrectionLine(old=date(2019, 9, 30), on=NOW.date())),
        ([entry("due_moved", due_on=["2019-09-30", "2019-11-30"])], None),
        ([entry("edit", due_on=["2019-09-30", "2019-12-31"], at=OPENED)], None),
        ([entry("edit", title=["甲", "乙"]), entry("reopen")], None),
        ([], None),
    ],
)
def test_a_correction_is_told_while_it_stands(
    workdays: WorkCalendar, entries: list[HistoryEntry], line: CorrectionLine | None
) -> None:
    assert card(replace(pledge(), history=entries), workdays).corrected == line


def test_a_task_says_why_it_is_open_again(workdays: WorkCalendar) -> None:
    reopened = replace(pledge(), history=[entry("reopen", "材料不实"), entry("reopen", "数据有误")])
    assert card(reopened, workdays, "assignment").reopened_because == "数据有误"
    assert card(reopened, workdays).reopened_because == ""


def test_evidence_is_named_once_it_is_done(workdays: WorkCalendar) -> None:
    proof = Evidence(commitment_id=1, name="验收记录.pdf", given_by="市民政局", recorded_at=NOW)
    assert card(replace(pledge(state="closed", outcome="kept"), evidence=[proof]), workdays).evidence == (proof.name,)
    assert card(replace(pledge(), evidence=[proof]), workdays).evidence == ()
