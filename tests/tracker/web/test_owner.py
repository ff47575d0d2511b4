"""The owner's page: what it shows, what each form does, what it refuses."""

import io
import re
from datetime import date
from typing import Any

import pytest

from commitments.models import Evidence, Extension
from commitments.register import editing, extensions, progress
from tests.tracker.web.conftest import REF, Pages

PDF = b"%PDF-1.4 evidence"


def test_the_page_shows_the_pledge_its_date_and_all_that_is_the_departments(pages: Pages) -> None:
    page = pages.get(pages.owner()).text
    row = pages.row()
    for words in (
        row.title,
        row.quote,
        "2019年12月31日（含）前",
        "还剩7个工作日",
        "城市社区创建比例",
        "在办事项（11项",
    ):
        assert words in page


def test_acknowledging_is_written_down_once(pages: Pages) -> None:
    address = pages.owner()
    answer = pages.send(address, "acknowledge")
    assert answer.status_code == 303
    page = pages.get(answer.location).text
    assert "已保存" in page
    assert "本单位已于2019年12月20日签收" in page
    assert pages.history()[-1][:2] == ("acknowledge", "市民政局")


def test_progress_with_figures_a_file_and_an_address(pages: Pages) -> None:
    fields = {
        "note": "已创建52个\n另有3个在验收",
        "on": "2019-12-19",
        "figure:城市社区创建比例": "8.5",
        "file": (io.BytesIO(PDF), "../../etc/验收 表.pdf"),
        "link": "https://mzj.gz.example/list",
    }
    answer = pages.send(pages.owner(), "progress", fields)
    assert answer.status_code == 303
    page = pages.get(answer.location).text
    for words in ("已创建52个", "8.5%", "验收 表.pdf", "https://mzj.gz.example/list"):
        assert words in page
    assert pages.history()[-1] == ("progress", "市民政局", "已创建52个\n另有3个在验收")


def test_a_file_comes_back_as_an_attachment_that_no_browser_opens(pages: Pages) -> None:
    address = pages.owner()
    pages.send(address, "progress", {"note": "见附件", "file": (io.BytesIO(PDF), "表.pdf")})
    with pages.app.reading() as session:
        number = session.query(Evidence).one().id
    answer = pages.get(f"{address}proof/{number}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"
    assert pages.get(f"{pages.owner('市委政法委', '2019-1007-03')}proof/{number}").status_code == 404


def test_sending_twice_is_done_once(pages: Pages) -> None:
    once, action = pages.form(pages.owner(), "progress")
    first, second = (pages.post(action, {"once": once, "note": "两次"}) for _ in range(2))
    assert first.location == second.location
    assert [line[0] for line in pages.history()].count("progress") == 1


def test_reporting_done_twice_is_done_once_too(pages: Pages) -> None:
    once, action = pages.form(pages.owner(), "done")
    first, second = (pages.post(action, {"once": once, "link": "https://a.example/b"}) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location)
    assert pages.row().state == "reported_done"
    once_more = pages.post(action, {"once": "another", "note": "又报"})
    assert once_more.status_code == 409
    assert "已报办结" in once_more.text


def test_an_extension_waits_and_the_deadline_stands(pages: Pages) -> None:
    answer = pages.send(pages.owner(), "extension", {"to": "2020-03-31", "reason": "清单须再征求意见"})
    assert "待审批" in pages.get(answer.location).text
    with pages.app.reading() as session:
        assert session.query(Extension).one().state == "waiting"
    assert str(pages.row().due_on) == "2019-12-31"


def test_not_ours_is_kept_until_somebody_decides(pages: Pages) -> None:
    answer = pages.send(pages.owner(), "dispute", {"reason": "应由市农业农村局办理"})
    assert "应由市农业农村局办理" in pages.get(answer.location).text
    assert pages.history()[-1][0] == "dispute"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"note": ""}, "请填写这一项"),
        ({"note": "x" * 5001}, "写得太长了"),
        ({"note": "好", "on": "12月"}, "日期请写成"),
        ({"note": "好", "figure:城市社区创建比例": "很多"}, "请只填数字"),
        ({"note": "好", "figure:城市社区创建比例": "nan"}, "请只填数字"),
        ({"note": "好", "link": "javascript:alert(1)"}, "网址要以"),
        ({"note": "好\x07"}, "无法显示的字符"),
        ({"note": "好", "file": (io.BytesIO(b"MZ\x90\0program"), "a.pdf")}, "不接受这种附件"),
        ({"note": "好", "file": (io.BytesIO(b"<html><script>"), "a.txt")}, "不接受这种附件"),
        ({"note": "好", "file": (io.BytesIO(b""), "a.pdf")}, "附件是空的"),
        ({"note": "好", "file": (io.BytesIO(b"\xef\xbb\xbf \r\n"), "a.txt")}, "附件是空的"),
        ({"note": "好", "file": (io.BytesIO(b"\xff\xfe \0\n\0"), "a.txt")}, "附件是空的"),
        ({"note": "好", "file": (io.BytesIO(b"%PDF-" + b"x" * (10 * 2**20)), "a.pdf")}, "超过了10 MiB"),
    ],
)
def test_a_mistake_is_named_and_what_was_typed_is_kept(pages: Pages, fields: dict[str, Any], sentence: str) -> None:
    answer = pages.send(pages.owner(), "progress", {**fields, "link": fields.get("link", "https://kept.example/x")})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert str(fields["note"])[:4].strip("\x07") in answer.text
    assert fields.get("link", "https://kept.example/x") in answer.text.replace("&#39;", "'")
    assert [line[0] for line in pages.history()] == ["add"]


