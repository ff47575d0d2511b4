"""What a review shows: the draft in its paragraph with what was read of it, and at the end what became of all."""

import re
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from commitments import codes, i18n
from commitments.text import amounts
from tracker.cli.entering import say_late
from tracker.cli.listing import due_words
from tracker.cli.output import clean, paint, print_table, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from commitments.letters.candidates import Candidate
    from commitments.models import Commitment, Department, Source
    from tracker.app import App

COLUMNS = ("ref", "title", "lead", "due")
OFFERED = 9  # of what else there is to look at, at a time: one key chooses


def drafts(app: "App", name: str) -> list[str]:
    """Return the refs of a letter's drafts in the order of its words. Raises NoSuchLetter, AmbiguousLetter."""
    from sqlalchemy import select

    from commitments.models import Commitment, Source
    from commitments.queries import lookup

    with app.reading() as session:
        letter = lookup.find_letter(session, name)
        wanted = (Commitment.letter_id == letter.id, Commitment.state == "draft")
        refs = session.scalars(select(Commitment.ref).where(*wanted).order_by(Commitment.ref)).all()
        source = session.get(Source, letter.id)
        places = source.places if source else {}
    return sorted(refs, key=lambda ref: places.get(ref, {}).get("start", 0))


def find(session: "Session", ref: str) -> "tuple[Commitment, Source | None]":
    """Return a draft, and what its letter was read from."""
    from commitments.models import Source
    from commitments.queries import lookup

    row = lookup.find(session, ref)
    return row, session.get(Source, row.letter_id)


def is_draft(app: "App", ref: str) -> bool:
    """Say whether this is a draft still: somebody else may have decided on it."""
    from commitments.queries import lookup

    with app.reading() as session:
        row = lookup.of_ref(session, ref)
        return row is not None and row.state == "draft"


# -- a draft -----------------------------------------------------------------------------------------------------


def show(app: "App", ref: str, count: str, locale: str) -> None:
    """Print a draft; ``count`` says which of how many it is."""
    with app.reading() as session:
        row, source = find(session, ref)
        where = clean(f"{row.section}  {row.ordinal or ''}")
        lines = [f"\n{count}  {paint(ref, 'bold')}  {where}", _in_paragraph(row, source)]
        if source and source.recognised:
            lines.append(f"  {paint(i18n.say(locale, 'cli.review.label.recognised'), 'yellow')}")
        lines += _facts(row, source, locale)
    print("\n".join(lines))
    sys.stdout.flush()


def possible(app: "App", name: str) -> "list[Candidate]":
    """Return what else of a letter may be a pledge, in the order of its words."""
    from commitments.queries import lookup
    from commitments.register import letter_import

    with app.reading() as session:
        return letter_import.also_look_at(session, lookup.find_letter(session, name))


def show_possible(offered: "Sequence[Candidate]", locale: str) -> None:
    """Print, dimmed, what a person may take, each with its number and why it was not taken."""
    if offered:
        print(f"\n{i18n.word(locale, 'cli.review', 'possible')}")
    for number, each in enumerate(offered, 1):
        why, quote = i18n.word(locale, "why_not", each.why[0]), clean(each.quote.replace("\n", " "))
        print(paint(f"  {number}  {quote}  {i18n.say(locale, 'cli.common.note', text='', note=why)}", "dim"))
    sys.stdout.flush()


def _in_paragraph(row: "Commitment", source: "Source | None") -> str:
    """Return the paragraph with the quote marked, and in it its time, numbers and owners."""
    place = source.places.get(row.ref) if source else None
    if source is None or place is None:
        return clean(row.quote)
    text, start, end = source.text, place["start"], place["end"]
    before = text[text.rfind("\n", 0, start) + 1 : start]
    after = text[end : (text + "\n").find("\n", end)]
    return f"{paint(clean(before), 'dim')}【{_marked(row)}】{paint(clean(after), 'dim')}"


