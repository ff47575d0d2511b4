"""The pages: `serve` beside the daemon."""

import signal
import sys

import typer

from tracker.cli.base import command
from tracker.cli.output import say


def register(cli: typer.Typer) -> None:
    """Add the command to the program."""
    cli.command("serve")(serve)


def serve(ctx: typer.Context) -> None:
    """提供网页：责任单位、台账管理单位和提案单位的页面 · Serve the pages behind the links in mails until Ctrl-C."""
    from tracker.web.server import Server  # noqa: PLC0415

    app = command(ctx).app
    _ = app.engine  # a missing database is said before anybody is let in
    server = Server(app)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress then lets what is under way finish
    say(f"Pages at {app.config.web.base_url} (listening on {app.config.web.host}:{server.port}); Ctrl-C ends.")
    try:
        server.run()
    finally:
        server.close()
