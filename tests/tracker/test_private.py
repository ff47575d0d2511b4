"""Nobody but its owner reads what the program writes; files asked for by name follow the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
DONE = ["close", "2019-1007-02", "--outcome", "kept", "--evidence", "proof.pdf"]


def modes(folder: Path) -> dict[str, int]:
    """Return the mode of everything below a folder."""
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.fixture(params=[0o000, 0o022, 0o027, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_what_the_program_writes_is_its_owners(
    umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_REMINDERS__SEND_AT", "00:00")
    monkeypatch.setenv("TRACKER_WEB__BASE_URL", "https://yinuo.example")
    (tmp_path / "proof.pdf").write_bytes(b"%PDF-1.7 x")
    for line in (["init"], ["ledger", "load", str(LETTER)], DONE, ["remind"], ["backup", "copies/one.db"]):
        assert run(line) == 0
    ours = {name: mode for name, mode in modes(tmp_path).items() if name != "proof.pdf"}
    assert {"yinuo.db", "yinuo.db.lock", "web-keys", "evidence", "copies/one.db", "config.toml"} <= ours.keys()
    assert {mode for name, mode in ours.items() if not (tmp_path / name).is_dir()} == {0o600}
    assert {mode for name, mode in ours.items() if (tmp_path / name).is_dir()} == {0o700}
    assert run(["doctor"]) in (0, 1)
    assert "others can read" not in capsys.readouterr().out
    assert os.umask(umask) == umask, "the umask is given back"


def test_a_file_asked_for_by_name_follows_the_umask(place: Path, umask: int) -> None:
    assert run(["init"]) == 0
    assert run(["export", "csv", "list.csv"]) == 0
    assert stat.S_IMODE((place / "list.csv").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("name", ["yinuo.db", "yinuo.db.lock", "evidence", "backups", "backups/yinuo-2026-01-01.db"])
def test_doctor_says_what_others_can_read(place: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for line in (["init"], ["remind"], ["backup", "backups/yinuo-2026-01-01.db"]):
        assert run(line) == 0
    path = place / name
    path.chmod(0o755 if path.is_dir() else 0o644)
    run(["doctor"])
    assert f"chmod {700 if path.is_dir() else 600} {path.resolve()}" in capsys.readouterr().out
