"""Sleeping through dates, dates that move, a calendar that comes late (rows 19, 20, 22, 23, 24)."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from commitments.calendar.deadlines import Ladder, Offset
from commitments.calendar.workdays import WorkCalendar, Year
from commitments.models import Commitment, Department, HistoryEntry
from commitments.register import closing, editing
from commitments.storage import reading, writing
from notifications import delivery
from notifications.channels import Outcome
from notifications.models import Digest, Notice
from notifications.passes import Report
from tests.conftest import Scene
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import assert_ended, assert_history
from tests.notifications.test_delivery import DUE, Scripted, messages, notices, quietly

SLOTS = {"-7d": "2019-12-24", "-3d": "2019-12-27", "-1d": "2019-12-30"}  # the 28th is a Saturday
LATER = Outcome("temporary", "450 later")
LOST = Outcome("unknown", "connection lost after the dot")
MOVED = date(2020, 1, 17)
LEAD = "市民政局|lead|mail"


def with_rungs(scene: Scene, *rungs: str) -> None:
    """Let the ladder have these rungs and no others."""
    ladder = Ladder(rungs=tuple(map(Offset.parse, rungs)), repeat=Offset.parse("5wd"))
    scene.context = replace(scene.context, policy=replace(scene.context.policy, ladder=ladder))


def told_rungs(scene: Scene) -> list[str]:
    """Return the rungs told to the lead, in the order in which they went out."""
    query = select(Notice.rung).where(Notice.kind == "reminder", Notice.state == "told")
    with reading(scene.engine) as session:
        return list(session.scalars(query.order_by(Notice.told_at, Notice.id)))


def text_of(data: bytes) -> str:
    """Return the plain text of a mail."""
    body = message_from_bytes(data, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def due_day(data: bytes) -> str:
    """Return the line of a mail that states the deadline as it stands, not what it was at first."""
    [line] = [line for line in text_of(data).splitlines() if line.lstrip().startswith("到期日：")]
    return line


# -- asleep ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("back", "rung"), [("2019-12-26", "-7d"), ("2019-12-27", "-3d"), ("2019-12-30", "-1d")])
def test_row_19_down_over_several_rungs(scene: Scene, back: str, rung: str) -> None:
    """Row 19: down three days over −7, −3, −1: one reminder, for the highest rung reached."""
    with_rungs(scene, *SLOTS)
    quietly(scene, on="2019-12-23", due_on=DUE)
    before = len(messages(scene))
    scene.run_days(back, back)
    scene.run_days(back, back)
    assert told_rungs(scene) == [rung]
    assert [m.mailbox for m in messages(scene)[before:]] == ["mzj@gz.example"]
    assert_ended(scene.engine)


@pytest.mark.parametrize("down", [date(2019, 12, 20) + timedelta(days=n) for n in range(11)])
def test_row_19_down_for_any_three_days(quick: Scene, down: date) -> None:
    """Row 19: down three days, whichever they are: every rung that was up in its time, else one for the highest."""
    with_rungs(quick, *SLOTS)
    quietly(quick, on="2019-12-19", due_on=DUE)
    asleep = {down + timedelta(days=n) for n in range(3)}
    expected: list[str] = []
    for n in range(11):
        day = date(2019, 12, 20) + timedelta(days=n)
        if day in asleep:
            continue
        quick.run_days(day.isoformat(), day.isoformat())
        reached = [rung for rung, slot in SLOTS.items() if slot <= day.isoformat()]
        if reached and reached[-1] not in expected and quick.workdays.is_workday(day):
            expected.append(reached[-1])
    assert told_rungs(quick) == expected
    assert_ended(quick.engine)


def test_row_20_down_over_two_month_ends(scene: Scene) -> None:
    """Row 20: down over two month ends: two digests, marked late, once each."""
    quietly(scene, on="2019-08-30", due_on=DUE)
    scene.run_days("2019-10-09", "2019-10-11")
    with reading(scene.engine) as session:
        made = session.scalars(select(Digest).order_by(Digest.number)).all()
    assert [(d.number, d.period, d.late, d.folded_into) for d in made] == [
        (1, "2019-08", True, None),
        (2, "2019-09", True, None),
    ]
    mails = [m for m in messages(scene) if m.kind == "monthly_digest"]
    for mailbox in ("tl@gz.example", "office@yinuo.example"):
        texts = [text_of(m.frozen) for m in mails if m.mailbox == mailbox]
        assert len(texts) == 2
        assert all("（补发）" in text for text in texts)
        assert all(sum(month in text.splitlines()[0] for text in texts) == 1 for month in ("2019年8月", "2019年9月"))
    assert_ended(scene.engine)


# -- dates that move, commitments that end ---------------------------------------------------------------------


def move(scene: Scene, ref: str, due: date) -> None:
    scene.do(lambda register: editing.edit(register, ref, "更正", due_on=due))


def test_row_22_a_deadline_moved_and_moved_back(scene: Scene) -> None:
    """Row 22: deadline moved, moved back: re-armed; not repeated."""
    ref = quietly(scene, due_on=DUE)
    scene.run_days("2019-12-20", "2019-12-20")
    assert told_rungs(scene) == ["-30d", "-7wd"]
    move(scene, ref, MOVED)
    scene.run_days("2019-12-23", "2019-12-23")
    assert notices(scene)[f"reminder/1|{ref}|-30d|{MOVED}|{LEAD}"] == "told"
    move(scene, ref, DUE)
    scene.run_days("2019-12-24", "2019-12-25")
    assert told_rungs(scene) == ["-30d", "-7wd", "-30d"], "nothing is said again"
    scene.run_days("2019-12-26", "2019-12-31")
    assert told_rungs(scene) == ["-30d", "-7wd", "-30d", "-3wd", "0d"], "the ladder goes on where it was"
    assert_ended(scene.engine)
    assert_history(scene.engine)


def test_row_22_a_deadline_moved_before_its_reminder_goes_out(scene: Scene) -> None:
    """Row 22: deadline moved between plan and send: what was planned for the old date is cancelled."""
    ref = quietly(scene, due_on=DUE)
    scene.day("2019-12-20", 8)
    scene.run()
    move(scene, ref, MOVED)
    carrier = Scripted()
    scene.day("2019-12-20")
    scene.run(carrier)
    assert notices(scene)[f"reminder/1|{ref}|-7wd|{DUE}|{LEAD}"] == "cancelled"
    [outgoing] = carrier.sent
    assert "2020年1月17日" in due_day(outgoing.data)


@pytest.mark.parametrize("between", ["planned early", "planned in the same minute", "two attempts"])
def test_row_22_closed_before_its_reminder_goes_out(scene: Scene, between: str) -> None:
    """Row 22: commitment closed between plan and send, or between attempts: cancelled."""
    ref = quietly(scene, due_on=DUE)
    carrier = Scripted(LATER) if between == "two attempts" else Scripted()
    scene.day("2019-12-20", 8 if between == "planned early" else 9)
    if between == "planned in the same minute":  # another daemon planned, and its leases are over
        delivery.plan(replace(scene.context, worker="test/2"), scene.now, Report())
    else:
        scene.run(carrier)
    refused = list(carrier.sent)
    scene.do(lambda register: closing.close(register, ref, "withdrawn"))
    scene.day("2019-12-20", 9, 30)
    scene.run(carrier)
    scene.run_days("2019-12-23", "2019-12-23")
    assert notices(scene)[f"reminder/1|{ref}|-7wd|{DUE}|{LEAD}"] == "cancelled"
    assert notices(scene)[f"closed/1|{ref}||2019-12-20|{LEAD}"] == "told"
    assert told_rungs(scene) == ["-30d"]
    sent = [m for m in messages(scene) if m.state == "sent" and m.told_on >= date(2019, 12, 20)]
    assert [m.kind for m in sent] == ["closed"]
    assert sent[0].message_id not in {outgoing.message_id for outgoing in refused}
    assert_ended(scene.engine)


# -- changed while it waits for another try --------------------------------------------------------------------


def change_mailbox(scene: Scene, _ref: str) -> None:
    with writing(scene.engine) as session:
        session.query(Department).filter_by(name="市民政局").one().mailbox = "new@gz.example"


def change_deadline(scene: Scene, ref: str) -> None:
    move(scene, ref, MOVED)


Change = Callable[[Scene, str], None]


def tried_twice(scene: Scene, first: Outcome, change: Change) -> Scripted:
    """Let the reminder of the 20th end so, change something, then let it be tried again until noon."""
    ref = quietly(scene, due_on=DUE)
    carrier = Scripted(first)
    scene.day("2019-12-20")
    scene.run(carrier)
    change(scene, ref)
    for _ in range(6):
        scene.now += timedelta(minutes=30)
        scene.run(carrier)
    return carrier


@pytest.mark.parametrize("change", [change_mailbox, change_deadline])
def test_row_23_changed_while_in_retry(scene: Scene, change: Change) -> None:
    """Row 23: department's mailbox or a deadline changed while in retry: composed anew."""
    first, second = tried_twice(scene, LATER, change).sent
    assert first.message_id != second.message_id
    if change is change_mailbox:
        assert (first.mailbox, second.mailbox) == ("mzj@gz.example", "new@gz.example")
    else:
        assert "2020年1月17日" in due_day(second.data)
    assert [m.state for m in messages(scene)][-2:] == ["cancelled", "sent"]
    assert_ended(scene.engine)


