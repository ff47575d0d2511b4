"""What was saved: after a form, the page names the history entry it wrote. Nothing is told from the address itself."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.models import HistoryEntry
from tracker.web.item import Event

if TYPE_CHECKING:
    from tracker.app import App

LONGEST = 15  # digits of an entry's number


def find(session: Session, app: "App", subjects: Collection[str] = (), actions: Collection[str] = ()) -> Event | None:
    """Return the entry that ``?saved=123`` names, if it is about one of these subjects, and one of these actions."""
    number = request.args.get("saved", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST):
        return None
    query = select(HistoryEntry).where(HistoryEntry.seq == int(number))
    if subjects:
        query = query.where(HistoryEntry.subject.in_(subjects))
    if actions:
        query = query.where(HistoryEntry.action.in_(actions))
    entry = session.scalars(query).first()
    if entry is None:
        return None
    return Event(entry.seq, entry.at.astimezone(app.zone).date(), entry.action, entry.actor, entry.reason)
