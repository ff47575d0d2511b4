"""Programs of others run with bounds, in a folder of their own, without a network."""

import shutil
import sys
import time
from pathlib import Path

import pytest

from commitments.files import programs
from commitments.files.programs import ProgramFailed, run

PYTHON = sys.executable
SHELL = str(shutil.which("sh"))


def does(script: str, folder: Path, **bounds: float) -> None:
    run(PYTHON, "-c", script, folder=folder, **bounds)  # type: ignore[arg-type]


def test_it_writes_into_its_folder_which_is_its_home(tmp_path: Path) -> None:
    does("import os; open('said', 'w').write(os.environ['HOME'] + os.environ.get('SECRET', ''))", tmp_path)
    assert (tmp_path / "said").read_text() == str(tmp_path)


def test_it_learns_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINUO_SECRET", "x")
    does("import os, sys; sys.exit('YINUO_SECRET' in os.environ)", tmp_path)


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK"])
def test_it_has_no_network(tmp_path: Path, family: str) -> None:
    does("import socket; socket.socket(socket.AF_UNIX)", tmp_path)
    with pytest.raises(ProgramFailed):
        does(f"import socket; socket.socket(socket.{family}, socket.SOCK_DGRAM)", tmp_path)


def test_what_it_starts_has_none_either(tmp_path: Path) -> None:
    inner = "import socket; socket.create_connection(('127.0.0.1', 9))"
    told = f"subprocess.run([sys.executable, '-c', {inner!r}], capture_output=True).stderr"
    does(f"import subprocess, sys; sys.exit(b'Permission' not in {told})", tmp_path)


def test_where_the_network_cannot_be_refused_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import commitments.files.programs as p; raise SystemExit(p._without_network())"
    with pytest.raises(ProgramFailed):
        does(script, tmp_path)  # it can here
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    assert not programs._without_network()


@pytest.mark.parametrize(
    "script", ["while True: pass", "bytearray(1 << 33)", "open('x', 'wb').truncate(1 << 40)", "raise SystemExit(3)"]
)
def test_what_takes_too_much_or_fails_is_an_error(tmp_path: Path, script: str) -> None:
    with pytest.raises(ProgramFailed):
        does(script, tmp_path, seconds=1)


def test_what_waits_for_ever_is_ended_with_all_it_started(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ProgramFailed):
        run(SHELL, "-c", "(sleep 2; echo alive > late) & sleep 60", folder=tmp_path, wait=0.5)
    assert time.monotonic() - begun < 20
    time.sleep(2.5)
    assert not (tmp_path / "late").exists()
