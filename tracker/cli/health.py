"""Health: status (from the database alone) and doctor (everything that can be looked at)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commitments import i18n
from commitments.errors import each_message
from tracker.cli.base import JsonOption, command
from tracker.cli.output import clean, paint, print_facts, print_json, say

if TYPE_CHECKING:
    from tracker.app import App

MAX_SENTENCES = 20  # sentences a person reads
COLOURS = {"ok": "green", "warn": "yellow", "bad": "red"}


def status(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="退出码 0 正常、1 降级、2 停摆 · Exit 0, 1 or 2.")] = False,
    json: JsonOption = False,
) -> None:
    """运行状态：待发、暂扣、失败、心跳 · How it does: owed, held, dead, heartbeats.

    $ tracker status
    $ tracker status --json
    """
    from commitments.errors import StorageTrouble
    from tracker.cli.wording import fact
    from tracker.ops import status

    shared = command(ctx)
    app = shared.app
    try:
        found = status.look(app)
    except StorageTrouble as trouble:
        if not check:
            raise
        if json:
            print_json({"healthy": False, "why": [trouble.message("en", "cli")]})
        say(trouble.message(shared.locale, "cli"))
        raise typer.Exit(status.DOWN) from trouble
    code, why = status.judge(found)
    if json:
        print_json({"healthy": code == status.HEALTHY, **found, "why": why})
    else:
        shown = {"healthy": fact(shared.locale, "yes" if code == status.HEALTHY else "no"), **_simple(found, app)}
        print_facts({fact(shared.locale, name): value for name, value in shown.items()})
        for text in each_message(why[:MAX_SENTENCES], shared.locale):
            print(clean(text))
        if why[MAX_SENTENCES:]:
            print(i18n.say(shared.locale, "cli.status.more", n=len(why) - MAX_SENTENCES))
    if check:
        raise typer.Exit(code)


def _simple(found: dict[str, Any], app: "App") -> dict[str, object]:
    """Return what a person reads at a glance: counts, instants, a line for each daemon."""
    known = {name: value for name, value in found.items() if not isinstance(value, dict | list)}
    del known["planned_at"]  # the same as last_tick_at
    if not known["journal"]:  # nothing is to be said of it
        del known["journal"]
    simple = {name: _local(value, app) for name, value in known.items()}
    simple |= {state: found["messages"][state] for state in ("frozen", "retry")}  # one was tried, the other never
    return simple | {f"daemon {worker['id']}": _local(worker["heartbeat_at"], app) for worker in found["workers"]}


def _local(value: object, app: "App") -> object:
    """Tell an instant on the organisation's clock."""
    return f"{value.astimezone(app.zone):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def doctor(ctx: typer.Context, json: JsonOption = False) -> None:
    """体检：配置、数据库、邮箱、工作日历、备份，逐项说明 · Look at everything; say what to do.

    $ tracker doctor
    """
    from tracker.cli.wording import fact
    from tracker.ops import doctor

    shared = command(ctx)
    findings = doctor.examine(shared.app)
    if json:
        print_json({"findings": [vars(finding) for finding in findings]})
    else:
        for finding in findings:
            state = paint(fact(shared.locale, finding.state).ljust(4), COLOURS[finding.state])
            name, (text,) = fact(shared.locale, finding.what), each_message([finding.text], shared.locale)
            print(f"{state}  {i18n.say(shared.locale, 'cli.common.pair', name=name, value=clean(text))}")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
