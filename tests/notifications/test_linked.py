"""Mails with links: which page each reader gets, what voids it, and the calendar of new tasks beside it."""

import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import chain

import pytest
from icalendar import Calendar

from commitments.models import Commitment, Department
from commitments.register import closing
from commitments.register.departments import edit_department, revoke_links
from commitments.storage import reading, writing
from notifications.channels import Outcome, OutgoingMessage
from notifications.links import DESK, OWNER, UNIT, Claim, Links
from notifications.models import Instance
from tests.conftest import Scene
from tests.notifications.test_delivery import DUE, Scripted

LINKS = Links("https://yinuo.example", ["a key of tests, which signs nothing"])
SOON = date(2019, 7, 31)


@pytest.fixture
def linked(scene: Scene) -> Scene:
    """The office with pages to open."""
    scene.context = replace(scene.context, links=LINKS)
    return scene


def told(scene: Scene, *answers: Outcome) -> dict[str, EmailMessage]:
    """Do a pass; return what went out, by mailbox."""
    carrier = Scripted(*answers)
    scene.run(carrier)
    return {outgoing.mailbox: opened(outgoing) for outgoing in carrier.sent}


def opened(outgoing: OutgoingMessage) -> EmailMessage:
    message = message_from_bytes(outgoing.data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def claims(message: EmailMessage) -> list[Claim]:
    """What the links of a mail open, in order."""
    found = re.findall(r"^\s*https://yinuo\.example/([oduf])/([^/\s]+)/\s*$", text(message), re.MULTILINE)
    read = [LINKS.read({"o": OWNER, "d": DESK, "u": UNIT}[page], token) for page, token in found]
    assert None not in read
    return [claim for claim in read if claim]


def department(scene: Scene, name: str) -> Department:
    with reading(scene.engine) as session:
        return session.query(Department).filter_by(name=name).one()


def ids(scene: Scene) -> dict[str, int]:
    with reading(scene.engine) as session:
        return {row.ref: row.id for row in session.query(Commitment)}


def calendar(message: EmailMessage) -> Calendar:
    (file,) = message.iter_attachments()
    assert file["Content-Type"] == 'text/calendar; charset="utf-8"; method="PUBLISH"'
    assert file["Content-Disposition"] == 'attachment; filename="yinuo.ics"'
    return Calendar.from_ical(file.get_payload(decode=True))  # type: ignore[arg-type]


def test_each_owner_gets_a_link_of_its_own(linked: Scene) -> None:
    first = linked.add(due_on=DUE, support=("市委政法委",))
    second = linked.add("议事厅", due_on=DUE)
    mails, known = told(linked), ids(linked)
    lead, support = department(linked, "市民政局"), department(linked, "市委政法委")
    assert claims(mails["mzj@gz.example"]) == [Claim(OWNER, lead.id, 1, known[ref]) for ref in (first, second)]
    assert claims(mails["zfw@gz.example"]) == [Claim(OWNER, support.id, 1, known[first])]


def test_review_reminder_and_escalation_open_the_leads_page(linked: Scene) -> None:
    dated, undated = linked.add(due_on=SOON), linked.add("议事厅", review_on=SOON)
    told(linked)
    linked.day(SOON.isoformat())
    known, lead = ids(linked), department(linked, "市民政局")
    mine = {ref: Claim(OWNER, lead.id, 1, known[ref]) for ref in (dated, undated)}
    assert claims(told(linked)["mzj@gz.example"]) == [mine[dated], mine[undated]]
    linked.day("2019-08-01")
    told(linked)
    linked.day("2019-08-08")
    assert claims(told(linked)["mzj-lead@gz.example"]) == [mine[dated]]


def test_what_is_reported_done_opens_the_desk_and_what_is_closed_opens_nothing(linked: Scene) -> None:
    ref = linked.add(due_on=DUE)
    told(linked)
    linked.do(lambda register: closing.report_done(register, ref))
    linked.day("2019-06-28")
    assert claims(told(linked)["office@yinuo.example"]) == [Claim(DESK, 0, 1, until=date(2019, 8, 2))]
    linked.do(lambda register: closing.close(register, ref, "not_kept", note="停办"))
    linked.day("2019-07-01")
    closed = told(linked)["mzj@gz.example"]
    assert claims(closed) == []
    assert "链接" not in text(closed)


def test_digests_open_the_units_page_and_the_desk_but_copies_nothing(linked: Scene) -> None:
    linked.context = replace(linked.context, status_weekday="monday")
    linked.add(due_on=DUE)
    told(linked)
    linked.day("2019-07-01")
    carrier = Scripted()
    linked.run(carrier)
    by_subject = {str(mail["Subject"]): claims(mail) for mail in map(opened, carrier.sent)}
    unit = department(linked, "市台联")
    copy = next(found for subject, found in by_subject.items() if "副本" in subject)
    assert copy == []
    assert [found for subject, found in by_subject.items() if "月报" in subject and "副本" not in subject] == [
        [Claim(UNIT, unit.id, 1, until=date(2019, 9, 9), month="2019-06")]
    ]
    assert next(found for subject, found in by_subject.items() if "每周" in subject) == [
        Claim(DESK, 0, 1, until=date(2019, 8, 5))
    ]


def test_links_carry_the_generation_that_holds(linked: Scene) -> None:
    linked.do(lambda register: revoke_links(register, "市民政局"))
    with writing(linked.engine) as session:
        session.get_one(Instance, 1).link_generation = 5
    ref = linked.add(due_on=DUE)
    assert [claim.generation for claim in claims(told(linked)["mzj@gz.example"])] == [2]
    linked.do(lambda register: closing.report_done(register, ref))
    linked.day("2019-06-28")
    assert [claim.generation for claim in claims(told(linked)["office@yinuo.example"])] == [5]


def test_a_message_that_waits_is_composed_anew_when_its_links_are_void(linked: Scene) -> None:
    linked.add(due_on=DUE)
    before = told(linked, Outcome("temporary", "450 later"))["mzj@gz.example"]
    linked.do(lambda register: revoke_links(register, "市民政局"))
    linked.now = linked.at(2019, 6, 27, 10)
    after = told(linked)["mzj@gz.example"]
    assert [claim.generation for claim in chain(claims(before), claims(after))] == [1, 2]


def test_a_message_whose_links_hold_keeps_its_bytes(linked: Scene) -> None:
    linked.add(due_on=DUE)
    carrier = Scripted(Outcome("temporary", "450 later"))
    linked.run(carrier)
    linked.now = linked.at(2019, 6, 27, 10)
    linked.run(carrier)
    first, second = carrier.sent
    assert first.data == second.data


def test_new_tasks_come_with_their_dates_as_a_calendar(linked: Scene) -> None:
    linked.add("旧任务", due_on=DUE)
    told(linked)
    linked.day("2019-06-28")
    ref, later = linked.add(due_on=DUE), linked.add("议事厅", review_on=date(2019, 9, 30))
    mail = told(linked)["mzj@gz.example"]
    found = calendar(mail)
    assert (found["METHOD"], found["X-WR-CALNAME"]) == ("PUBLISH", "市民政局 承诺事项日历")
    assert [(str(event["SUMMARY"]), event["DTSTART"].dt) for event in found.walk("VEVENT")] == [
        (f"复核：议事厅 {later}", date(2019, 9, 30)),
        (f"到期：村居事项清单 {ref}", DUE),
    ]
    assert {str(event["ORGANIZER"]) for event in found.walk("VEVENT")} == {"mailto:office@yinuo.example"}
    assert all(str(event["URL"]) in text(mail) for event in found.walk("VEVENT"))


def test_the_calendar_speaks_its_readers_language(linked: Scene) -> None:
    linked.do(lambda register: edit_department(register, "市委政法委", locale="en"))
    ref = linked.add(due_on=DUE, support=("市委政法委",))
    mails = told(linked)
    summaries = [str(calendar(mails[box]).walk("VEVENT")[0]["SUMMARY"]) for box in ("mzj@gz.example", "zfw@gz.example")]
    assert summaries == [f"到期：村居事项清单 {ref}", f"due: 村居事项清单 {ref}"]


def test_a_reminder_of_what_is_known_has_no_calendar(linked: Scene) -> None:
    linked.add(due_on=SOON)
    told(linked)
    linked.day(SOON.isoformat())
    assert list(told(linked)["mzj@gz.example"].iter_attachments()) == []


def test_without_links_mails_are_what_they_were(scene: Scene) -> None:
    scene.add(due_on=DUE)
    mail = told(scene)["mzj@gz.example"]
    assert mail.get_content_type() == "multipart/alternative"
    assert "链接" not in text(mail)
