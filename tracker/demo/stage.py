"""Sets up a folder with configuration and ledger, and lets the story of letter 1007 happen in it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from tracker import config
from tracker.app import App
from tracker.demo import story
from tracker.ops import upgrade
from tracker.ops.rehearsal import Rehearsal

if TYPE_CHECKING:
    from commitments.letters.reading import Reading
    from notifications.models import Message

SECOND = Path(__file__).with_name("letter-2031.txt")  # made up, in the shape of the first: page, advertising and all


def perform(home: Path, actor: str, proof: str, port: int = 0) -> "tuple[App, Sequence[Message]]":
    """Load the ledger and rehearse nine months in ``home``; return the program on it and what was sent.

    Configuration and database stay in ``home``; ``proof`` is the text of the file that serves as evidence. With a
    ``port`` the mails carry links to pages on this machine.
    """
    settings = config.EXAMPLE.replace('name = ""', f'name = "{story.MZJ}"', 1)
    if port:
        address = f'base_url = "http://127.0.0.1:{port}"'
        settings = settings.replace('base_url = ""', address).replace("port = 8019", f"port = {port}")
    app = _opened(home, settings, actor)
    evidence = home / "验收记录.txt"
    evidence.write_text(proof, encoding="utf-8")
    with Rehearsal(app, home / "outbox", copy=False) as rehearsal:
        rehearsal.begin(story.FIRST)
        with rehearsal.app.register() as register:
            story.load(register)
        sent = rehearsal.run(story.FIRST, story.LAST, story.happenings(evidence))
        return rehearsal.app, sent


def _opened(folder: Path, settings: str, actor: str) -> App:
    """Make a ledger in a new folder; return the program on it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    app = App(config.load(folder / "config.toml", {}, folder), actor=actor)
    upgrade.prepare(app)
    return app


def go_on(app: App) -> App:
    """Return the program with a clock that goes on from where the story ended, so that its links still open."""
    ended, begun = app.clock(), monotonic()
    return App(app.config, actor=app.actor, clock=lambda: ended + timedelta(seconds=monotonic() - begun))


def read_second(home: Path, actor: str) -> "tuple[Path, Reading]":
    """Import another letter into a ledger of its own below ``home``; return its folder and what was read."""
    from commitments.letters.reading import read
    from commitments.register.letter_import import import_letter

    folder = home / "letter-2031"
    app = _opened(folder, config.EXAMPLE, actor)
    reading = read(SECOND.read_bytes(), SECOND.name)
    with app.register() as register:
        import_letter(register, reading, SECOND.name, {}, app.signature)
    app.engine.dispose()
    return folder, reading
