"""`tracker digest`: what a proposing unit will read, and what whoever approves it sees was masked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from freezegun import freeze_time

import tracker
from tracker.cli.root import run

LEDGER = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"
REF = "2019-1007-02"
NUMBER, IDENTITY = "138-0013-8000", "44010619900101123X"
Printed = Callable[[str, str], tuple[int, str, str]]


@pytest.fixture
def home(place: Path) -> Path:
    """A ledger whose digests wait for approval."""
    with freeze_time("2019-06-27T10:00:00+08:00"):
        assert run(["init"]) == 0
        text = Path("config.toml").read_text(encoding="utf-8")
        assert 'approval = "none"' in text
        Path("config.toml").write_text(text.replace('approval = "none"', 'approval = "required"'), encoding="utf-8")
        assert run(["ledger", "load", str(LEDGER)]) == 0
    return place


@pytest.fixture
def at(home: Path, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Run a command at a moment; return its exit code and what it printed."""

    def command(moment: str, line: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with freeze_time(f"{moment}T10:00:00+08:00"):
            code = run(line.split())
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_a_correction_at_the_command_line_is_no_extension(at: Printed) -> None:
    at("2019-07-01", "remind")
    at("2019-07-02", f"edit {REF} --due 2020-03-31 --reason 更正录入 --actor root")
    code, shown, _ = at("2019-08-01", "digest show --unit 市台联 --month 2019-07")
    assert code == 0
    assert "更正：2019年7月2日，到期日由2019年12月31日改为2020年3月31日；原因：更正录入" in shown
    assert "本月延期：本月0项" in shown
    assert "批准" not in shown
    assert "root" not in shown


def test_what_happened_to_a_draft_is_not_told(at: Printed) -> None:
    at("2019-07-01", "remind")
    at("2019-07-02", "add --letter 1007 --title 社区食堂 --lead 市民政局 --due 2019-09-30 --draft")
    _, listed, _ = at("2019-07-02", "list --state draft --json")
    (draft,) = (each["ref"] for each in json.loads(listed)["commitments"])
    at("2019-07-03", f"edit {draft} --due 2019-12-31 --title 长者食堂 --reason 更正")
    at("2019-07-04", f"confirm {draft}")
    _, shown, _ = at("2019-08-01", "digest show --unit 市台联 --month 2019-07")
    assert "长者食堂" in shown
    assert "更正" not in shown


def test_whoever_looks_or_approves_sees_what_was_masked(at: Printed) -> None:
    at("2019-07-02", f"progress {REF} --note 张三{NUMBER}，身份证{IDENTITY}")
    code, shown, aside = at("2019-08-01", "digest show --unit 市台联 --month 2019-07")
    assert (code, NUMBER in shown, IDENTITY in shown) == (0, False, False)
    expected = [f"{REF}  情况说明  电话号码", f"{REF}  情况说明  身份证号码"]
    assert [
        line.partition("：")[2] or line.partition(": ")[2] for line in aside.splitlines() if REF in line
    ] == expected
    _, out, _ = at("2019-08-01", "digest show --unit 市台联 --month 2019-07 --json")
    masked = [{"ref": REF, "field": "note", "kind": kind} for kind in ("telephone", "identity")]
    assert json.loads(out)["digest"]["masked"] == masked
    at("2019-08-01", "remind")
    _, out, aside = at("2019-08-01", "digest approve --unit 市台联 --month 2019-07")
    assert (out.strip(), [REF in line for line in aside.splitlines()]) == ("市台联 2019-07", [True, True])
    _, out, _ = at("2019-08-01", "digest approve --unit 市台联 --month 2019-07 --json")
    approved = json.loads(out)["approved"]
    assert (approved["unit"], approved["period"], approved["masked"]) == ("市台联", "2019-07", masked)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hans", "截至2019年1月31日，台账里还没有对贵单位的承诺事项。"),
        ("zh-Hant", "臺賬裏還沒有"),
        ("en", "no commitment"),
    ],
)
def test_a_month_before_the_ledger_began_has_nothing_to_tell(at: Printed, language: str, words: str) -> None:
    at("2019-07-01", f"department edit 市台联 --locale {language}")
    code, shown, _ = at("2019-08-01", "digest show --unit 市台联 --month 2019-01")
    assert code == 0
    assert words in shown


def test_the_running_month_can_be_looked_at(at: Printed) -> None:
    code, shown, _ = at("2019-07-10", "digest show --unit 市台联 --month 2019-07")
    assert code == 0
    assert "期限和状态截至2019年7月10日。" in shown
