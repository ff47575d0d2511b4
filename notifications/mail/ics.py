"""Dates as an iCalendar (RFC 5545) that Outlook, Thunderbird, WPS and phones read: plain facts in, text out.

Each event lasts the whole day and makes nobody busy. The same ``uid`` with a higher ``sequence`` takes the place of
what a reader's calendar holds. A file or a feed names no METHOD: it is kept, not answered. In a mail it is published
(RFC 5546, 3.2.1), which asks for an organiser and for no answer either: mail programs then offer to add it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from commitments.damage import visible

PRODID = "-//Yinuo//Yinuo//ZH"
MEDIA_TYPE = "text/calendar; charset=utf-8"
PUBLISHED = f"{MEDIA_TYPE}; method=PUBLISH"  # in a mail: RFC 6047, 2.4
Status = Literal["confirmed", "tentative", "completed", "cancelled"]
LINE = 75  # octets of a line, its end not counted; RFC 5545, 3.1
REFRESH = "PT6H"  # how often a subscriber should look again
_STATUS = {"confirmed": "CONFIRMED", "tentative": "TENTATIVE", "completed": "CONFIRMED", "cancelled": "CANCELLED"}
_REMINDED = ("confirmed", "tentative")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")  # a reader that splits lines by Unicode would end the property here
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ESCAPED = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})


@dataclass(frozen=True, kw_only=True)
class Event:
    """One date of one commitment. ``on`` is its deadline, or the day of review.

    ``uid`` stays the same for ever; ``sequence`` rises with every change; ``stamp`` is the aware instant of the last.
    ``alarms`` are days before ``on`` (0 is the day itself); what is completed or cancelled rings no more.
    """

    uid: str
    ref: str
    title: str
    on: date
    sequence: int
    stamp: datetime
    description: str = ""
    alarms: tuple[int, ...] = ()
    url: str = ""
    status: Status = "confirmed"


def calendar(events: Iterable[Event], *, name: str, alarm_at: time = time(9), publisher: str = "") -> str:
    """Return the text of a calendar called ``name``, lines folded and ended as RFC 5545 asks.

    Alarms ring at ``alarm_at``, in whatever zone the reader's calendar is. ``publisher`` is the mail address that
    publishes it by mail. Raises ValueError for a naive ``stamp``.
    """
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_text(PRODID)}", "CALSCALE:GREGORIAN"]
    head += ["METHOD:PUBLISH"] if publisher else []
    named = [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    again = [f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}"]
    body = [line for event in events for line in _event(event, alarm_at, publisher)]
    return "".join(map(_folded, (*head, *named, *again, *body, "END:VCALENDAR")))


def plain(text: str) -> str:
    """Return ``text`` as a calendar can hold it: one kind of line end, no controls, nothing UTF-8 cannot say."""
    lines = _LINE_ENDS.sub("\n", text)
    return visible(_UNSEEN.sub("", lines))


def _event(event: Event, alarm_at: time, publisher: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    if publisher:
        yield f"ORGANIZER:mailto:{plain(publisher).translate({10: None})}"
    yield f"DTSTAMP:{_instant(event.stamp)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART;VALUE=DATE:{_day(event.on)}"
    if event.on < date.max:  # a day lasts one day when nothing is said
        yield f"DTEND;VALUE=DATE:{_day(event.on + timedelta(days=1))}"
    yield f"SUMMARY:{_text(_titled(event))}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    if event.url:
        yield f"URL:{plain(event.url).translate({10: None})}"
    yield f"STATUS:{_STATUS[event.status]}"
    yield "TRANSP:TRANSPARENT"
    if event.status in _REMINDED:
        for days in sorted(set(event.alarms), reverse=True):
            yield from _alarm(days, event, alarm_at)
    yield "END:VEVENT"


def _titled(event: Event) -> str:
    """Let the title come first: a month view shows its beginning only."""
    return plain(f"{event.title} {event.ref}").strip()


def _alarm(days: int, event: Event, at: time) -> Iterator[str]:
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(_titled(event))}"
    yield f"TRIGGER:{_distance(timedelta(hours=at.hour, minutes=at.minute) - timedelta(days=days))}"
    yield "END:VALARM"


def _distance(span: timedelta) -> str:
    """Return a duration from the day's midnight in minutes, as Outlook writes it: ``PT540M``, ``-PT9540M``."""
    return f"{'-' if span < timedelta() else ''}PT{abs(span) // timedelta(minutes=1)}M"


def _instant(stamp: datetime) -> str:
    if stamp.utcoffset() is None:
        raise ValueError(f"{stamp} has no time zone")
    utc = stamp.astimezone(UTC)
    return f"{_day(utc)}T{utc:%H%M%S}Z"


def _day(day: date) -> str:
    """``strftime`` writes the year 987 without its zero."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def _text(value: str) -> str:
    return plain(value).translate(_ESCAPED)


def _folded(line: str) -> str:
    """Return the line cut into pieces of at most 75 octets, none splitting a character, each with its end."""
    data = visible(line).encode()
    pieces, start, room = [], 0, LINE
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # the middle of a character  # noqa: PLR2004
            end -= 1
        pieces.append(data[start:end])
        start, room = end, LINE - 1  # the blank that begins a piece counts
    pieces.append(data[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
