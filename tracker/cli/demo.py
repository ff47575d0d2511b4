"""The demo: a whole story on letter 1007, in one folder, without sending anything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.base import Command, UsageError, command
from tracker.cli.output import clean, paint, say

if TYPE_CHECKING:
    from notifications.models import Message
    from tracker.app import App

TOLD_ONE_BY_ONE = ("escalation", "monthly_digest", "closed", "done")
PROOF = "验收记录：五个共建共治共享中心现场查验表（演示用）\n"


def register(cli: typer.Typer) -> None:
    """Add the command to the program."""
    cli.command("demo")(demo)


def demo(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="放在哪里，默认新建 · Where; a new folder by default.")] = None,
) -> None:
    """用第1007号提案的答复函演示全过程 · A whole story on letter 1007: nine months of mail in a few seconds.

    $ tracker demo first-look
    """
    from tracker.demo import stage  # noqa: PLC0415

    home = folder or _new_folder()
    if home.exists() and any(home.iterdir()):
        raise UsageError(problem=f"{home} is not empty; name a new folder.")
    shared = command(ctx)
    app, sent = stage.perform(home, _actor(shared), PROOF)
    for line in timeline(app, sent, shared.language or app.config.language):
        print(line)
    app.engine.dispose()
    say(f"\nMails: {home}/outbox (.eml and .html). Go on with: tracker --config {home}/config.toml list")
    _second_act(home, shared)


def _second_act(home: Path, shared: Command) -> None:
    """Read another letter from its page: what was found, what was put aside, how to go on."""
    from tracker.cli.intake import show_candidates  # noqa: PLC0415
    from tracker.demo import stage  # noqa: PLC0415

    folder, reading = stage.read_second(home, _actor(shared))
    print(paint(f"\n{stage.SECOND.name}  {reading.header.doc_number}", "bold"))
    show_candidates(reading, shared.language or "zh-Hans")
    say(f"\nDrafts that wait for a person. Go on with: tracker --config {folder}/config.toml review 2031")


def _actor(shared: Command) -> str:
    return shared.actor or "demo"


def _new_folder() -> Path:
    """Return a name that is free here: ``yinuo-demo``, ``yinuo-demo-2`` …"""
    numbers = iter(range(1, 1000))
    return next(path for n in numbers if not (path := Path(f"yinuo-demo-{n}" if n > 1 else "yinuo-demo")).exists())


def timeline(app: "App", sent: Sequence["Message"], locale: str) -> Iterator[str]:
    """Tell nine months on one screen: each month its numbers, and the messages that matter by themselves."""
    from commitments.glossary import format_month, word  # noqa: PLC0415

    months: dict[str, list[Message]] = {}
    for message in sent:
        months.setdefault(f"{message.told_on:%Y-%m}", []).append(message)
    seen: set[str] = set()
    for month, messages in months.items():
        counts = Counter(message.kind for message in messages)
        numbers = "  ".join(f"{word(locale, 'notice', kind)} {count}" for kind, count in sorted(counts.items()))
        yield paint(f"{format_month(locale, month)}  {numbers}", "bold")
        yield from _worth_telling(messages, seen)
    yield from _standing(app, locale)


def _worth_telling(messages: Sequence["Message"], seen: set[str]) -> Iterator[str]:
    """Tell what matters by itself; of repeats and copies only the first."""
    for message in messages:
        about = message.subject.partition("（")[0]
        if message.kind in TOLD_ONE_BY_ONE and about not in seen:
            seen.add(about)
            yield f"  {message.told_on:%m-%d}  {message.mailbox}  {clean(message.subject)}"


def _standing(app: "App", locale: str) -> Iterator[str]:
    """End with the ledger as it stands."""
    from commitments.glossary import word  # noqa: PLC0415
    from commitments.lists import Filter, page  # noqa: PLC0415
    from tracker.cli.listing import LIGHTS, Bands, facts  # noqa: PLC0415

    with app.looking() as connection:
        rows = page(connection, Filter())
    yield ""
    bands = Bands(app)
    for row in (facts(row, bands) for row in rows):
        light = (
            word(locale, "band", str(row["band"]))
            if row["state"] == "open"
            else word(locale, "state", str(row["state"]))
        )
        yield f"{row['ref']}  {paint(light, LIGHTS.get(str(row['band']), 'dim'))}  {row['title']}"
