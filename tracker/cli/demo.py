"""The demo: a whole story on letter 1007, in one folder, without sending anything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from commitments.errors import sentence
from tracker.cli.base import UsageError, command
from tracker.cli.output import clean, paint, say

if TYPE_CHECKING:
    from notifications.models import Message
    from tracker.app import App

ONE_BY_ONE = ("escalation", "monthly_digest", "closed", "done")
PROOF = "验收记录：五个共建共治共享中心现场查验表（演示用）\n"


def demo(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="放在哪里，默认新建 · Where; a new folder by default.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="随后在本机提供网页 · Then serve the pages here.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="网页端口 · Port of the pages.")] = 8019,
) -> None:
    """用第1007号提案的答复函演示全过程 · A whole story on letter 1007: nine months of mail in a few seconds.

    --language 只改变这里的显示，邮件用简体中文 · --language changes what is printed here; the mails of the story are
    in simplified Chinese, as its letter is.

    $ tracker demo first-look
    """
    from tracker.demo import stage

    home = folder or _new_folder()
    if home.exists() and any(home.iterdir()):
        raise UsageError(problem=sentence("cli.demo.not_empty", folder=home))
    shared = command(ctx)
    if serve:
        from tracker.web.server import check

        check("127.0.0.1", port)
    actor = shared.actor or "demo"
    app, sent = stage.perform(home, actor, PROOF, port if serve else 0)
    locale = shared.language or app.config.language
    for line in timeline(app, sent, locale):
        print(line)
    app.engine.dispose()
    _say(locale, "cli.demo.mails", home=home)
    _second_act(home, actor, locale)
    if serve:
        _serve(stage.go_on(app), locale)


def _serve(app: "App", locale: str) -> None:
    """Let the reader walk through the pages; the day is the one after the story until Ctrl-C."""
    from notifications import fresh_links
    from tracker.cli.links import print_links
    from tracker.web.server import Server

    server = Server(app)
    if app.links is not None:
        with app.reading() as session:
            given = [fresh_links.of_desk(session, app.links, app.today)]
            for name in ("市民政局", "市台联"):
                given += fresh_links.of_department(session, app.links, name, app.today)
        print_links(given, locale)
    _say(locale, "cli.demo.pages", day=app.today)
    try:
        server.run()
    finally:
        server.close()
        app.engine.dispose()


def _second_act(home: Path, actor: str, locale: str) -> None:
    """Read another letter from its page: what was found, what was put aside, how to go on."""
    from tracker.cli.intake import show_candidates
    from tracker.demo import stage

    folder, reading = stage.read_second(home, actor)
    print(paint(f"\n{stage.SECOND.name}  {reading.header.doc_number}", "bold"))
    show_candidates(reading, locale)
    _say(locale, "cli.demo.review", folder=folder)


def _say(locale: str, key: str, **facts: object) -> None:
    say(f"\n{i18n.say(locale, key, **facts)}")


def _new_folder() -> Path:
    """Return a name that is free here: ``yinuo-demo``, ``yinuo-demo-2`` …"""
    numbers = iter(range(1, 1000))
    return next(path for n in numbers if not (path := Path(f"yinuo-demo-{n}" if n > 1 else "yinuo-demo")).exists())


def timeline(app: "App", sent: Sequence["Message"], locale: str) -> Iterator[str]:
    """Tell nine months on one screen: each month its numbers, and the messages that matter by themselves."""
    from commitments.i18n import format_month, word

    months: dict[str, list[Message]] = {}
    for message in sent:
        months.setdefault(f"{message.told_on:%Y-%m}", []).append(message)
    seen: set[str] = set()
    for month, messages in months.items():
        counts = Counter(message.kind for message in messages)
        numbers = "  ".join(f"{word(locale, 'notice', kind)} {count}" for kind, count in sorted(counts.items()))
        yield paint(f"{format_month(locale, month)}  {numbers}", "bold")
        for message in messages:  # what matters by itself; of repeats and copies only the first
            about = message.subject.partition("（")[0]
            if message.kind in ONE_BY_ONE and about not in seen:
                seen.add(about)
                yield f"  {message.told_on:%m-%d}  {message.mailbox}  {clean(message.subject)}"
    yield from _standing(app, locale)


def _standing(app: "App", locale: str) -> Iterator[str]:
    """End with the ledger as it stands."""
    from commitments.queries.listing import Filter, page
    from tracker.cli.listing import LIGHTS, Statuses, light_word

    with app.looking() as connection:
        rows = page(connection, Filter())
    yield ""
    statuses = Statuses(app)
    for row in rows:
        band = statuses.of(row).band
        yield f"{row.ref}  {paint(light_word(row, band, locale), LIGHTS.get(str(band), 'dim'))}  {row.title}"
