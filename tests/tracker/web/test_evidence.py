"""Evidence is what it was: existence and hash are compared by backup, doctor and before a page hands it out."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from freezegun import freeze_time

from commitments import evidence
from commitments.models import Evidence
from notifications import alerts
from tests.tracker.web.conftest import Pages
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.daemon import Daemon
from tracker.demo import stage
from tracker.ops import backup

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
REF = "2019-1007-02"
PDF = b"%PDF-1.7 the protocol"


def longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b" and more")


def one_bit(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[3] ^= 1
    file.write_bytes(data)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def linked(file: Path) -> None:
    """The very bytes, but somewhere else, where others may write."""
    other = file.with_name("elsewhere")
    file.rename(other)
    file.symlink_to(other)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGES: list[Callable[[Path], None]] = [longer, one_bit, empty, Path.unlink, linked, folder]


@pytest.fixture
def kept(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A file of evidence in a ledger."""
    (place / "纪要.pdf").write_bytes(PDF)
    for line in (
        ["init"],
        ["ledger", "load", str(LETTER)],
        ["progress", REF, "--note", "见", "--evidence", "纪要.pdf"],
    ):
        assert run(line) == 0
    capsys.readouterr()
    [file] = (place / "evidence").iterdir()
    return file


@pytest.mark.parametrize("damage", DAMAGES)
def test_backup_and_doctor_name_what_is_not_what_it_was(
    kept: Path, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "copies/good.db"]) == 0
    damage(kept)
    assert run(["backup", "copies/late.db"]) == 1
    assert f"{REF} 纪要.pdf" in capsys.readouterr().err
    assert Path("copies/late.db").is_file(), "the ledger is copied all the same"
    assert evidence.fault(Path("copies/evidence"), kept.name) == "", "a good copy is not overwritten by a bad one"
    assert run(["doctor"]) == 1
    assert f"{REF}：纪要.pdf " in capsys.readouterr().out


def test_a_copy_that_was_altered_is_made_anew(kept: Path) -> None:
    assert run(["backup", "copies/one.db"]) == 0
    one_bit(Path("copies/evidence") / kept.name)
    assert run(["backup", "copies/two.db"]) == 0
    assert (Path("copies/evidence") / kept.name).read_bytes() == PDF


def test_restoring_brings_back_what_was_altered(kept: Path) -> None:
    assert run(["backup", "copies/one.db"]) == 0
    one_bit(kept)
    assert run(["restore", "copies/one.db", "--yes"]) == 0
    assert kept.read_bytes() == PDF


def test_the_nightly_copy_is_made_and_then_says_so(kept: Path, place: Path) -> None:
    one_bit(kept)
    app = App(config.load(None, {}, place), actor="office")
    with pytest.raises(backup.EvidenceDamaged, match=r"纪要\.pdf"):
        backup.nightly(app)
    assert backup.nightly(app) is None, "it is there"
    app.engine.dispose()


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_page_hands_out_what_was_altered(pages: Pages, damage: Callable[[Path], None]) -> None:
    address = pages.owner()
    pages.send(address, "progress", {"note": "见附件", "file": (io.BytesIO(PDF), "表.pdf")})
    with pages.app.reading() as session:
        proof = session.query(Evidence).one()
    damage(pages.app.folder / "evidence" / str(proof.sha256))
    answer = pages.get(f"{address}proof/{proof.id}")
    assert answer.status_code == 410
    assert "这份材料已丢失，或者与登记时不一致" in answer.text


def test_its_alert_stands_until_a_day_in_order(kept: Path, place: Path) -> None:
    def after(day: str) -> list[str]:
        with freeze_time(f"{day}T10:00:00+08:00"):
            Daemon(app).maintain()
        with app.reading() as session:
            return [alert.key for alert in alerts.standing(session)]

    app = App(config.load(None, {}, place), actor="office")
    one_bit(kept)
    assert after("2030-01-02") == ["evidence"]
    assert after("2030-01-02") == ["evidence"], "an hour later nothing is in order yet"
    kept.write_bytes(PDF)
    assert after("2030-01-03") == []
    app.engine.dispose()