def _marked(row: "Commitment") -> str:
    """Colour what was read in a quote: the time, numbers to reach, and who."""
    units = [row.lead.name, *(each.name for each in row.support)]
    words = [row.due_text, *units, *(f"{amounts.written(t.goal)}{t.unit}" for t in row.targets)]
    known = sorted({re.escape(word) for word in words if word}, key=len, reverse=True)
    quote = clean(row.quote.replace("\n", " "))
    return re.sub("|".join(known), lambda hit: paint(hit[0], "yellow"), quote) if known else quote


def _facts(row: "Commitment", source: "Source | None", locale: str) -> list[str]:
    names, word = i18n.table(locale, "cli.review.label"), partial(i18n.word, locale)
    asked = source.asks(row.ref) if source else []
    lead = i18n.say(locale, "cli.common.note", text=row.lead.name, note=word("owner_basis", row.owner_basis))
    goals = [f"{each.what} {amounts.written(each.goal)}{each.unit}" for each in row.targets]
    shown = {
        "title": row.title,
        "lead": "?" if "lead" in asked else lead,
        "due": _due(row, source, locale),
        "support": word("cli.common", "comma").join(each.name for each in row.support),
        "strength": " ".join([word("strength", row.strength), row.condition, *goals]).strip(),
        "kind": word("kind", row.kind),
    }
    return [f"  {names[key]}  {clean(text)}" for key, text in shown.items() if text]


def _due(row: "Commitment", source: "Source | None", locale: str) -> str:
    """Return the date, the words it was read from, and how."""
    from tracker.cli.wording import note_words

    asked = "?" if source and "date" in source.asks(row.ref) else ""
    note = note_words(locale, source.places.get(row.ref, {}).get("note", "") if source else "")
    why = dict.fromkeys([codes.due_rule_words(locale, row.due_rule), note])  # a note may say the same as the rule
    return f"{row.due_on or '—'}{asked}  {row.due_text}  {'  '.join(why)}".rstrip()


# -- at the end --------------------------------------------------------------------------------------------------


def show_end(app: "App", letter: str, locale: str, opened: Sequence[str], dropped: int, *, quiet: bool) -> None:
    """Say what was confirmed, whom no mail reaches, what is overdue already, what is left and what to do next."""
    from tracker import late_entries

    left = len(drafts(app, letter))
    with app.reading() as session:
        rows = [find(session, ref)[0] for ref in opened]
        shown = [_row(row, locale) for row in rows]
        overdue = [row.ref for row in rows if row.due_on and row.due_on < app.today]
        unreached = list(dict.fromkeys(unit.name for row in rows for unit in _owners(row) if not unit.mailbox))
        late = late_entries.of(app, session, opened, quiet=quiet)
    if shown:
        names = i18n.table(locale, "cli.list.column")
        print_table({column: names[column] for column in COLUMNS}, shown)
    sys.stdout.flush()
    say(i18n.say(locale, "cli.review.done", confirmed=len(opened), dropped=dropped, left=left))
    _say_names("cli.review.overdue", overdue, locale)
    say_late(late, app, locale)
    _say_names("cli.review.unreached", unreached, locale)
    say(_next(letter, locale, left, unreached))


def _owners(row: "Commitment") -> "list[Department]":
    return [row.lead, *row.support]


def _row(row: "Commitment", locale: str) -> dict[str, object]:
    due = due_words(row.due_on, row.review_on, locale, provisional=False)
    return {"ref": row.ref, "title": row.title, "lead": row.lead.name, "due": due}


def _say_names(key: str, names: Sequence[str], locale: str) -> None:
    if names:
        joined = i18n.word(locale, "cli.common", "comma").join(names)
        say(clean(i18n.say(locale, key, n=len(names), names=joined)))


def _next(letter: str, locale: str, left: int, unreached: Sequence[str]) -> str:
    """Return the command to run next: the rest of the drafts, a mailbox, or who is told what."""
    if left:
        return clean(i18n.say(locale, "cli.review.next_review", letter=letter))
    if unreached:
        return clean(i18n.say(locale, "cli.review.next_mailbox", name=unreached[0]))
    return i18n.say(locale, "cli.review.next_due")
