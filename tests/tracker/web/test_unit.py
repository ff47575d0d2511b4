"""The proposing unit's page, the calendar, and the server itself."""

import json
import socket
import urllib.request
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select

from commitments.register import extensions, progress
from commitments.storage import writing
from notifications.delivery import pass_once
from notifications.models import Digest
from tests.tracker.web.conftest import REF, Pages
from tracker.cli.root import run
from tracker.web.server import AddressTaken, Server


@pytest.fixture
def told(pages: Pages) -> Pages:
    """The pages on the morning after November's digest was made."""
    pages.app.clock = lambda: datetime(2019, 12, 2, 2, tzinfo=UTC)
    pass_once(pages.app.context(), pages.app.clock)
    return pages


def test_the_unit_reads_its_digest_and_answers(told: Pages) -> None:
    address = told.unit("2019-11")
    page = told.get(address).text
    for words in ("2019年11月办理情况", "第1007号提案", told.row().title, "本月未收到进展"):
        assert words in page
    answer = told.send(address, "answer", {"grade": "partly", "reason": "进度偏慢"})
    page = told.get(answer.location).text
    assert "已保存" in page
    assert "基本满意" in page
    assert "进度偏慢" in told.get(told.coordinator()).text


def test_not_satisfied_needs_a_reason(told: Pages) -> None:
    answer = told.send(told.unit("2019-11"), "answer", {"grade": "not_satisfied"})
    assert answer.status_code == 409


def test_the_newest_answer_counts(told: Pages) -> None:
    address = told.unit("2019-11")
    told.send(address, "answer", {"grade": "partly"})
    told.send(address, "answer", {"grade": "satisfied"})
    desk = told.get(told.coordinator()).text
    assert "满意" in desk
    assert "基本满意" not in desk


def test_a_month_without_a_digest_is_no_page(told: Pages) -> None:
    assert told.get(told.unit("2018-01")).status_code == 404


def test_the_calendar_of_a_department_parses(pages: Pages) -> None:
    answer = pages.get(pages.feed())
    assert answer.content_type.startswith("text/calendar")
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert REF in {str(event["SUMMARY"]).split()[-1] for event in events}


def test_the_server_answers_on_loopback(pages: Pages) -> None:
    _listen_anywhere(pages)
    server = Server(pages.app)
    server.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{pages.owner()}") as answer:
            assert answer.status == 200
            assert "Server" not in answer.headers
    finally:
        server.close()


def _listen_anywhere(pages: Pages) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    web = pages.app.config.web.model_copy(update={"port": port})
    pages.app.config = pages.app.config.model_copy(update={"web": web})


def test_a_taken_port_is_one_sentence(pages: Pages) -> None:
    _listen_anywhere(pages)
    with socket.create_server(("127.0.0.1", pages.app.config.web.port)), pytest.raises(AddressTaken, match="web"):
        Server(pages.app)


def test_without_base_url_serve_says_what_to_set(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    assert run(["--config", str(pages.app.config.folder / "config.toml"), "serve"]) == 4
    assert "web.base_url" in capsys.readouterr().err


def test_a_base_url_with_a_path_keeps_it(pages: Pages) -> None:
    _listen_anywhere(pages)
    web = pages.app.config.web.model_copy(update={"base_url": "https://city.gov.example/yinuo"})
    pages.app.config = pages.app.config.model_copy(update={"web": web})
    pages.app.__dict__.pop("links", None)
    server = Server(pages.app)
    server.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{pages.owner()}") as answer:
            page = answer.read().decode()
    finally:
        server.close()
    assert pages.owner().startswith("/yinuo/o/")
    assert 'href="/yinuo/static/page.css' in page
    assert 'action="/yinuo/o/' in page


def test_a_digest_that_nobody_approved_is_not_read(told: Pages) -> None:
    digest = told.app.config.digest.model_copy(update={"approval": "required"})
    told.app.config = told.app.config.model_copy(update={"digest": digest})
    assert told.get(told.unit("2019-11")).status_code == 404
    assert told.post(f"{told.unit('2019-11')}answer", {"grade": "partly"}).status_code == 404


def test_the_page_of_a_unit_names_no_person_and_no_number(pages: Pages) -> None:
    pages.app.clock = lambda: datetime(2019, 11, 5, 2, tzinfo=UTC)
    pages.do(lambda register: progress.record(register, REF, "王科长13800138000已核实"))
    pages.do(lambda register: extensions.ask(register, REF, date(2020, 3, 31), "汇总未完，问li@mail.example"))
    pages.do(lambda register: extensions.decide(register, REF, approve=True, by="root"))
    pages.app.clock = lambda: datetime(2019, 12, 2, 2, tzinfo=UTC)
    pass_once(pages.app.context(), pages.app.clock)
    page = pages.get(pages.unit("2019-11")).text
    assert "由2019年12月31日延至2020年3月31日" in page
    assert "期限和状态截至2019年11月30日。" in page
    assert [each for each in ("13800138000", "li@mail.example", "root") if each in page] == []


def test_what_the_unit_answered_is_shown_without_its_telephone(told: Pages) -> None:
    address = told.unit("2019-11")
    answer = told.send(address, "answer", {"grade": "partly", "reason": "请回电13800138000"})
    page = told.get(answer.location).text
    assert "请回电******" in page
    assert "13800138000" not in page


def test_a_snapshot_of_an_earlier_version_names_no_person_either(told: Pages) -> None:
    with writing(told.app.engine) as session:
        digest = session.scalars(select(Digest).where(Digest.period == "2019-11")).one()
        facts = json.loads(json.dumps(digest.snapshot))
        days = {"from": "2019-12-31", "to": "2020-03-31", "on": "2019-11-05"}
        slip = {**days, "reason": "问13800138000", "approved_by": "root"}
        for row in facts["commitments"]:
            row["slips"] = [slip]
            del row["corrections"], row["waiting"], row["new"]
        del facts["masked"], facts["as_of"]
        digest.snapshot = facts
    page = told.get(told.unit("2019-11")).text
    assert "问******" in page
    assert "root" not in page


def test_a_day_that_is_past_when_the_page_is_read_is_not_called_today(pages: Pages) -> None:
    pages.app.clock = lambda: datetime(2020, 1, 2, 2, tzinfo=UTC)
    pass_once(pages.app.context(), pages.app.clock)
    page = pages.get(pages.unit("2019-12")).text
    assert "当日到期" in page
    assert "今日到期" not in page
