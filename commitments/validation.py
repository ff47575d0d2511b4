"""What the ledger allows: the checks of the verbs, and how a change is written down."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date

from commitments.calendar.deadlines import YEARS, is_meant
from commitments.errors import (
    BadFigure,
    BadRef,
    BadText,
    BadValue,
    DueAndReview,
    DueBeforeLetter,
    EvidenceNeeded,
    FarDate,
    LeadSupports,
    Mistake,
    ReasonNeeded,
    WrongState,
)
from commitments.models import (
    DUE_BASES,
    KINDS,
    OUTCOMES,
    OWNER_BASES,
    PROVEN_OUTCOMES,
    STATES,
    STRENGTHS,
    SUPPORT_BASES,
    Commitment,
    Department,
    Letter,
    Target,
)
from commitments.text import amounts

DEADLINES = ("due_on", "first_due_on")
DAYS = (*DEADLINES, "due_from", "review_on", "reported_done_on", "closed_on")
_PARTING = re.compile(r"[|;；\x00-\x1f\x7f]")
TITLE, PROSE = 300, 20_000  # characters in one line, and in a text
WORDS = {
    "kind": KINDS,
    "strength": STRENGTHS,
    "owner_basis": OWNER_BASES,
    "due_basis": (*DUE_BASES, None),
    "state": STATES,
    "outcome": (*OUTCOMES, None),
}
FACTS = (
    "title", "kind", "strength", "lead", "support", "due_on", "due_basis", "review_on", "condition", "state", "outcome",
    "section", "ordinal", "letter", "quote", "summary", "owner_basis", "support_basis", "due_text", "first_due_on",
    "due_rule", "due_from", "due_offset", "opened_at", "reported_done_on", "closed_on", "closing_note", "arming",
    "reopened_at", "follows_id",
)  # fmt: skip


def check(commitment: Commitment) -> None:
    """Check one commitment as a whole. Raises BadValue, DueAndReview, DueBeforeLetter, LeadSupports."""
    what = commitment.ref or commitment.title
    check_text(f"{what} title", commitment.title, TITLE)
    for field, text in (("section", commitment.section), ("ordinal", commitment.ordinal), ("ref", commitment.ref)):
        if text:
            check_text(f"{what} {field}", text, TITLE)
    for field in ("quote", "summary", "condition", "due_text", "due_rule"):
        if text := getattr(commitment, field):
            check_text(f"{what} {field}", text, PROSE, lines=True)
    for field, words in WORDS.items():
        check_word(f"{what} {field}", getattr(commitment, field), words)
    for name, basis in commitment.support_basis.items():
        check_word(f"{what} support_basis", name, [department.name for department in commitment.support])
        check_word(f"{what} support_basis {name}", basis, SUPPORT_BASES)
    if commitment.due_on is not None and commitment.review_on is not None:
        raise DueAndReview(what=what)
    signed = commitment.letter.signed_on
    if signed is not None and commitment.due_on is not None and commitment.due_on < signed:
        raise DueBeforeLetter(what=what, due=commitment.due_on, signed=signed)
    if commitment.lead in commitment.support:
        raise LeadSupports(what=what, name=commitment.lead.name)


def check_days(what: str, facts: Mapping[str, object]) -> None:
    """Raise FarDate for the first date among these fields that nobody can mean."""
    for field, value in facts.items():
        if isinstance(value, date) and (wrong := far_day(field, value)):
            raise FarDate(what=what[:TITLE], field=field, day=value, problem=wrong)


def far_day(field: str, day: date) -> Mistake | None:
    """Say what is wrong with a date that nobody can mean; of a deadline far ahead, how to say that there is none."""
    if is_meant(day):
        return None
    endless = field in DEADLINES and day.year > YEARS[1]
    return Mistake("no_end" if endless else "far_day", day=day, first=YEARS[0], last=YEARS[1])


def check_targets(what: str, targets: Collection[Target]) -> None:
    """Raise BadFigure for a baseline or goal that cannot be kept as it is."""
    for target in targets:
        check_figures(what, {f"{target.what} baseline": target.baseline, f"{target.what} goal": target.goal})


def check_figures(what: str, figures: Mapping[str, float]) -> None:
    """Raise BadFigure for a figure that cannot be kept as it is."""
    for name, value in figures.items():
        try:
            amounts.checked(value)
        except Mistake as wrong:
            raise BadFigure(what=f"{what} {name}"[:TITLE], problem=wrong) from None


def days(commitment: Commitment) -> dict[str, object]:
    """Return the dates of a commitment by field."""
    return {field: getattr(commitment, field) for field in DAYS}


def check_ref(ref: str) -> None:
    """Raise BadRef for what could not stand in a page's address or a notice's key."""
    if not is_ref(ref):
        raise BadRef(value=ref[:TITLE])


def is_ref(ref: str) -> bool:
    """Say whether ``ref`` is words, digits, ``-``, ``_`` and ``.``, beginning with one of the first two."""
    return re.fullmatch(r"\w[\w.-]*", ref) is not None


def check_text(what: str, text: str, longest: int, *, lines: bool = False) -> None:
    """Raise BadText for what is empty, too long, or would drive a terminal; ``lines`` allows line ends and tabs."""
    if not is_text(text, longest, lines=lines):
        raise BadText(what=what[:TITLE], value=text[:TITLE], longest=longest)


def is_text(text: str, longest: int, *, lines: bool = False) -> bool:
    """Say whether a text says something, is short enough and holds nothing that would drive a terminal."""
    spared = "\n\t" if lines else ""
    unseen = any(unicodedata.category(c) in ("Cc", "Cs") and c not in spared for c in text)
    return bool(text.strip()) and len(text) <= longest and not unseen


def is_name(name: str) -> bool:
    """Say whether this can stand in a notice's key, where ``|`` parts the fields, and in a list parted by ``；``."""
    return is_text(name, TITLE) and _PARTING.search(name) is None