def test_a_date_ahead_is_refused_with_a_sentence(pages: Pages) -> None:
    answer = pages.send(pages.owner(), "progress", {"note": "好", "on": "2020-01-01"})
    assert answer.status_code == 409
    assert "2020-01-01" in answer.text


def test_a_supporting_department_answers_for_its_part_only(pages: Pages) -> None:
    address = pages.owner("市委政法委", "2019-1007-03")
    page = pages.get(address).text
    assert "/progress" in page
    assert "/done" not in page
    assert pages.post(f"{address}2019-1007-03/done", {"note": "好了"}).status_code == 404
    assert pages.get(f"{address}{REF}/").status_code == 404


def test_hostile_words_are_only_words(pages: Pages) -> None:
    nasty = "<script>alert(1)</script>\"'{{7*7}}"
    page = pages.get(pages.send(pages.owner(), "progress", {"note": nasty}).location).text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;{{7*7}}" in page


def test_a_draft_is_not_the_owners_yet(pages: Pages) -> None:
    ref = pages.draft()
    assert pages.get(f"{pages.owner()}{ref}/").status_code == 404


@pytest.mark.parametrize("link", ["https://mzj.gz.cn：8080/x", "https://[", "https://", "ftp://a.example/b"])
def test_an_address_no_browser_could_open_is_named(pages: Pages, link: str) -> None:
    answer = pages.send(pages.owner(), "progress", {"note": "好", "link": link})
    assert answer.status_code == 422
    assert "网址要以" in answer.text


def test_who_no_longer_leads_cannot_report_done(pages: Pages) -> None:
    once, action = pages.form(pages.owner(), "done")
    other = pages.department("市委政法委").id
    pages.do(lambda r: editing.edit(r, REF, "调整", lead=r.session.get(type(pages.department("市民政局")), other)))
    answer = pages.post(action, {"once": once, "note": "写了很多字的办理情况，写了很多字的办理情况，写了很多字"})
    assert answer.status_code == 404
    assert "写了很多字的办理情况" in answer.text
    assert pages.row().state == "open"


def test_acknowledging_again_claims_nothing_new(pages: Pages) -> None:
    once, action = pages.form(pages.owner(), "acknowledge")
    pages.post(action, {"once": once})
    again = pages.post(action, {"once": "another"})
    assert "saved" not in again.location


def test_a_department_reads_the_names_of_offices_only(pages: Pages) -> None:
    with pages.app.register("zhangsan") as register:
        progress.record(register, REF, "电话报来", proofs=["https://gz.example/a"])
        extensions.ask(register, REF, date(2020, 3, 31), "汇总未完")
    pages.send(pages.owner(), "progress", {"note": "已验收"})
    page = pages.get(pages.owner()).text
    assert "zhangsan" not in page
    assert "zhangsan" in pages.get(f"{pages.coordinator()}items/{REF}/").text
    assert "市民政局申请由2019年12月31日延至2020年3月31日" in page


def test_a_long_story_is_told_in_pages(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.web.site.MAX_EVENTS", 4)
    for n in range(7):
        pages.do(lambda register, n=n: progress.record(register, REF, f"第{n}步"))
    told, address = [], pages.owner()
    for _ in range(9):
        shown = pages.get(address).text
        told += re.findall(r"第\d步", shown.partition('<ol class="story">')[2])
        earlier = re.search(r'href="(\?before=\d+)"', shown)
        if earlier is None:
            break
        address = pages.owner() + earlier[1]
    assert told == [f"第{n}步" for n in range(6, -1, -1)]
    assert pages.get(f"{pages.owner()}?before=x").status_code == 200
    assert pages.get(f"{pages.owner()}?before={10**30}").status_code == 200
