"""What the commands that enter commitments say of those that are overdue already, and their option ``--quiet``."""

from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from tracker.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.app import App
    from tracker.late_entries import Late

QuietOption = Annotated[
    bool,
    typer.Option(
        "--quiet",
        help="作为历史登记：不发新任务邮件，不补发以前的提醒 · As history: no assignment, no reminder of the past.",
    ),
]


def say_late(found: "Sequence[Late]", app: "App", locale: str) -> None:
    """Say how many were overdue when they became open, and what will happen; nothing where there are none."""
    for late in found:
        first = i18n.format_date(locale, late.first) if late.first else "—"
        after = i18n.distance(locale, app.policy.escalate_after)
        key = f"cli.late.{'history' if late.quiet else 'overdue'}"
        say(i18n.say(locale, key, n=late.overdue, first=first, after=after))


def say_drafts(overdue: int, locale: str, *, quiet: bool) -> None:
    """Say how many drafts of a letter are past their deadline, and what confirming them will do."""
    if overdue:
        say(i18n.say(locale, f"cli.late.{'history_drafts' if quiet else 'drafts'}", n=overdue))
