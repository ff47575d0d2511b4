"""From duties to messages: is each still true, who gets it, what does it say.

Everything a batch needs is read in a handful of statements; rendering happens with no transaction open. Longer than
most files: what is read and what is said must match, and stand together for that.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from commitments import addresses, damage
from commitments.deadlines import band, provisional, working_days_left
from commitments.i18n import word
from commitments.models import Commitment, Department, Evidence, HistoryEntry, Progress, Source
from commitments.queries import lookup
from commitments.queries.statistics import percent
from commitments.storage import stored
from notifications.context import Context
from notifications.keys import Addressee
from notifications.mail import calendar_events, ics, requests
from notifications.mail.mime import Attachment, Envelope, mime
from notifications.mail.render import CorrectionLine, Item, ProgressLine, Rendered, RequestLine, Sender, TargetLine
from notifications.models import Digest, Instance, Notice
from notifications.plan import digests, outward, subjects, tellings
from notifications.plan.mailboxes import escalation_addressee
from notifications.plan.planner import obsolete_by
from notifications.plan.schedule import ReminderSubject, RequiredNotice, required_notices

DIGEST_KINDS = ("monthly_digest", "status_digest")
WORST = ("overdue", "due_today", "due_soon", "review_due", "on_track")  # worst band first
PRIORITY = ("escalation", "reminder", "review", "done", "assignment", "closed")  # of notices on one card
MOST_DAYS = 8  # days of earlier reminders that a card names, the newest; one more says that there were others


@dataclass
class Batch:
    """The notices of one addressee that go out together, and what turned out untrue on the way.

    ``elsewhere`` are notices by the line of post they belong to by now.
    """

    addressee: str
    notices: list[Notice]
    untrue: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    held: str = ""
    why: str = ""
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a batch of bundles is composed from, read at once; ``events`` are by language and ref."""

    instance: str
    generation: int
    departments: Mapping[int, Department]
    commitments: Mapping[int, Commitment]
    sources: frozenset[int]
    facts: Mapping[int, ReminderSubject]
    valid: Mapping[int, Mapping[str, RequiredNotice]]
    progress: Mapping[int, Progress]
    offices: frozenset[str]
    figures: Mapping[int, Mapping[str, float]]
    evidence: Mapping[int, tuple[str, ...]]
    reopened: Mapping[str, str]
    told: Mapping[int, tuple[date, ...]]
    waiting: Mapping[int, tuple[RequestLine, ...]]
    corrected: Mapping[str, CorrectionLine]
    digests: Mapping[int, Digest]
    status: Mapping[str, object] | None
    status_line: str | None
    events: Mapping[str, Mapping[str, ics.Event]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message ready to be frozen. ``content`` is the hash of what its reader would see."""

    addressee: str
    mailbox: str
    locale: str
    kind: str
    slot: date
    notices: tuple[int, ...]
    refused_since: datetime | None
    rendered: Rendered
    thread: str
    content: str
    attachments: tuple[Attachment, ...]


def gather(session: Session, batches: Sequence[Batch], context: Context, now: datetime) -> Material:
    """Read everything these bundles speak of."""
    notices = [notice for batch in batches for notice in batch.notices]
    ids = sorted({notice.commitment_id for notice in notices if notice.commitment_id})
    rows = _commitments(session, ids)
    today = context.today(now)
    known = {each.id: each for each in subjects.load(session, ids, context.policy, context.zone)}
    valid = {
        key: {str(notice.key): notice for notice in required_notices(each, context.policy, today, context.workdays)}
        for key, each in known.items()
    }
    last, figures = _progress(session, ids)
    weekly = any(notice.kind == "status_digest" for notice in notices)
    instance = session.get_one(Instance, 1)
    departments = _departments(session, {notice.department_id for notice in notices if notice.department_id})
    return Material(
        instance=instance.uuid,
        generation=instance.link_generation,
        departments=departments,
        commitments=rows,
        sources=_sources(session, {row.letter_id for row in rows.values()}),
        facts=known,
        valid=valid,
        progress=last,
        offices=lookup.offices(session, {row.by for row in last.values()}),
        figures=figures,
        evidence=_evidence(session, [row.id for row in rows.values() if row.state != "open"]),
        reopened=_reopened(session, [row.ref for row in rows.values() if row.arming > 1]),
        told=tellings.all_days(session, _escalated(notices), context.zone, MOST_DAYS + 1),
        waiting=requests.waiting(session, ids, context.zone),
        corrected=requests.corrected(session, list(rows.values()), context.zone),
        digests=_digests(session, {notice.digest_id for notice in notices if notice.digest_id}),
        status=digests.status(session, now, context.digest, context.workdays) if weekly else None,
        status_line=_newest_status(session) if weekly else None,
        events=_events(session, notices, departments, context) if context.links else {},
    )


def _sources(session: Session, letters: Iterable[int]) -> frozenset[int]:
    """Return those of these letters whose text is kept."""
    return frozenset(session.scalars(select(Source.letter_id).where(Source.letter_id.in_(list(letters)))))


def _departments(session: Session, ids: Iterable[int]) -> dict[int, Department]:
    return {row.id: row for row in session.scalars(select(Department).where(Department.id.in_(ids)))}


def _commitments(session: Session, ids: Sequence[int]) -> dict[int, Commitment]:
    query = select(Commitment).where(Commitment.id.in_(ids)).options(
        joinedload(Commitment.letter), joinedload(Commitment.lead),
        selectinload(Commitment.support), selectinload(Commitment.targets),
    )  # fmt: skip
    return {row.id: row for row in session.scalars(query)}


def _progress(session: Session, ids: Sequence[int]) -> tuple[dict[int, Progress], dict[int, dict[str, float]]]:
    """Return the last progress of each commitment and the newest figure of each target."""
    last: dict[int, Progress] = {}
    figures: dict[int, dict[str, float]] = defaultdict(dict)
    query = select(Progress).where(Progress.commitment_id.in_(ids)).order_by(Progress.on, Progress.id)
    for row in session.scalars(query):
        last[row.commitment_id] = row
        figures[row.commitment_id] |= damage.whole(row.figures)
    return last, figures


def _evidence(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    query = select(Evidence.commitment_id, Evidence.name).where(Evidence.commitment_id.in_(ids)).order_by(Evidence.id)
    for commitment, name in session.execute(query):
        found[commitment] += (name,)
    return found


def _reopened(session: Session, refs: Sequence[str]) -> dict[str, str]:
    query = select(HistoryEntry.subject, HistoryEntry.reason).where(
        HistoryEntry.subject.in_([stored(ref) for ref in refs]), HistoryEntry.action == "reopen"
    )
    return dict(session.execute(query.order_by(HistoryEntry.seq)).all())


def _escalated(notices: Sequence[Notice]) -> set[int]:
    return {n.commitment_id for n in notices if n.kind == "escalation" and n.commitment_id}


def _digests(session: Session, ids: Iterable[int]) -> dict[int, Digest]:
    return {row.id: row for row in session.scalars(select(Digest).where(Digest.id.in_(list(ids))))}


def _newest_status(session: Session) -> str | None:
    return session.scalar(select(func.max(Notice.addressee)).where(Notice.kind == "status_digest"))


def _events(
    session: Session, notices: Sequence[Notice], departments: Mapping[int, Department], context: Context
) -> dict[str, dict[str, ics.Event]]:
    """Return the dates of what is newly assigned, in the language of each reader."""
    new = [notice for notice in notices if notice.kind == "assignment"]
    wanted = Commitment.id.in_(sorted({notice.commitment_id for notice in new if notice.commitment_id}))
    spoken = sorted({departments[notice.department_id].locale for notice in new if notice.department_id})
    return {
        locale: {each.ref: each for each in calendar_events.events(session, wanted, rules=_rules(context, locale))}
        for locale in spoken
    }


def _rules(context: Context, locale: str) -> calendar_events.Rules:
    return calendar_events.Rules(ladder=context.policy.ladder, workdays=context.workdays, locale=locale)


def compose(batch: Batch, material: Material, context: Context, now: datetime) -> Draft | None:
    """Make the message of a bundle; None when nothing in it is still true, and here.

    Notes the untrue in ``bundle.untrue``, and in ``bundle.elsewhere`` what has become another line of post. Raises
    DamagedText when it would carry what is not UTF-8.
    """
    true = [notice for notice in batch.notices if _still_true(notice, batch, material)]
    here = [notice for notice in true if _still_here(notice, batch, material, context)]
    if not here:
        return None
    owners = _owners(here, material)
    locale = _locale(here[0], owners, context)
    sender = _sender(here[0], owners, locale, context, now)
    kind, thread, values = _content(here, sender, material, context, now)
    template = kind if kind in (*DIGEST_KINDS, "escalation") else "notices"
    rendered = context.renderer.render(template, locale, values)
    mailbox = _mailbox(here[0], owners[0] if owners else None, context)
    attachments = _calendar(values.get("items", ()), material.events.get(locale, {}), locale, context)
    seen = "\0".join(
        (mailbox, rendered.subject, rendered.text, rendered.html, *(file.data.decode() for file in attachments))
    )
    if damage.is_damaged(seen):  # the bytes of a mail would leave it out without a word
        raise damage.error_at(seen)
    return Draft(
        addressee=batch.addressee,
        mailbox=mailbox,
        locale=locale,
        kind=kind,
        slot=max(notice.slot for notice in here),
        notices=tuple(notice.id for notice in here),
        refused_since=min((notice.refused_since for notice in here if notice.refused_since), default=None),
        rendered=rendered,
        thread=thread,
        content=hashlib.sha256(seen.encode()).hexdigest(),
        attachments=attachments,
    )


def _still_true(notice: Notice, batch: Batch, material: Material) -> bool:
    if notice.kind == "status_digest" and notice.addressee != material.status_line:  # two would say the same
        batch.untrue["supersede"].append(notice.id)
        return False
    if notice.commitment_id is None:
        return True
    event = obsolete_by(notice.key, material.valid.get(notice.commitment_id, {}))
    if event:
        batch.untrue[event].append(notice.id)
    return event is None


def _still_here(notice: Notice, batch: Batch, material: Material, context: Context) -> bool:
    """Say whether an escalation still ends in this mailbox; it may have been changed since it was planned."""
    department = material.departments.get(notice.department_id or 0)
    if notice.role != "escalation" or department is None:
        return True
    line = escalation_addressee(department.escalation, context.mailbox)
    if line != batch.addressee:
        batch.elsewhere[line].append(notice.id)
    return line == batch.addressee


def _owners(notices: Sequence[Notice], material: Material) -> list[Department]:
    """Return the departments these notices are about, each once; several only where they share a mailbox."""
    found = dict.fromkeys(notice.department_id for notice in notices if notice.department_id)
    return [material.departments[key] for key in found if key in material.departments]


def _locale(notice: Notice, owners: Sequence[Department], context: Context) -> str:
    """Return the language of the department, or ours for copies and where several departments differ."""
    spoken = {department.locale for department in owners}
    return spoken.pop() if len(spoken) == 1 and notice.role != "copy" else context.language


def _mailbox(notice: Notice, department: Department | None, context: Context) -> str:
    if notice.role == "escalation" and department is not None:
        return department.escalation or context.mailbox
    if department is None or notice.role == "copy":
        return context.mailbox
    return department.mailbox


def _sender(notice: Notice, owners: Sequence[Department], locale: str, context: Context, now: datetime) -> Sender:
    return Sender(
        organisation=context.name,
        reply_to=context.reply_to,
        contact=context.contact,
        today=context.today(now),
        recipient=_recipient(notice, owners, locale, context),
    )


def _recipient(notice: Notice, owners: Sequence[Department], locale: str, context: Context) -> str:
    """Return who is written to; an escalation that nobody else receives is ours to follow up."""
    if not owners or (notice.role == "escalation" and not owners[0].escalation):
        return context.name
    return owners[0].name if len(owners) == 1 else word(locale, "noun", "heads")


def _content(
    notices: Sequence[Notice], sender: Sender, material: Material, context: Context, now: datetime
) -> tuple[str, str, dict[str, Any]]:
    """Return the message's kind, its thread and what its template gets."""
    first = notices[0]
    if first.kind == "monthly_digest":
        digest = material.digests[first.digest_id or 0]
        link = _unit_link(first, digest, material, context, now)
        facts = outward.shown(digest.snapshot)
        values = {"sender": sender, "digest": facts, "copy": first.role == "copy", "link": link}
        return first.kind, f"digest/{digest.unit_id}", values
    if first.kind == "status_digest":
        link = _desk_link(material, context, now)
        status = {**(material.status or {}), "week": Addressee.parse(first.addressee).period}
        return first.kind, "status", {"sender": sender, "status": status, "link": link}
    items = _items(notices, material, context, now)
    worst = items[0]
    if first.role == "escalation":
        items = _by_lead(items)
    return worst.notices[0], f"letter/{worst.letter}", {"sender": sender, "items": items, "worst": worst}


def _by_lead(items: Sequence[Item]) -> list[Item]:
    """Put the cards of each department together, the department with the worst first."""
    place = {lead: n for n, lead in enumerate(dict.fromkeys(item.lead for item in items))}
    return sorted(items, key=lambda item: place[item.lead])


def _unit_link(notice: Notice, digest: Digest, material: Material, context: Context, now: datetime) -> str:
    """Return what opens the page on which a unit judges the month; a copy is not for judging."""
    unit = material.departments.get(notice.department_id or 0)
    if context.links is None or unit is None or notice.role == "copy":
        return ""
    return context.links.unit(unit.id, unit.link_generation, digest.period, context.today(now))


def _desk_link(material: Material, context: Context, now: datetime) -> str:
    return context.links.desk(material.generation, context.today(now)) if context.links else ""


def _link(row: Commitment, notice: Notice, material: Material, context: Context, now: datetime) -> str:
    """Return what opens the page on which the reader of a card acts; nothing is left to do on what is closed."""
    department = material.departments.get(notice.department_id or 0)
    if context.links is None or row.state == "closed":
        return ""
    if department is None:
        return _desk_link(material, context, now)
    return context.links.owner(department.id, department.link_generation, row.id)


def _items(notices: Sequence[Notice], material: Material, context: Context, now: datetime) -> list[Item]:
    """One card per commitment, worst first."""
    cards: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        cards[notice.commitment_id or 0].append(notice)
    items = [_item(material.commitments[key], some, material, context, now) for key, some in cards.items()]
    return sorted(items, key=_badness)


def _badness(item: Item) -> tuple[int, int, date, str]:
    place = WORST.index(item.band) if item.band in WORST else len(WORST)
    return (place, PRIORITY.index(item.notices[0]), item.due_on or item.review_on or date.max, item.ref)


def _rank(kind: str, light: str | None) -> int:
    """Order the notices on a card; while there is time, a task that is new says more than a reminder of it."""
    return -1 if kind == "assignment" and light == "on_track" else PRIORITY.index(kind)


def _item(row: Commitment, notices: Sequence[Notice], material: Material, context: Context, now: datetime) -> Item:
    today = context.today(now)
    live = row.state == "open"
    light = band(row.due_on, row.review_on, today, context.policy.ladder, context.workdays) if live else None
    ordered = sorted(notices, key=lambda notice: _rank(notice.kind, light))
    last = material.progress.get(row.id)
    due = row.due_on if live else None
    return Item(
        ref=row.ref,
        title=row.title,
        quote=row.quote,
        summary=row.summary,
        verbatim=row.letter_id in material.sources,
        letter=row.letter.document_number,
        letter_title=row.letter.proposal_title,
        section=row.section,
        ordinal=row.ordinal or "",
        kind=row.kind,
        strength=row.strength,
        lead=row.lead.name,
        support=tuple(department.name for department in row.support),
        role=ordered[0].role,
        notices=tuple(notice.kind for notice in ordered),
        rung=ordered[0].rung,
        state=row.state,
        band=light,
        due_on=row.due_on,
        first_due_on=row.first_due_on,
        due_text=row.due_text,
        due_basis=row.due_basis or "",
        due_rule=row.due_rule,
        provisional=provisional(row.due_from, row.due_offset, row.due_on, context.workdays),
        review_on=row.review_on,
        condition=row.condition,
        days_left=(due - today).days if due else None,
        working_days_left=working_days_left(today, due, context.workdays) if due else None,
        targets=target_lines(row, material.figures.get(row.id, {})),
        last_progress=_last(last, material) if last else None,
        outcome=row.outcome or "",
        closed_on=row.closed_on,
        closing_note=row.closing_note,
        reopened_because=material.reopened.get(row.ref, "") if "assignment" in {n.kind for n in notices} else "",
        told_before=material.told.get(row.id, ()) if ordered[0].kind == "escalation" else (),
        entered_on=_entered_on(row, notices, material, today),
        waiting=material.waiting.get(row.id, ()) if live else (),
        corrected=material.corrected.get(row.ref) if live else None,
        listed=all(_is_listed(notice, material) for notice in notices),
        evidence=material.evidence.get(row.id, ()),
        link=_link(row, ordered[0], material, context, now),
    )


def _last(row: Progress, material: Material) -> ProgressLine:
    """Name the department that reported; a person who wrote it down for one is named inside only."""
    return ProgressLine(on=row.on, note=row.note, by=row.by if row.by in material.offices else "")


def _entered_on(row: Commitment, notices: Sequence[Notice], material: Material, today: date) -> date | None:
    """Return the day on which a new task was overdue already when it became open."""
    known = material.facts[row.id]
    return known.since if known.late(today) and "assignment" in {notice.kind for notice in notices} else None


def _is_listed(notice: Notice, material: Material) -> bool:
    required = material.valid.get(notice.commitment_id or 0, {}).get(notice.key)
    return required is not None and required.listed


def _calendar(
    items: Iterable[Item], events: Mapping[str, ics.Event], locale: str, context: Context
) -> tuple[Attachment, ...]:
    """Return the dates of the new tasks among the cards as one file, each with its card's link."""
    new = [item for item in items if "assignment" in item.notices and item.ref in events]
    if not new:
        return ()
    text = ics.calendar(
        [replace(events[item.ref], url=item.link) for item in new],
        name=f"{context.name} {word(locale, 'noun', 'calendar')}", alarm_at=context.send_at,
        publisher=addresses.wire(context.reply_to),
    )  # fmt: skip
    return (Attachment(name="yinuo.ics", media=ics.PUBLISHED, data=text.encode()),)


def target_lines(row: Commitment, figures: Mapping[str, float]) -> tuple[TargetLine, ...]:
    """Return each target with its newest figure and how much of the way is done, in percent."""
    return tuple(
        TargetLine(
            what=target.what,
            unit=target.unit,
            baseline=target.baseline,
            goal=target.goal,
            figure=figures.get(target.what),
            percent=percent(target.baseline, target.goal, figures.get(target.what)),
        )
        for target in row.targets
    )


def render_mime(draft: Draft, material: Material, context: Context, now: datetime, number: int) -> tuple[str, bytes]:
    """Return the Message-ID and the bytes of a draft: from here on they never change."""
    domain = addresses.domain(context.sender)
    name = "|".join(
        (material.instance, draft.addressee, context.channel.name, draft.slot.isoformat(), draft.kind, str(number))
    )
    thread = f"{material.instance}|{Addressee.parse(draft.addressee).thread}|{draft.thread}"
    message_id = f"<{_short(name)}@{domain}>"
    envelope = Envelope(
        sender=context.sender,
        sender_name=context.name,
        to=draft.mailbox,
        reply_to=context.reply_to,
        message_id=message_id,
        date=now,
        references=(f"<{_short(thread)}@{domain}>",),
        list_id=f"yinuo.{domain}",
        locale=draft.locale,
    )
    return message_id, mime(draft.rendered, envelope, draft.attachments)


def _short(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40]
