"""What every command shares: the context with the program, common options."""

import getpass
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from commitments.errors import Error, Problem, sentence
from tracker.cli.output import say, write_out

if TYPE_CHECKING:
    from tracker.app import App

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · Print JSON.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="输出 CSV · Print CSV.")]
ActorOption = Annotated[str, typer.Option("--actor", help="经办人，默认登录名 · Who acts; the login name by default.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由 · Why.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="不再询问 · Answer yes to questions.")]

ForceOption = Annotated[
    bool, typer.Option("--force", help="覆盖别人改过的文件 · Overwrite a file that others worked in.")
]


class UsageError(Error):
    """The command line does not make sense."""


@dataclass
class Command:
    """What stands before the command: configuration file, language, verbosity, actor. Lives in ``ctx.obj``."""

    config: Path | None = None
    language: str = ""
    verbose: bool = False
    actor: str = ""

    @cached_property
    def app(self) -> "App":
        """The program on its configuration; read when a command first needs it."""
        from tracker import config
        from tracker.app import App

        loaded = config.load(self.config, os.environ, Path.cwd())
        return App(loaded, actor=self.actor or login_name())

    @property
    def locale(self) -> str:
        """The language people read on this terminal."""
        return self.language or self.app.config.language

    @property
    def spoken(self) -> str:
        """The language to complain in; where the configuration does not say it, that of the environment."""
        try:
            return self.locale
        except Error as wrong:
            return getattr(wrong, "language", "") or environment_language(os.environ)

    def tell(self, key: str, /, **facts: object) -> None:
        """Say ``cli.copy.done`` of the catalogue on standard error."""
        say(i18n.say(self.locale, key, **facts))

    def close(self) -> None:
        """Let go of the database, if a command opened it."""
        app = self.__dict__.get("app")
        if app is not None and "engine" in app.__dict__:
            app.engine.dispose()

    def acting(self, actor: str) -> "App":
        """Return the program signing as ``actor``, or as the login name."""
        self.app.actor = actor or self.app.actor
        return self.app


def command(ctx: typer.Context) -> Command:
    """Return the shared context of a running command."""
    found: Command = ctx.ensure_object(Command)
    return found


def save(app: "App", file: Path | None, content: bytes, *, force: bool) -> None:
    """Write to a file, or to stdout without one. Raises WorkOfOthers, NotWritten."""
    from tracker import files

    if file is None:
        write_out(content)
    else:
        files.save(app.folder, file, content, force=force)


def login_name() -> str:
    """Return who is logged in; a service account without a name is its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def worded(option: str, group: str, text: str) -> str:
    """Return the value that a word of ``group`` stands for: a code or a word of any language. Raises BadWord."""
    from commitments.errors import BadWord, no_choice
    from commitments.i18n import value_of

    value = value_of(group, text)
    if value is None:
        raise BadWord(what=option, problem=no_choice(group, text))
    return value


def environment_language(environ: Mapping[str, str]) -> str:
    """Return the language of a terminal: ``zh_TW.UTF-8`` is zh-Hant, other Chinese zh-Hans, all else en."""
    name = next((environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(key)), "")
    if not name.startswith("zh"):
        return "en"
    return "zh-Hant" if re.match(r"zh[-_](Hant|TW|HK|MO)", name) else "zh-Hans"


def confirm(ctx: typer.Context, question: Problem, *, yes: bool) -> None:
    """Ask before something that cannot be undone. Without a terminal nothing is asked: --yes must be given."""
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(problem=sentence("cli.common.answer", question=question))
    typer.confirm(question.message(command(ctx).locale), abort=True, err=True)


def refs() -> Sequence[str]:
    """Offer refs for completion; silence when there is no ledger."""
    from sqlalchemy import select

    from commitments.models import Commitment

    try:
        with Command().app.reading() as session:
            return list(session.scalars(select(Commitment.ref).order_by(Commitment.ref).limit(500)))
    except Error:
        return []


Ref = Annotated[str, typer.Argument(help="承诺编号，如 2019-1007-03 · The commitment's ref.", autocompletion=refs)]
