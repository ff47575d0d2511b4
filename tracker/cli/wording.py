"""What listings say of notices and messages: labels, reasons, receivers, in the reader's language.

Codes and keys stay in ``--json`` and ``--csv``; a listing is for people.
"""

import re
from collections.abc import Iterable

from commitments.i18n import format_date, format_month, say, signed_distance, table, word
from notifications.keys import ORGANISATION, Addressee, NoticeKey


def label(locale: str, name: str) -> str:
    """Return the heading of a column or a fact; an unknown one stands for itself."""
    return word(locale, "cli.outbox.column", name)


def labels(locale: str, names: Iterable[str]) -> dict[str, str]:
    """Return the headings of a table in the order of ``names``."""
    return {name: label(locale, name) for name in names}


def fact(locale: str, name: str) -> str:
    """Return what ``status`` and ``doctor`` call a fact: its name, or ``daemon`` with the daemon's own."""
    first, blank, rest = name.partition(" ")
    return f"{word(locale, 'cli.fact', first)}{blank}{rest}"


def hold_reason(locale: str, reason: str) -> str:
    """Say why a notice is held; ``message 3`` is a message that waits."""
    known, _, id_ = reason.partition(" ")
    return (
        say(locale, "cli.outbox.reason.message", id=id_)
        if known == "message"
        else word(locale, "cli.outbox.reason", reason)
    )


def note_words(locale: str, note: str) -> str:
    """Return what reading a letter noted, which is kept in English; other text stands for itself."""
    for key, text in table("en", "cli.review.note").items():
        if match := re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text)), note):
            return say(locale, f"cli.review.note.{key}", **match.groupdict())
    return note


def outcome(locale: str, name: str | None) -> str:
    """Say how an attempt ended; one that is under way has no outcome."""
    return word(locale, "cli.outbox.outcome", name or "")


def receiver(locale: str, addressee: str) -> str:
    """Say who gets a message: ``市民政局（督办）``, ``市台联（办理情况月报，2019年10月）``."""
    who = Addressee.parse(addressee)
    about = {"escalation": word(locale, "role", "escalation"), "status": word(locale, "notice", "status_digest")}
    details = [about[who.kind]] if who.kind in about else []
    if who.kind in ("digest", "copy"):
        details = [word(locale, "notice", "monthly_digest"), format_month(locale, who.period)]
    name = word(locale, "role", ORGANISATION) if who.name in ("", ORGANISATION) else who.name
    return f"{name}{_bracketed(locale, details)}"


def notice(locale: str, text: str) -> str:
    """Say what a notice's key spells: ``到期提醒 2019-1007-03 +6个工作日（2019年12月31日）市民政局（主办）``."""
    key = NoticeKey.parse(text)
    if key is None:
        return text
    kinds = {"digest": "monthly_digest", "status": "status_digest"}
    what = word(locale, "notice", kinds.get(key.kind, key.kind))
    if key.kind == "digest":
        return f"{what} {key.subject} {format_month(locale, key.step)}"
    day = _bracketed(locale, [format_date(locale, key.day)]) if key.day else ""
    role = [] if key.role == key.name else [word(locale, "role", key.role)]
    who = f"{receiver(locale, key.name)}{_bracketed(locale, role)}"
    return " ".join(part for part in (what, key.subject, signed_distance(locale, key.step) + day, who) if part)


def _bracketed(locale: str, words: list[str]) -> str:
    return (
        say(locale, "cli.common.note", text="", note=word(locale, "cli.common", "pause").join(words)) if words else ""
    )