@pytest.mark.parametrize("change", [change_mailbox, change_deadline])
def test_row_23_changed_while_in_doubt(scene: Scene, change: Change) -> None:
    """Row 23: changed after an unknown attempt: then the same bytes, and a correction if still needed."""
    first, second = tried_twice(scene, LOST, change).sent
    assert first == second
    correction = Scripted()
    scene.day("2019-12-23")
    scene.run(correction)
    if change is change_mailbox:  # the same is not said again to somebody else; the next goes to the new address
        assert correction.sent == []
        scene.day("2019-12-26")
        scene.run(correction)
        assert [outgoing.mailbox for outgoing in correction.sent] == ["new@gz.example"]
    else:
        [outgoing] = correction.sent
        assert "2020年1月17日" in due_day(outgoing.data)
    assert_ended(scene.engine)


# -- a calendar that comes late --------------------------------------------------------------------------------


def provisional(scene: Scene) -> str:
    """Add a commitment due five working days after 2026-12-30, counted without knowing the days off of 2027."""
    due = Offset.parse("+5wd").after(date(2026, 12, 30), scene.workdays)
    assert due == date(2027, 1, 7)
    computed = {"due_from": date(2026, 12, 30), "due_offset": "+5wd", "due_basis": "derived"}
    return quietly(scene, on="2026-12-30", due_on=due, **computed)