def is_department(name: str) -> bool:
    """Say whether this can name a department, whose name is also a line of post beside ours."""
    return is_name(name) and "/" not in name and name != "organisation"


def check_line_facts(subject: str, reason: str, facts: Mapping[str, object]) -> None:
    """Raise BadText for what is no line of text: all of it stands in subjects of mails and in the history."""
    check_reason(subject, reason)
    for key, value in facts.items():
        if isinstance(value, str) and value:
            check_text(f"{subject} {key}", value, TITLE)


def check_word(what: str, value: object, words: Collection[str | None]) -> None:
    """Raise BadValue unless ``value`` is one of ``words``."""
    if value not in words:
        raise BadValue(what=what, value=value, allowed=[word for word in words if word])


def need_proof(commitment: Commitment, outcome: str, *, proven: bool, waiver: str) -> None:
    """A pledge is kept only when something shows it. Raises EvidenceNeeded."""
    if outcome in PROVEN_OUTCOMES and not proven and not waiver.strip():
        raise EvidenceNeeded(ref=commitment.ref, outcome=outcome)


def need_reason(ref: str, verb: str, reason: str) -> None:
    """Raise ReasonNeeded unless a reason is given, BadText for one that is none."""
    if not reason.strip():
        raise ReasonNeeded(ref=ref, verb=verb)
    check_reason(ref, reason)


def check_reason(what: str, reason: str) -> None:
    """Raise BadText for words, where there are any, that nobody could be shown: the history keeps them for ever."""
    if reason:
        check_text(f"{what} reason", reason, PROSE, lines=True)


def need_state(commitment: Commitment, verb: str, states: Collection[str]) -> None:
    """Raise WrongState unless the commitment is in one of ``states``."""
    if commitment.state not in states:
        raise WrongState(ref=commitment.ref, state=commitment.state, verb=verb)


def change(row: Commitment | Department | Letter, **new: object) -> dict[str, object]:
    """Set fields; return ``{field: [old, new]}`` for those that differ."""
    changes: dict[str, object] = {}
    for field, value in new.items():
        old = getattr(row, field)
        if old != value:
            changes[field] = [_plain(old), _plain(value)]
            setattr(row, field, value)
    return changes


def facts(commitment: Commitment) -> dict[str, object]:
    """Return what a history entry says of a commitment that is entered or dropped: all of it, less what is empty."""
    values = {field: _plain(getattr(commitment, field)) for field in FACTS}
    values["targets"] = {t.what: {"unit": t.unit, "baseline": t.baseline, "goal": t.goal} for t in commitment.targets}
    return {field: value for field, value in values.items() if value not in (None, "", [], {})}


def following_year(commitment: Commitment, due_on: date) -> Commitment:
    """Return next year's commitment of a recurring one: same pledge, owners and targets, new date."""
    base = (commitment.ordinal or "").split("（")[0]
    return Commitment(
        ref="",
        letter=commitment.letter,
        section=commitment.section,
        ordinal=f"{base}（{due_on.year}年）",
        kind=commitment.kind,
        strength=commitment.strength,
        title=commitment.title,
        quote=commitment.quote,
        summary=commitment.summary,
        lead=commitment.lead,
        support=list(commitment.support),
        owner_basis=commitment.owner_basis,
        support_basis=dict(commitment.support_basis),
        due_text=commitment.due_text,
        due_on=due_on,
        due_basis="set",
        due_rule=f"follows {commitment.ref}",
        follows_id=commitment.id,
        targets=[Target(what=t.what, unit=t.unit, baseline=t.baseline, goal=t.goal) for t in commitment.targets],
    )


def _plain(value: object) -> object:
    if isinstance(value, Department):
        return value.name
    if isinstance(value, Letter):
        return value.name
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
