"""The pages: `serve` beside the daemon."""

import signal
import sys

import typer

from tracker.cli.base import command


def serve(ctx: typer.Context) -> None:
    """提供网页：责任单位、台账管理单位和提案单位的页面 · Serve the pages behind the links in mails until Ctrl-C."""
    from tracker.web.server import Server

    shared = command(ctx)
    app = shared.app
    _ = app.engine  # a missing database is said before anybody is let in
    server = Server(app)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress then lets what is under way finish
    web = app.config.web
    shared.tell("cli.serve.open", address=web.base_url, host=web.host, port=server.port)
    try:
        server.run()
    finally:
        server.close()
