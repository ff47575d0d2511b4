"""What the commands that enter commitments say of those that are overdue already, and their option ``--quiet``."""

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.app import App
    from tracker.late_entries import Late

QuietOption = Annotated[
    bool,
    typer.Option(
        "--quiet",
        help="作为历史登记：不发交办邮件，不补发以前的提醒 · As history: no assignment, no reminder of the past.",
    ),
]
SAID = {
    "zh": {
        "overdue": "{n}项登记时已逾期，交办邮件将写明。逾期提醒从今天起算，{first}首次提醒主办单位；"
        "确已提醒主办单位、满{after}仍未办结的，才发督办。",
        "history": "{n}项登记时已逾期，作为历史登记，不发交办邮件。{first}首次提醒主办单位；"
        "确已提醒主办单位、满{after}仍未办结的，才发督办。",
        "drafts": "{n}条草稿的期限已过，确认时即已逾期：交办邮件将写明，逾期提醒从确认之日起算。"
        "要作为历史登记、不发交办邮件的，确认时加 --quiet。",
        "history_drafts": "{n}条草稿的期限已过。确认时一律作为历史登记，不发交办邮件，也不补发以前的提醒。",
    },
    "en": {
        "overdue": "{n} overdue already when entered; the assignments will say so. Reminders are counted from today, "
        "the first goes to the lead on {first}; an escalation follows only {after} after the lead really was reminded.",
        "history": "{n} overdue already when entered, as history: no assignments. The first reminder goes to the lead "
        "on {first}; an escalation follows only {after} after the lead really was reminded.",
        "drafts": "{n} drafts have a deadline that has passed and will be overdue when confirmed: the assignments will "
        "say so, and reminders are counted from that day. To enter them as history, without assignments, "
        "confirm with --quiet.",
        "history_drafts": "{n} drafts have a deadline that has passed. All drafts are entered as history when "
        "confirmed: no assignments, no reminders of the past.",
    },
}


def say_late(found: "Sequence[Late]", app: "App", locale: str) -> None:
    """Say how many were overdue when they became open, and what will happen; nothing where there are none."""
    for late in found:
        facts = {"n": late.overdue, "first": _day(late, locale), "after": _after(app, locale)}
        _say(locale, "history" if late.quiet else "overdue", **facts)


def count(found: "Sequence[Late]") -> int:
    """Return how many were overdue, entered as history or not."""
    return sum(late.overdue for late in found)


def say_drafts(overdue: int, locale: str, *, quiet: bool) -> None:
    """Say how many drafts of a letter are past their deadline, and what confirming them will do."""
    if overdue:
        _say(locale, "history_drafts" if quiet else "drafts", n=overdue)


def _say(locale: str, sentence: str, **facts: object) -> None:
    say(SAID["zh" if locale.startswith("zh") else "en"][sentence].format(**facts))


def _day(late: "Late", locale: str) -> str:
    from commitments.i18n import format_date  # noqa: PLC0415

    return format_date("zh-Hans" if locale == "zh" else locale, late.first) if late.first else "—"


def _after(app: "App", locale: str) -> str:
    """Return the distance in words: ``5个工作日``, ``5 working days``."""
    from commitments.i18n import distance  # noqa: PLC0415

    return distance(locale, app.policy.escalate_after)