def test_row_24_a_calendar_loaded_late(scene: Scene) -> None:
    """Row 24: calendar of a year loaded late: provisional dates recomputed, moves in history, notices re-armed."""
    ref = provisional(scene)
    assert "2027年1月7日（含）前（暂定" in text_of(messages(scene)[0].frozen)
    assert notices(scene)[f"reminder/1|{ref}|-7wd|2027-01-07|{LEAD}"] == "told"
    off = frozenset({date(2027, 1, 1), date(2027, 1, 4)})
    days = WorkCalendar(years={2027: Year(off=off, complete=True)}, content="2027")
    scene.context, scene.workdays = replace(scene.context, workdays=days), days
    carrier = Scripted()
    scene.day("2026-12-31")
    assert scene.run(carrier).moved == 1
    with reading(scene.engine) as session:
        [entry] = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "due_moved"))
    assert (entry.subject, entry.changes["due_on"]) == (ref, ["2027-01-07", "2027-01-08"])
    assert entry.changes["first_due_on"] == ["2027-01-07", "2027-01-08"], "a date nobody could know is no slip"
    assert notices(scene)[f"reminder/1|{ref}|-7wd|2027-01-08|{LEAD}"] == "told"
    [outgoing] = [outgoing for outgoing in carrier.sent if outgoing.mailbox == "mzj@gz.example"]
    assert "2027年1月8日" in text_of(outgoing.data)
    assert "暂定" not in text_of(outgoing.data)
    scene.run_days("2027-01-05", "2027-01-08")
    assert [key for key in notices(scene) if "|0d|2027-01-07|" in key] == [], "the old ladder is left"
    assert notices(scene)[f"reminder/1|{ref}|0d|2027-01-08|{LEAD}"] == "told"
    assert_ended(scene.engine)
    assert_history(scene.engine)


def test_row_24_a_daemon_notices_the_calendar_by_itself(harness: Callable[..., DaemonHarness]) -> None:
    """Row 24: loaded late, while the daemon runs: recomputed, in history, re-armed, without a restart."""
    here = harness(1)
    added = here.command("add", "--letter", "1007", "--title", "跨日", "--lead", "单位0", "--due", "+5wd")
    ref = added.stdout.strip()
    here.start()
    until(lambda: bool(here.planned_at()))
    due = due_on(here, ref)
    take_off(here.folder / "calendar.toml", due - timedelta(days=1))
    until(lambda: due_on(here, ref) == due + timedelta(days=1))
    with reading(here.engine) as session:
        [entry] = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "due_moved"))
    assert entry.changes["due_on"] == [due.isoformat(), (due + timedelta(days=1)).isoformat()]


def take_off(calendar: Path, off: date) -> None:
    """Let a day that was worked be off; the file is replaced at one stroke."""
    worked = [day for year in tomllib.loads(calendar.read_text())["years"].values() for day in year["work"]]
    lines = []
    for year in sorted({day.year for day in worked}):
        work = ", ".join(str(day) for day in worked if day.year == year and day != off)
        lines += [f"[years.{year}]", f"work = [{work}]", f"off = [{off if off.year == year else ''}]"]
    calendar.with_suffix(".new").write_text("\n".join(lines))
    calendar.with_suffix(".new").rename(calendar)


def due_on(here: DaemonHarness, ref: str) -> date:
    """Return the deadline of a commitment as it stands."""
    with reading(here.engine) as session:
        return session.scalars(select(Commitment.due_on).where(Commitment.ref == ref)).one() or date.max
