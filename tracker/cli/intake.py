"""Reading a reply letter into drafts: ``import``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from commitments.errors import each_message, sentence
from tracker.cli.base import ActorOption, JsonOption, UsageError, command
from tracker.cli.dates import read_day
from tracker.cli.entering import QuietOption, say_drafts
from tracker.cli.output import print_facts, print_json, print_table, say

if TYPE_CHECKING:
    from commitments.letters.reading import Reading
    from commitments.register.letter_import import Intake as Entered
    from tracker.app import App

QUOTE_CHARS = 44


def import_(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            help="答复函文件，或装有多件的 zip；- 为标准输入 · The letter, or a zip of several; - is standard input."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只读，不入库 · Read only, write nothing.")] = False,
    document_number: Annotated[
        str, typer.Option("--document-number", help="函中没有时补充文号 · When the letter has none.")
    ] = "",
    proposal_number: Annotated[str, typer.Option("--proposal-number", help="补充提案号 · Likewise.")] = "",
    proposing_unit: Annotated[str, typer.Option("--proposing-unit", help="补充提案单位 · Likewise.")] = "",
    replying_unit: Annotated[str, typer.Option("--replying-unit", help="补充答复单位 · Likewise.")] = "",
    signed_on: Annotated[str, typer.Option("--signed-on", help="补充落款日期 · Likewise.")] = "",
    quiet: QuietOption = False,
    json: JsonOption = False,
    actor: ActorOption = "",
) -> None:
    """读取答复函，列出待确认的承诺事项 · Read a letter into drafts that a person confirms.

    $ tracker import letter.html --dry-run
    $ tracker import letter.html
    """  # fmt: skip
    from commitments.letters.errors import ZipOfLetters
    from commitments.letters.report import as_json

    app = None if dry_run else command(ctx).acting(actor)  # first, so that complaints are in the ledger's language
    locale = command(ctx).locale if app else command(ctx).language or "zh-Hans"
    given = {
        "document_number": document_number, "proposal_number": proposal_number, "proposing_unit": proposing_unit,
        "replying_unit": replying_unit,
        "signed_on": str(read_day(signed_on, app, locale, past=True)) if signed_on and app else "",
    }  # fmt: skip
    data, intake = _bytes(file), Intake(app, locale, given, quiet=quiet)
    try:
        reading = intake.read(data, file)
    except ZipOfLetters:
        from tracker.cli.intake_zip import import_all

        raise typer.Exit(import_all(intake, data, file, json=json)) from None
    if app is None:
        print_json(as_json(reading, locale)) if json else _show(reading, locale)
        return
    done, overdue = intake.enter(reading, file)
    if json:
        print_json(intake.facts(done, overdue, reading))
    else:
        _say_done(done, reading, locale)
        say_drafts(overdue, locale, quiet=quiet)


@dataclass
class Intake:
    """Reads letters and enters them; ``given`` are facts that a letter does not say. Without ``app`` it only reads."""

    app: "App | None"
    locale: str
    given: Mapping[str, str]
    quiet: bool

    def read(self, data: bytes, name: str) -> "Reading":
        """Read a letter; say which page is being recognised. Raises a subclass of Refused."""
        from commitments.letters.files import confined
        from commitments.letters.reading import read

        day = date.fromisoformat(self.given["signed_on"]) if self.given["signed_on"] else None
        return read(data, name, partial(confined.read_file, progress=self._say_page), day)

    def _say_page(self, page: int, pages: int) -> None:
        say(i18n.say(self.locale, "cli.import.page", page=page, pages=pages))

    def enter(self, reading: "Reading", name: str) -> tuple["Entered", int]:
        """Write a letter with its drafts; return what was done, and how many drafts are overdue."""
        from commitments.register.letter_import import import_letter
        from tracker import late_entries

        if self.app is None:
            raise ValueError(name)
        own = self.app.unit or i18n.word(self.locale, "role", "organisation")
        with self.app.register() as register:
            simplified = self.app.config.language != "zh-Hant"
            done = import_letter(register, reading, Path(name).name, self.given, own, simplified=simplified)
            if self.quiet:
                late_entries.mark_history(register.session, done.refs)
            return done, late_entries.drafts_overdue(register.session, done.letter, register.today)

    def facts(self, done: "Entered", overdue: int, reading: "Reading") -> dict[str, object]:
        """Return what was done, for programs."""
        entered = {name: getattr(done, name) for name in ("letter", "refs", "departments", "missing", "repeated")}
        warnings = each_message(reading.document.warnings, self.locale)
        return {**entered, "overdue": overdue, "recognised": reading.document.recognised, "warnings": warnings}


def _bytes(file: str) -> bytes:
    """Read the file, or standard input, no more than a zip of letters may have. Raises UsageError."""
    import sys

    from commitments.letters.files.archive import MOST_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        if not Path(file).is_file() and Path(file).exists():  # reading a pipe would wait for ever
            raise UsageError(problem=sentence("cli.import.no_file", file=file))
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as trouble:
        raise UsageError(problem=sentence("cli.import.unreadable", file=file, problem=trouble.strerror)) from trouble


def _show(reading: "Reading", locale: str) -> None:
    from commitments.letters.report import as_json

    head = as_json(reading)["letter"]
    print_facts({name: head[key] for key, name in i18n.table(locale, "cli.import.head").items() if head[key]})
    show_candidates(reading, locale)


def show_candidates(reading: "Reading", locale: str) -> None:
    """Print a line for each candidate; say what was put aside."""
    from commitments.letters.report import as_json

    found = as_json(reading, locale)
    rows = [_row(each, locale) for each in found["candidates"] if each["shelf"] == "sure"]
    if rows:
        print_table(i18n.table(locale, "cli.import.column"), rows)
    else:
        say(i18n.say(locale, "cli.import.none"))
    if reading.possible:
        say(i18n.say(locale, "cli.import.possible"))
    for each in reading.possible:
        quote = each.quote if len(each.quote) <= QUOTE_CHARS else f"{each.quote[:QUOTE_CHARS]}…"
        say(i18n.say(locale, "cli.import.one_possible", quote=quote, why=i18n.word(locale, "why_not", each.why[0])))
    for line in found["quarantined"]:
        say(i18n.say(locale, "cli.import.aside", line=line))
    for warning in each_message(reading.document.warnings, locale):
        say(warning)


def _row(found: dict[str, object], locale: str) -> dict[str, object]:
    quote, owners = str(found["quote"]), found["owners"]
    mark = "?" if found["due_note"] or found["doubtful"] else ""
    seen = f"［{i18n.say(locale, 'cli.import.recognised')}］" if found["recognised"] else ""
    shown = quote if len(quote) <= QUOTE_CHARS else f"{quote[:QUOTE_CHARS]}…"
    return {
        "due": f"{found['due_date'] or ''}{mark}",
        "strength": i18n.word(locale, "strength", str(found["strength"])),
        "owners": "、".join(owners) if isinstance(owners, list) and owners else "?",
        "quote": f"{seen}{shown}",
    }


def _say_done(done: "Entered", reading: "Reading", locale: str) -> None:
    """Print the refs; say beside them what a person should know."""
    if done.by_hand:
        say(i18n.say(locale, "cli.import.by_hand", letter=done.letter, n=len(reading.candidates)))
        return
    if done.repeated:
        say(i18n.say(locale, "cli.import.repeated", letter=done.letter))
        return
    if done.refs:
        print("\n".join(done.refs))
    if done.departments:
        names = i18n.word(locale, "cli.common", "comma").join(done.departments)
        say(i18n.say(locale, "cli.import.departments", names=names))
    if done.missing:
        from commitments.history.entry_words import field_words

        names = i18n.word(locale, "cli.common", "comma").join(field_words(locale, name) for name in done.missing)
        say(i18n.say(locale, "cli.import.missing", names=names, letter=done.letter))
    if reading.possible:
        say(i18n.say(locale, "cli.import.more", n=len(reading.possible)))
    counts = {"drafts": len(done.refs), "aside": len(reading.document.quarantined)}
    for warning in each_message(reading.document.warnings, locale):
        say(warning)
    say(i18n.say(locale, "cli.import.done", letter=done.letter, **counts))
