"""The fault suite: every test names its row of the fault table; the table with its verdicts is printed at the end."""

import os
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cluster import HardyCluster
from tests.faults.daemon_harness import DaemonHarness
from tests.faults.oracles import Tally
from tests.faults.relay import Relay

HERE = Path(__file__).parent
_foreign: list[str] = []


def _watch_connections(event: str, arguments: tuple[Any, ...]) -> None:
    """Remember every address this process connects to that is not on this machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            _foreign.append(host)


sys.addaudithook(_watch_connections)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="the seed of the random faults (rows 6, 10, 18)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(autouse=True)
def _loopback_only() -> Iterator[None]:
    _foreign.clear()
    yield
    assert not _foreign, f"connected to {_foreign}"


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed given with --seed, else the test's own parameter; printed, so that a failure can be repeated."""
    given = request.config.getoption("--seed")
    chosen: int = given if given is not None else getattr(request, "param", 1)
    print(f"seed {chosen}")
    return chosen


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """What a test counted: runs, messages lost, messages doubled without an unknown attempt."""
    counted = Tally()
    yield counted
    request.node.user_properties.append(("tally", (counted.runs, counted.lost, counted.doubled)))


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A mail relay on loopback that does as it is told and remembers what it accepted."""
    with Relay() as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[HardyCluster]:
    """A PostgreSQL server with ``fsync`` on that tests may crash. Skips with a reason where there is none."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        if os.environ.get("YINUO_REQUIRE_POSTGRES"):
            pytest.fail("PostgreSQL is required here and no initdb was found")
        pytest.skip("no PostgreSQL server on this machine")
    home = Path(tempfile.mkdtemp(prefix="yinuo-faults-"))
    server = HardyCluster(binaries[-1].parent, home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """What a harness is founded on: "" (SQLite in its folder), then the address of the PostgreSQL server."""
    if request.param == "sqlite":
        return ""
    server: HardyCluster = request.getfixturevalue("cluster")
    return server.url


@pytest.fixture
def harness(tmp_path: Path, relay: Relay) -> Iterator[Callable[..., DaemonHarness]]:
    """Make harnesses: ``harness(120)`` has 120 messages to send today through the relay."""
    made: list[DaemonHarness] = []

    def make(messages: int = 1, url: str = "", **settings: str) -> DaemonHarness:
        made.append(DaemonHarness(tmp_path / f"harness{len(made)}", relay.port, messages, url, settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


# -- the table at the end ----------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for each row: fault, runs, lost, doubled without an unknown attempt, verdict."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            for row in _rows(report.nodeid):
                rows[row].append(report)
    if not rows:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(f"{'row':>4} {'runs':>5} {'lost':>5} {'doubled':>8}  verdict")
    for row in sorted(rows):
        terminalreporter.write_line(_line(row, rows[row]))


def _rows(nodeid: str) -> list[int]:
    """Read the rows from a test's name: ``test_row_06_…``, ``test_row_12_13_…``."""
    found = re.search(r"test_row((?:_\d\d)+)_", nodeid)
    return [int(number) for number in found[1].strip("_").split("_")] if found else []


def _line(row: int, reports: list[Any]) -> str:
    counted = [value for report in reports for name, value in report.user_properties if name == "tally"]
    runs = sum(max(1, tally[0]) for tally in counted) + len(reports) - len(counted)
    lost, doubled = (sum(tally[n] for tally in counted) for n in (1, 2))
    verdicts = {report.outcome for report in reports}
    verdict = "FAILED" if "failed" in verdicts else "held" if "passed" in verdicts else "skipped"
    return f"{row:>4} {runs:>5} {lost:>5} {doubled:>8}  {verdict}"
