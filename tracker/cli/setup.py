"""Setting up and keeping safe: init, backup, restore, config."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from commitments import i18n
from commitments.errors import Mistake, Problem, each_message, sentence
from tracker.cli.base import ActorOption, ForceOption, JsonOption, UsageError, YesOption, command, confirm
from tracker.cli.output import print_json, say

config_group = typer.Typer(no_args_is_help=True, help="配置 · The configuration.", rich_markup_mode=None)
File = Annotated[Path, typer.Argument(help="备份文件 · The copy.")]


def init(ctx: typer.Context) -> None:
    """在当前目录建立台账：配置、数据库、文件夹；可重复执行 · A ledger here; safe to repeat.

    $ tracker init
    """
    import os

    from tracker import config
    from tracker.ops import upgrade

    shared = command(ctx)
    place = shared.config or Path(os.environ.get("TRACKER_CONFIG") or "config.toml")
    if not place.exists():
        _write(place, config.EXAMPLE)
        say(i18n.say(shared.spoken, "cli.init.wrote", path=place))
    done = upgrade.prepare_alone(shared.app)
    for line in each_message(done, shared.locale):
        say(line)
    print(shared.app.config.source)
    if done and upgrade.is_empty(shared.app):
        shared.tell("cli.init.next", source=shared.app.config.source)


def copy(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", help="目标数据库 · The other database: postgresql://… or sqlite:///…")],
    json: JsonOption = False,
) -> None:
    """把整个台账搬到另一个空数据库并校验 · Carry everything to another, empty database; verified.

    $ tracker copy --to sqlite:///moved.db
    """
    from tracker.config.values import DatabaseUrl
    from tracker.ops import backup as copies
    from tracker.ops import move

    shared = command(ctx)
    app = shared.app
    try:
        url = DatabaseUrl.parse(to).within(Path.cwd()).address
    except Mistake as wrong:
        raise UsageError(problem=sentence("cli.config.to", problem=wrong)) from wrong
    rows = move.copy(app, url, say)
    copies.copy_evidence(app.folder / "evidence", move.evidence_folder(app, url))
    if json:
        print_json({"rows": rows})
    else:
        print(sum(rows.values()))
    shared.tell("cli.copy.done")


def _write(place: Path, text: str) -> None:
    from commitments.errors import Unwritable

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    except OSError as trouble:
        raise Unwritable(path=place, problem=trouble.strerror) from trouble


def backup(ctx: typer.Context, file: File, force: ForceOption = False) -> None:
    """备份台账并校验 · Write a verified copy, evidence beside it.

    $ tracker backup yinuo-copy.db
    """
    from tracker.ops import backup as copies

    shared = command(ctx)
    made = copies.backup(shared.app, file, force=force)
    print(made.path)
    shared.tell("cli.backup.made", n=made.rows.get("commitment", 0), head=made.head)


def restore(
    ctx: typer.Context,
    file: File,
    altered: Annotated[
        bool,
        typer.Option("--altered", help="数据与变更记录不符也恢复 · Also a copy whose rows differ from its history."),
    ] = False,
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """从备份恢复；现有台账改名保留 · Put a copy in place; the present ledger is kept under another name."""
    from tracker.ops import restore as restoring

    confirm(ctx, sentence("cli.restore.question", file=file), yes=yes)
    shared = command(ctx)
    done = restoring.restore(shared.acting(actor), file, altered=altered)
    print(file)
    if done.kept is not None:
        shared.tell("cli.restore.kept", path=done.kept)
    shared.tell("cli.restore.held", notices=done.notices, messages=done.messages)


@config_group.command()
def show(ctx: typer.Context, json: JsonOption = False) -> None:
    """显示生效的配置（密码隐去）· Show every setting as understood, secrets masked.

    $ tracker config show
    """
    import tomli_w

    settings = command(ctx).app.config
    if json:
        print_json({"source": str(settings.source), "config": settings.dump()})
    else:
        print(tomli_w.dumps(settings.dump()), end="")


@config_group.command()
def check(ctx: typer.Context) -> None:
    """检查配置与工作日历文件 · Check the configuration and the calendar file.

    $ tracker config check
    """
    from tracker.cli.wording import fact
    from tracker.config.check import BAD, OK, WARN, check_all
    from tracker.errors import ConfigError

    shared = command(ctx)
    app = shared.app
    app.workdays.is_workday(app.today)
    by_state: dict[str, list[str]] = {state: [] for state in (OK, WARN, BAD)}
    for finding in check_all(app):
        name = Problem(partial(fact, name=finding.what))
        by_state[finding.state].append(sentence("cli.common.pair", name=name, value=finding.text))
    if by_state[BAD]:
        raise ConfigError(by_state[BAD])
    for warning in each_message(by_state[WARN], shared.locale):
        say(warning)
    print(i18n.say(shared.locale, "cli.config.sound", file=app.config.source))
