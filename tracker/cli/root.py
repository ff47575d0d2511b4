"""The program's command tree, its common options, and the one table from errors to exit codes."""

import logging
import os
import sqlite3
import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from commitments.damage import error_at, is_damaged
from commitments.errors import (
    AmbiguousLetter,
    BadValue,
    CalendarFileError,
    DatabaseHeld,
    DatabaseUnusable,
    DeliveryFailed,
    Error,
    NotFound,
    sentence,
)
from commitments.i18n import LOCALES
from tracker import __version__
from tracker.cli import (
    calendar,
    commitment,
    daemon,
    demo,
    department,
    digest,
    dispute,
    export,
    health,
    history,
    intake,
    ledger,
    letter,
    links,
    listing,
    mail,
    outbox,
    review,
    serve,
    setup,
    work,
)
from tracker.cli.base import ActorOption, Command, UsageError, command
from tracker.cli.output import say, set_up_streams
from tracker.errors import ConfigError
from tracker.files import owner_only

OK, FAILED, USAGE, MISSING, CONFIG, DELIVERY, HELD, INTERRUPTED = 0, 1, 2, 3, 4, 5, 75, 130
EXIT_CODES: tuple[tuple[type[Error], int], ...] = (
    (UsageError, USAGE),
    (AmbiguousLetter, USAGE),
    (BadValue, USAGE),
    (NotFound, MISSING),
    (ConfigError, CONFIG),
    (CalendarFileError, CONFIG),
    (DeliveryFailed, DELIVERY),
    (DatabaseHeld, HELD),
    (Error, FAILED),
)

cli = typer.Typer(
    name="tracker",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="一诺：把答复函里的承诺记成台账，按期提醒，逐月通报 · Keeps the pledges of reply letters.",
    epilog="退出码 · Exit codes: 0 ok, 1 refused, 2 usage, 3 not found, 4 configuration, 5 delivery, 75 held.",
)
for name, verb in (
    ("init", setup.init),
    ("backup", setup.backup),
    ("restore", setup.restore),
    ("copy", setup.copy),
    ("import", intake.import_),
    ("review", review.review),
    ("list", listing.list_),
    ("show", listing.show),
    ("due", listing.due),
    ("add", commitment.add),
    ("edit", commitment.edit),
    ("confirm", commitment.confirm_draft),
    ("drop", commitment.drop),
    ("progress", work.progress),
    ("extend", work.extend),
    ("report-done", work.report_done),
    ("close", work.close),
    ("reopen", work.reopen),
    ("dispute", dispute.dispute),
    ("remind", daemon.remind),
    ("daemon", daemon.daemon),
    ("rehearse", daemon.rehearse),
    ("serve", serve.serve),
    ("status", health.status),
    ("doctor", health.doctor),
    ("demo", demo.demo),
):
    cli.command(name)(verb)
for name, group in (
    ("letter", letter.group),
    ("department", department.group),
    ("digest", digest.group),
    ("outbox", outbox.group),
    ("history", history.group),
    ("ledger", ledger.group),
    ("export", export.group),
    ("calendar", calendar.group),
    ("config", setup.config_group),
    ("mail", mail.group),
    ("links", links.group),
):
    cli.add_typer(group, name=name)


@cli.callback()
def common(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", help="配置文件 · The configuration file.")] = None,
    language: Annotated[str, typer.Option("--language", help="zh-Hans | zh-Hant | en")] = "",
    actor: ActorOption = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="多说一些 · Say more.")] = False,
    version: Annotated[bool, typer.Option("--version", help="版本 · Print the version.")] = False,
) -> None:
    """Set up what all commands share."""
    if version:
        print(f"yinuo {__version__}")
        raise typer.Exit
    if language not in ("", *LOCALES):
        raise UsageError(problem=sentence("cli.common.language", value=repr(language)))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    shared = command(ctx)
    shared.config, shared.language, shared.verbose, shared.actor = config, language, verbose, actor


@owner_only()
def run(arguments: list[str] | None = None) -> int:
    """Run one command line; return the exit code. Errors a person can mend are one sentence on stderr."""
    shared = Command()
    set_up_streams()
    try:
        words = [_as_text(each) for each in (sys.argv[1:] if arguments is None else arguments)]
        code = _commands().main(args=words, prog_name="tracker", standalone_mode=False, obj=shared)
    except Error as error:
        say(f"tracker: {error.message(shared.spoken, 'cli')}")
        return exit_code(error)
    except typer.TyperException as wrong:
        wrong.show()  # type: ignore[attr-defined]
        return wrong.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as trouble:
        say(f"tracker: {trouble.filename or ''}: {trouble.strerror or trouble}")
        return FAILED
    except Exception as trouble:  # noqa: BLE001 - raised again unless it is of the database
        say(f"tracker: {_of_the_database(trouble, shared).message(shared.spoken, 'cli')}")
        return FAILED
    finally:
        shared.close()
    return code if isinstance(code, int) else OK


def _of_the_database(trouble: Exception, shared: Command) -> Error:
    """Return what the database or a damaged text of it says. Raises what is no trouble of theirs."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError

    from commitments.storage import shown

    cause = getattr(trouble, "orig", None) or trouble
    if isinstance(cause, UnicodeEncodeError) and is_damaged(cause.object):
        return error_at(cause.object)
    if not isinstance(trouble, sqlite3.Error | DBAPIError):
        raise trouble
    path = shown(make_url(shared.app.config.database_url))
    return DatabaseUnusable(path=path, problem=" ".join(str(cause).split()))


def _as_text(argument: str) -> str:
    """Return an argument as text; UTF-8 is read also where the locale says ASCII.

    Raises UsageError for what no database and no mail can hold.
    """
    try:
        surrogates = any("\ud800" <= character <= "\udfff" for character in argument)
        return os.fsencode(argument).decode() if surrogates else argument
    except UnicodeError:
        raise UsageError(problem=sentence("cli.common.argument", argument=repr(argument))) from None


@cache
def _commands() -> Any:
    """Return the tree of commands, made once a process: it takes longer than most commands."""
    return _with_fixed_examples(typer.main.get_command(cli))


def _with_fixed_examples(command: Any) -> Any:
    """Keep the example lines of every help text apart; a paragraph would run them together."""
    if command.help:
        command.help = command.help.replace("\n\n$ ", "\n\n\b\n$ ")
    for inner in getattr(command, "commands", {}).values():
        _with_fixed_examples(inner)
    return command


def exit_code(error: Error) -> int:
    """Return the exit code of an error's class."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))
