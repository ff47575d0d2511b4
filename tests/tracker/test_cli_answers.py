"""What verbs answer: what was recorded and who is told next, in the ledger's language; only the ref is a result."""

import json
from pathlib import Path

import pytest
from freezegun import freeze_time

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
NEW = ("add", "--letter", "1007", "--title", "新事项", "--lead", "市民政局")


@pytest.fixture(autouse=True)
def office(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    with freeze_time("2019-12-02T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        (place / "验收.pdf").write_bytes(b"%PDF-1.4 x")
        capsys.readouterr()
        yield place


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[str, list[str]]:
    assert run(list(line)) == 0
    found = capsys.readouterr()
    return found.out, found.err.splitlines()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "close 2019-1007-02 --outcome 兑现 --evidence 验收.pdf --evidence https://mzj.gz.example/x",
            ["销号：2019-1007-02 出台村居事项清单和准入制度", "  结果：已兑现",
             "  佐证材料：验收.pdf、https://mzj.gz.example/x", "  接下来告知：市民政局（主办）、各区政府（会办）"],
        ),
        (
            "progress 2019-1007-08 --note 首批通过 --target 城市社区创建比例=4.5",
            ["进展：2019-1007-08 城乡幸福社区年度创建", "  说明：首批通过", "  量化目标：城市社区创建比例=4.5",
             "  到期日：2019年12月31日", "  接下来告知：2019年12月2日例行提醒市民政局"],
        ),
        (
            "extend 2019-1007-02 --to 2020-03-31 --reason 延",
            ["申请延期：2019-1007-02 出台村居事项清单和准入制度", "  申请延至：2020年3月31日",
             "  到期日：2019年12月31日", "  说明：批准之前，现期限2019年12月31日不变"],
        ),
        (
            "extend 2019-1007-02 --to 2020-03-31 --reason 延 --approved-by 局长",
            ["同意延期：2019-1007-02 出台村居事项清单和准入制度", "  到期日：2020年3月31日（原为2019年12月31日）",
             "  接下来告知：2020年2月28日例行提醒市民政局"],
        ),
        (
            "report-done 2019-1007-01 --note 已印发",
            ["报告办结：2019-1007-01 党员参与社区治理机制", "  说明：已印发",
             "  接下来告知：本单位（office@yinuo.example），请验收"],
        ),
        (
            "edit 2019-1007-06 --review-on 2020-01-06 --reason 更正",
            ["更正：2019-1007-06 出台社工服务项目库制度", "  复核日期：2020年1月6日（原为2019年9月26日）",
             "  接下来告知：2020年1月6日请市民政局报进展"],
        ),
        (
            "dispute 2019-1007-02 --department 各区政府 --reason 不归我管",
            ["提出职责异议：2019-1007-02 出台村居事项清单和准入制度", "  职责异议：各区政府", "  说明：不归我管",
             "  说明：作出处理之前，仍由现承办单位办理"],
        ),
        (
            "--language en close 2019-1007-02 --outcome withdrawn",
            ["closed: 2019-1007-02 出台村居事项清单和准入制度", "  Outcome: withdrawn",
             "  Told next: 市民政局 (lead), 各区政府 (support)"],
        ),
    ],
)  # fmt: skip
def test_a_verb_says_what_was_recorded(line: str, told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, *line.split())
    ref = next(word for word in line.split() if word.startswith("2019-1007"))
    assert out == f"{ref}\n"
    assert err[-len(told) :] == told


def test_a_reopened_item_and_a_decided_dispute(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "report-done", "2019-1007-01")
    out, err = said(capsys, "reopen", "2019-1007-01", "--reason", "材料不全")
    assert (out, err[0]) == ("2019-1007-01\n", "重新开启：2019-1007-01 党员参与社区治理机制")
    assert err[-1] == "  接下来告知：市民政局（主办）、市委组织部（会办）"
    said(capsys, "dispute", "2019-1007-02", "--department", "各区政府", "--reason", "不归我管")
    _, err = said(capsys, "dispute", "2019-1007-02", "--department", "各区政府", "--refuse", "--note", "函已写明")
    assert err == [
        "异议不成立：2019-1007-02 出台村居事项清单和准入制度", "  职责异议：各区政府", "  说明：函已写明",
    ]  # fmt: skip


def test_drafts_are_told_to_nobody_until_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, *NEW, "--draft")
    assert err[-1] == "  接下来告知：确认之前不告知任何单位"
    _, err = said(capsys, "confirm", out.strip())
    assert err == [
        f"确认：{out.strip()} 新事项", "  复核日期：2020年3月2日", "  接下来告知：市民政局（主办）",
    ]  # fmt: skip
    dropped, _ = said(capsys, *NEW, "--draft", "--ordinal", "x")
    _, err = said(capsys, "drop", dropped.strip(), "--yes")
    assert err == [f"删除待确认事项：{dropped.strip()} 新事项"]


def test_an_empty_deadline_is_none_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, *NEW, "--due", "", "--json")
    assert json.loads(out)["ref"] == "2019-1007-12"
    assert "  复核日期：2020年3月2日" in err


def test_next_year_and_a_department_without_a_mailbox_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "department", "edit", "市民政局", "--mailbox", "")
    line = ("close", "2019-1007-08", "--outcome", "kept", "--waiver", "现场查验", "--next", "2020-12-31")
    _, err = said(capsys, *line)
    assert "  续立：2019-1007-12（2020年12月31日）" in err
    assert "  接下来告知：市民政局（没有邮箱，暂不能告知）（主办）" in err


def test_a_refused_verb_says_nothing_was_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["close", "2019-1007-01", "--outcome", "kept"]) == 1
    found = capsys.readouterr()
    assert found.out == ""
    assert "销号：" not in found.err
