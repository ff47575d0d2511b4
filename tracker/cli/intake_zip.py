"""A zip of letters, imported one by one: one that cannot be read stops no other; a table at the end."""

from pathlib import Path
from typing import TYPE_CHECKING

from commitments import i18n
from commitments.errors import Error, Refused, each_message, sentence
from tracker.cli.base import UsageError
from tracker.cli.entering import say_drafts
from tracker.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from tracker.cli.intake import Intake

OF_ONE = ("document_number", "proposal_number", "signed_on")  # what several letters cannot have in common


def import_all(intake: "Intake", data: bytes, name: str, *, json: bool) -> int:
    """Import the letters of a zip and print what became of each; return the exit code, 1 when one was refused.

    Raises UsageError for options that are of one letter, a subclass of Refused for a zip that cannot be read.
    """
    from commitments.letters.files import confined

    if given := [f"--{key.replace('_', '-')}" for key in OF_ONE if intake.given[key]]:
        raise UsageError(problem=sentence("cli.import.zip_facts", options=given))
    found = confined.letters(data, name)
    if not found:
        raise Refused(problem=sentence("cli.import.zip_empty", name=name))
    rows = [_one(intake, content, file) for file, content in found]
    if json:
        print_json({"letters": rows})
    else:
        _print(rows, intake.locale)
        say_drafts(sum(int(str(row.get("overdue", 0))) for row in rows), intake.locale, quiet=intake.quiet)
    return int(any(row["result"] == "refused" for row in rows))


def _one(intake: "Intake", data: bytes, file: str) -> dict[str, object]:
    """Import one letter; return what became of it."""
    try:
        reading = intake.read(data, file)
        if intake.app is None:
            head = reading.header
            warnings = each_message(reading.document.warnings, intake.locale)
            number = head.doc_number or head.proposal_number or ""
            return {"file": file, "result": "read", "letter": number, "drafts": len(reading.candidates),
                    "warnings": warnings}  # fmt: skip
        done, overdue = intake.enter(reading, file)
    except Error as error:
        return {"file": file, "result": "refused", "error": error.message(intake.locale, "cli")}
    result = "repeated" if done.repeated else "done"
    return {"file": file, "result": result, "drafts": len(done.refs), **intake.facts(done, overdue, reading)}


def _print(rows: list[dict[str, object]], locale: str) -> None:
    """Print a line a letter; say below what each of them warns of."""
    print_table(i18n.table(locale, "cli.import.zip"), [_row(row, locale) for row in rows])
    for row in rows:
        for warning in row.get("warnings", ()):  # type: ignore[attr-defined]
            say(f"{row['file']}：{warning}")


def _row(row: dict[str, object], locale: str) -> dict[str, object]:
    result = i18n.word(locale, "cli.import.result", str(row["result"]))
    shown = f"{result}：{' '.join(str(row['error']).split())}" if "error" in row else result
    return {**row, "file": Path(str(row["file"])).name, "result": shown}
