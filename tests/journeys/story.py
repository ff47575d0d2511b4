"""What happens in the invented office, by day: progress, corrections, extensions, disputes, closings, much silence."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import select

from commitments.models import Commitment, Letter
from commitments.queries import lookup
from commitments.register import closing, departments, editing, extensions, opening, progress, responses
from commitments.register.context import Register
from tests.journeys.office import LEADER, LETTERS, LOGIN, PHONE, Event, ref_of, reply, verb

HOUSING, FINANCE, CIVIL, DISTRICTS = "市住建局", "市财政局", "市民政局", "各区政府"
DRAFT = "社区公约范本"


def happenings(proof: Path) -> Mapping[date, tuple[Event, ...]]:
    """Return what people do in the evening of each day; ``proof`` is a file that serves as evidence."""
    shown = {"proofs": [str(proof)]}
    return {
        date(2019, 10, 8): (Event(LOGIN, _draft),),
        date(2019, 10, 9): (Event(LOGIN, _correct_draft),),
        date(2019, 10, 10): (reply("acknowledge", "A1", CIVIL), Event(LOGIN, _drop_draft)),
        date(2019, 10, 11): (verb(LOGIN, editing.edit, "A1", "录入有误", due_on=date(2019, 11, 20)),),
        date(2019, 10, 14): (verb(HOUSING, progress.record, "A5", f"方案已公示，联系人张某电话{PHONE}。"),),
        date(2019, 10, 18): (reply("dispute", "A9", FINANCE, "属市民政局职责。"),),
        date(2019, 10, 22): (verb(HOUSING, closing.report_done, "A5", note="已完工验收。", **shown),),
        date(2019, 10, 24): (
            verb(HOUSING, extensions.ask, "A6", date(2019, 11, 29), "设备到货推迟。"),
            verb(HOUSING, extensions.ask, "A7", date(2019, 12, 31), "施工图未审完。"),
        ),
        date(2019, 10, 28): (verb(LOGIN, closing.close, "A5", "kept", note="现场核验符合要求。"),),
        date(2019, 10, 29): (verb(CIVIL, closing.report_done, "C7", note="台账已建立。", **shown),),
        date(2019, 10, 30): (
            verb(LOGIN, extensions.decide, "A6", approve=True, by=LEADER),
            verb(LOGIN, extensions.decide, "A7", approve=False, by=LEADER),
        ),
        date(2019, 11, 5): (verb(LOGIN, editing.edit, "A2", "录入有误", due_on=date(2019, 11, 22)),),
        date(2019, 11, 6): (
            Event(LEADER, lambda register: _decide(register, "A9", FINANCE, accept=False)),
            reply("dispute", "B13", DISTRICTS, "本事项由市级统筹。"),
        ),
        date(2019, 11, 13): (Event(LEADER, lambda register: _decide(register, "B13", DISTRICTS, accept=True)),),
        date(2019, 11, 14): (verb(CIVIL, closing.report_done, "A3", note="机制已印发。", **shown),),
        date(2019, 11, 18): (verb(LOGIN, closing.close, "A3", "partly_kept", note="尚有两区未覆盖。"),),
        date(2019, 11, 20): (verb(LOGIN, closing.reopen, "A3", "两区应在年内覆盖"),),
        date(2019, 11, 25): (Event(LOGIN, _give_mailbox),),
        date(2019, 12, 3): (verb(LOGIN, closing.close, "C7", "kept", note="核验符合要求。"),),
    }  # fmt: skip


def _draft(register: Register) -> None:
    letter = register.session.scalars(select(Letter).where(Letter.document_number == LETTERS["A"][0])).one()
    lead = lookup.find_department(register.session, HOUSING)
    opening.add(
        register, Commitment(ref="", letter=letter, title=DRAFT, lead=lead, section="四", ordinal="99", state="draft")
    )


def _correct_draft(register: Register) -> None:
    editing.edit(register, ref_of(register.session, "A99"), "读错了", due_on=date(2019, 12, 31))


def _drop_draft(register: Register) -> None:
    opening.drop(register, ref_of(register.session, "A99"), "不是承诺事项")


def _decide(register: Register, item: str, department: str, *, accept: bool) -> None:
    owner = lookup.find_department(register.session, department)
    lead = lookup.find_department(register.session, CIVIL) if accept else None
    ref = ref_of(register.session, item)
    responses.decide_dispute(register, ref, department=owner, accept=accept, by=LEADER, note="已研究。", lead=lead)


def _give_mailbox(register: Register) -> None:
    departments.edit_department(register, "市残联", "补登邮箱", mailbox="cl@gz.example")
