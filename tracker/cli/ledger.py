"""The ledger as a file: load one, dump what stands."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commitments import i18n
from tracker.cli.base import ActorOption, ForceOption, JsonOption, command, save
from tracker.cli.entering import QuietOption, say_late
from tracker.cli.output import print_json, say

group = typer.Typer(no_args_is_help=True, help="台账文件 · The ledger as a file.", rich_markup_mode=None)


@group.command()
def load(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="台账文件 .toml、.csv 或 .xlsx · A .toml, .csv or .xlsx ledger.")],
    update: Annotated[
        bool, typer.Option("--update", help="以文件为准更新 · Take changed values from the file.")
    ] = False,
    quiet: QuietOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="试载入，不保留 · Try it and keep nothing.")] = False,
    json: JsonOption = False,
    actor: ActorOption = "",
) -> None:
    """载入台账文件，有一处错误就整份不收 · Load a ledger file, all of it or nothing; loading twice changes nothing.

    $ tracker ledger load letter-1007.toml --dry-run
    $ tracker ledger load letter-1007.toml --update --quiet
    """
    from commitments.errors import each_message
    from commitments.exchange.load import load as load_file
    from notifications.plan.planner import decline
    from tracker import late_entries

    shared = command(ctx)
    app = shared.acting(actor)
    with app.register() as register:
        loaded = load_file(register, file, update=update)
        late = late_entries.opened(app, register, loaded.added, quiet=quiet)
        if quiet and loaded.updated:
            decline(register.session, app.context(name=""), loaded.updated, register.now)
        if dry_run:
            register.session.rollback()
    warnings = each_message(loaded.warnings, shared.locale)
    for warning in warnings:
        say(warning)
    if json:
        print_json(
            {**asdict(loaded), "warnings": warnings, "overdue": sum(each.overdue for each in late), "dry_run": dry_run}
        )
    else:
        counts = {**asdict(loaded), "added": len(loaded.added), "updated": len(loaded.updated)}
        print(i18n.say(shared.locale, "cli.ledger.loaded", **counts))
        say_late(late, app, shared.locale)
    if dry_run:
        shared.tell("cli.ledger.dry_run")


@group.command()
def dump(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="写到哪里，默认标准输出 · Where to; stdout by default.")] = None,
    letter: Annotated[str, typer.Option("--letter", help="只要这份答复函：文号或提案号 · Only this letter.")] = "",
    form: Annotated[
        str, typer.Option("--format", help="toml | csv | json；默认看文件名 · By the file's name by default.")
    ] = "",
    force: ForceOption = False,
) -> None:
    """导出台账，可再载入 · Dump the ledger in a form that load reads; JSON is for programs.

    $ tracker ledger dump --letter 1007
    $ tracker ledger dump ledger.csv
    """
    from commitments.exchange.dump import dump as dump_ledger
    from commitments.queries import lookup

    form = form or (file.suffix.removeprefix(".").lower() if file else "") or "toml"
    app = command(ctx).app
    with app.reading() as session:
        only = lookup.find_letter(session, letter) if letter else None
        text = dump_ledger(session, letter=only, form=form)
    save(app, file, text.encode("utf-8-sig" if form == "csv" else "utf-8"), force=force)
