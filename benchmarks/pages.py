"""The pages: what the coordinator's and an owner's cost, how many owners a second one server answers.

Beside each time stands the CPU that it took, which a busy machine changes less.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection, create_server
from statistics import median
from subprocess import DEVNULL, Popen
from time import monotonic, perf_counter, process_time, sleep
from typing import NamedTuple
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from benchmarks import idle_daemon, seeds
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.timing import ENVIRONMENT, TRACKER
from tracker import config
from tracker.app import App
from tracker.web.app import make as make_pages

WEB = {"TRACKER_WEB__BASE_URL": "http://yinuo.test", "TRACKER_WEB__PER_MINUTE": "100000000"}
CLIENTS = 4
STARTS = 30  # seconds a server may take to answer


class Taken(NamedTuple):
    """What a page took: the median of the seconds, and of those of CPU; its bytes."""

    wall: float
    cpu: float
    size: int


def pages(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """Both pages in this process; then a server of its own."""
    home, rows = folder / "pages", sizes.loaded
    seed = seeds.Seed(rows=rows - rows // 10, overdue=rows // 10)
    seeds.ledger(home, seed, lambda: seeds.NOW).engine.dispose()
    app = App(
        config.load(home / "config.toml", seeds.OPEN_GUARD | WEB, home), actor="benchmark", clock=lambda: seeds.NOW
    )
    desk, owner = _links(app)
    client = make_pages(app).test_client()
    yield from _desk(_took(client, desk, sizes.pages), rows)
    yield from _owner(_took(client, owner, sizes.pages))
    app.engine.dispose()
    yield from _rate(home, owner, sizes.requests)


def _links(app: App) -> tuple[str, str]:
    """Return the paths of the coordinator's page and of one department's, for an item that is live."""
    assert app.links is not None
    live = 5  # the sixth row of every ten is open; departments take rows in turn
    return urlsplit(app.links.desk(1, seeds.TODAY)).path, urlsplit(app.links.owner(live, 1, live)).path


def _took(client: FlaskClient, path: str, rounds: int) -> Taken:
    """Ask for a page again and again; the first time, when templates are read, does not count."""
    found = [_ask(client, path) for _ in range(rounds + 1)][1:]
    return Taken(median(one.wall for one in found), median(one.cpu for one in found), found[0].size)


def _ask(client: FlaskClient, path: str) -> Taken:
    wall, cpu = perf_counter(), process_time()
    answer = client.get(path, buffered=True)
    taken = Taken(perf_counter() - wall, process_time() - cpu, len(answer.data))
    if answer.status_code != 200:
        raise AssertionError(f"{answer.status_code} instead of a page")
    return taken


def _desk(taken: Taken, rows: int) -> Iterator[Figure]:
    what = f"the coordinator's page of {rows:,} commitments"
    yield Figure(what=f"{what}: median", ours=1000 * taken.wall, goal=150, unit="ms")
    yield Figure(what=f"{what}: CPU", ours=1000 * taken.cpu, goal=150, unit="ms")
    yield Figure(what=f"{what}: size", ours=taken.size / 1024, goal=100, unit="KiB")


def _owner(taken: Taken) -> Iterator[Figure]:
    yield Figure(what="an owner's page: median", ours=1000 * taken.wall, goal=30, unit="ms")
    yield Figure(what="an owner's page: CPU", ours=1000 * taken.cpu, goal=30, unit="ms")


def _rate(home: Path, path: str, requests: int) -> Iterator[Figure]:
    """Several clients that keep their connections ask one server for the same page."""
    with _server(home) as (port, pid), ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(_requests, [port] * CLIENTS, [path] * CLIENTS, [2] * CLIENTS))
        cpu, wall = idle_daemon.cpu(pid), perf_counter()
        list(clients.map(_requests, [port] * CLIENTS, [path] * CLIENTS, [requests // CLIENTS] * CLIENTS))
        wall, cpu = perf_counter() - wall, idle_daemon.cpu(pid) - cpu
    done = requests // CLIENTS * CLIENTS
    what = f"owners' pages from `tracker serve`, {CLIENTS} clients that keep their connections"
    yield Figure(what=what, ours=done / wall, goal=200, unit="/s", at_least=True)
    yield Figure(what=f"{what}: per second of CPU", ours=done / cpu, goal=200, unit="/s", at_least=True)


def _requests(port: int, path: str, number: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for _ in range(number):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise AssertionError(f"{answer.status} instead of a page")
    connection.close()


@contextmanager
def _server(home: Path) -> Iterator[tuple[int, int]]:
    """Run ``tracker serve``; give its port and process."""
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    environment = {**ENVIRONMENT, **WEB, "TRACKER_WEB__PORT": str(port)}
    line = [TRACKER, "--config", str(home / "config.toml"), "serve"]
    with Popen(line, cwd=os.sep, env=environment, stdout=DEVNULL, stderr=DEVNULL) as server:
        try:
            _await(port)
            yield port, server.pid
        finally:
            server.terminate()


def _await(port: int) -> None:
    end = monotonic() + STARTS
    while True:
        try:
            create_connection(("127.0.0.1", port)).close()
        except OSError:
            if monotonic() > end:
                raise
            sleep(0.1)
        else:
            return
