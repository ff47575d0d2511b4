"""Several daemons on PostgreSQL, in a cluster of our own; left out where there is no server."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from benchmarks import sending, sink
from benchmarks.figures import Figure
from benchmarks.pass_process import passes
from benchmarks.sizes import Sizes
from benchmarks.timing import least
from tracker import config
from tracker.app import App, system_clock
from tracker.ops import move


def postgres(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """One pass by four daemons side by side, against one daemon."""
    try:
        from tests.conftest import Cluster
    except ImportError:
        print("pytest is not installed; PostgreSQL is left out", file=sys.stderr)
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        print("there is no PostgreSQL here; its figures are left out", file=sys.stderr)
        return
    home = sending.seed(folder / "postgres", sizes.shared, sizes.shared)
    with TemporaryDirectory(prefix="yinuo-pg-") as place:
        cluster = Cluster(binaries[-1].parent, Path(place))
        cluster.start()
        try:
            four, one = least(2, lambda: _pass(home, cluster.url, 4), lambda: _pass(home, cluster.url, 1))
        finally:
            cluster.stop()
    what = f"PostgreSQL, {sizes.shared:,} messages, 4 daemons / 1"
    yield Figure(what=what, ours=sizes.shared / four, floor=sizes.shared / one, goal=1.3, unit="/s", at_least=True)


def _pass(home: Path, url: str, daemons: int) -> float:
    """Carry the ledger over, let the daemons pass; return the seconds of the slowest."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    with sending.copied(home) as copy, sink.running() as port:
        app = App(config.load(copy / "config.toml", {}, copy), actor="benchmark", clock=system_clock)
        rows = move.copy(app, url, lambda _: None)
        app.engine.dispose()
        passed = passes(copy, port, 4, daemons=daemons, url=url)
    if sum(each.sent for each in passed) != rows["department"]:
        raise AssertionError(f"{passed} sent, not {rows['department']}")
    return max(each.seconds for each in passed)
