"""From notices to messages: is each still true, who gets it, what does it say. Pure functions over what was read."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from commitments import addresses, damage
from commitments.i18n import word
from commitments.models import Department
from notifications.context import Context
from notifications.keys import Addressee
from notifications.mail import ics
from notifications.mail.cards import cards, coordinator_link
from notifications.mail.gather import Batch, Material
from notifications.mail.mime import Attachment, Envelope, mime
from notifications.mail.render import Item, Rendered, Sender
from notifications.models import Digest, Notice
from notifications.plan import masking
from notifications.plan.mailboxes import escalation_addressee
from notifications.plan.planner import obsolete_by

DIGEST_KINDS = ("monthly_digest", "status_digest")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message ready to be stored. ``content`` is the hash of what its reader would see."""

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


def compose(batch: Batch, material: Material, context: Context, now: datetime) -> Draft | None:
    """Make the message of a batch; None when nothing in it is still true, and here.

    Notes the untrue in ``batch.untrue``, and in ``batch.elsewhere`` what has another addressee by now. Raises
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
    if notice.kind == "status_digest" and notice.addressee != material.newest_status:  # two would say the same
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
    addressee = escalation_addressee(department.escalation, context.mailbox)
    if addressee != batch.addressee:
        batch.elsewhere[addressee].append(notice.id)
    return addressee == batch.addressee


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
        facts = masking.shown(digest.snapshot)
        values = {"sender": sender, "digest": facts, "copy": first.role == "copy", "link": link}
        return first.kind, f"digest/{digest.unit_id}", values
    if first.kind == "status_digest":
        link = coordinator_link(material, context, now)
        status = {**(material.status or {}), "week": Addressee.parse(first.addressee).period}
        return first.kind, "status", {"sender": sender, "status": status, "link": link}
    items = cards(notices, material, context, now)
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
