"""The coordinator's pages: what they show, and each decision."""

import re
from xml.etree import ElementTree as ET

import pytest

from commitments.models import Dispute, Extension
from tests.tracker.web.conftest import REF, Pages
from tracker.web.app import make as make_pages

OTHER = "2019-1007-03"


def item(pages: Pages, ref: str = REF) -> str:
    return f"{pages.coordinator()}items/{ref}/"


def shown(pages: Pages) -> dict[str, str]:
    """Return what the form carries of the request on the page."""
    with pages.app.reading() as session:
        return {"request": str(session.query(Extension).one().id)}


def test_the_ledger_is_shown_worst_first_with_its_figures(pages: Pages) -> None:
    page = pages.get(pages.coordinator()).text
    for words in ("市民政局承诺事项台账", "临近到期", "各单位办理情况", "<svg", pages.row().title):
        assert words in page
    assert page.index("items/2019-1007-08") < page.index("items/2019-1007-06")


def test_the_bands_are_drawn_and_every_number_stands_in_words(pages: Pages) -> None:
    page = pages.get(pages.coordinator()).text
    section = page[page.index("在办事项分布") :].partition("</section>")[0]
    assert re.findall(r"</svg> (\S+) (\d+)</li>", section)[:3] == [("逾期", "0"), ("今日到期", "0"), ("临近到期", "8")]
    bar, *swatches = re.findall("<svg.*?</svg>", section, re.DOTALL)
    assert len(swatches) == 7
    assert [name for name, _, _ in boxes(bar)] == ["part-due_soon", "part-review_due"]


def test_bars_lie_side_by_side_on_one_scale(pages: Pages) -> None:
    bars = [
        boxes(bar) for bar in re.findall(r'<svg class="bar".*?</svg>', pages.get(pages.coordinator()).text, re.DOTALL)
    ]
    for bar in bars:
        ends = [round(left + width, 1) for _, left, width in bar]
        assert [0.0, *ends[:-1]] == [round(left, 1) for _, left, _ in bar]
    assert max(bar[-1][1] + bar[-1][2] for bar in bars[1:]) == pytest.approx(100, abs=0.1)


def test_even_one_among_thousands_is_drawn(pages: Pages) -> None:
    template = make_pages(pages.app).jinja_env.get_template("parts.html")
    drawn = boxes(template.module.bar([("overdue", "", 1), ("on_track", "", 99_999)], 100_000))
    assert [width for _, _, width in drawn] == [1.0, 100.0]
    assert boxes(template.module.bar([], 0)) == []


@pytest.mark.parametrize("name", ["</li><script>alert(1)</script>", '" onload="alert(1)', "]]>&lt;&amp;<!--"])
def test_a_drawing_holds_nothing_but_boxes(pages: Pages, name: str) -> None:
    parts = make_pages(pages.app).jinja_env.get_template("parts.html").module
    drawn = ET.fromstring(f"<p>{parts.bar([(name, name, 7)], 7)}{parts.legend([(name, name, 7)])}</p>")
    assert {each.tag for each in drawn.iter()} == {"p", "svg", "rect", "ul", "li"}
    assert set().union(*(each.attrib for each in drawn.iter())) <= {
        "class", "viewBox", "preserveAspectRatio", "aria-hidden", "x", "width", "height",
    }  # fmt: skip
    assert f"{name} 7" in "".join(drawn.itertext())


def boxes(drawing: str) -> list[tuple[str, float, float]]:
    """Return of each piece its class, where it begins and how wide it is."""
    found = re.findall(r'class="part (part-\w+)" x="([\d.]+)" width="([\d.]+)"', drawing)
    return [(name, float(left), float(width)) for name, left, width in found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=事项清单", True),
        ("q=没有这样的字", False),
        ("band=overdue", False),
        ("band=nonsense", False),
        ("kind=target", True),
        ("department=999", False),
        ("department=x&letter=y&after=z.z.z&q=%00", True),
        ("department=100000000000000000000", True),
    ],
)
def test_filters(pages: Pages, asked: str, found: bool) -> None:
    page = pages.get(f"{pages.coordinator()}?{asked}")
    assert page.status_code == 200
    assert ("没有符合条件的事项" not in page.text) == found


def test_a_long_ledger_goes_on_behind_a_link(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.web.pages.coordinator.PAGE_SIZE", 3)
    address, seen = pages.coordinator(), set()
    for _ in range(4):
        page = pages.get(address).text
        listed = page[page.index('id="list"') :]
        seen |= {n for n in range(1, 12) if f"items/2019-1007-{n:02}/" in listed}
        if 'rel="next"' in listed:
            address = (
                listed.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&").split("#")[0]
            )
    assert len(seen) == 11


def test_an_extension_is_approved_and_the_first_date_kept(pages: Pages) -> None:
    pages.send(pages.owner(), "extension", {"to": "2020-03-31", "reason": "再征求意见"})
    assert "再征求意见" in pages.get(pages.coordinator()).text
    answer = pages.send(item(pages), "decide_extension", {**shown(pages), "decision": "accept", "by": "分管局领导"})
    assert "同意延期" in pages.get(answer.location).text
    row = pages.row()
    assert (str(row.due_on), str(row.first_due_on)) == ("2020-03-31", "2019-12-31")


def test_an_extension_is_refused_and_the_date_stands(pages: Pages) -> None:
    pages.send(pages.owner(), "extension", {"to": "2020-03-31", "reason": "再征求意见"})
    pages.send(item(pages), "decide_extension", {**shown(pages), "decision": "refuse", "by": "分管局领导"})
    assert str(pages.row().due_on) == "2019-12-31"


def test_what_is_reported_done_is_accepted(pages: Pages) -> None:
    pages.send(pages.owner(), "done", {"note": "已完成", "link": "https://mzj.gz.example/list"})
    assert "已报办结、待验收" in pages.get(pages.coordinator()).text
    answer = pages.send(item(pages), "close", {"outcome": "kept", "note": "核验无误", "next": "2020-12-31"})
    assert answer.status_code == 303
    assert pages.row().outcome == "kept"
    assert "2019-1007-12" in pages.get(pages.coordinator()).text


def test_kept_needs_evidence_or_a_waiver(pages: Pages) -> None:
    answer = pages.send(item(pages), "close", {"outcome": "kept", "note": "口头说已办"})
    assert answer.status_code == 409
    assert "佐证材料" in answer.text
    assert "口头说已办" in answer.text
    assert pages.row().state == "open"


def test_what_is_not_good_enough_is_sent_back(pages: Pages) -> None:
    pages.send(pages.owner(), "done", {"note": "已完成"})
    pages.send(item(pages), "reopen", {"reason": "没有附清单"})
    assert pages.row().state == "open"
    assert pages.history()[-1] == ("reopen", "市民政局", "没有附清单")


def test_not_ours_gets_another_lead(pages: Pages) -> None:
    pages.send(pages.owner(), "dispute", {"reason": "应由政法委办理"})
    other = pages.department("市委政法委").id
    with pages.app.reading() as session:
        raised = session.query(Dispute).one().id
    fields = {"department": str(raised), "decision": "accept", "by": "办公室"}
    without = pages.send(item(pages), "decide_dispute", fields)
    assert without.status_code == 409
    pages.send(item(pages), "decide_dispute", {**fields, "lead": str(other), "note": "同意"})
    assert pages.row().lead_id == other
    assert pages.get(pages.owner("市委政法委", REF)).status_code == 200


def test_dates_and_lead_are_corrected_with_a_reason(pages: Pages) -> None:
    other = pages.department("市委政法委").id
    pages.send(item(pages), "move", {"due": "2020-06-30", "lead": str(other), "reason": "按会议纪要"})
    row = pages.row()
    assert (str(row.due_on), row.lead_id) == ("2020-06-30", other)


def test_progress_that_came_by_telephone_is_noted(pages: Pages) -> None:
    pages.send(item(pages), "note", {"note": "来电称已完成九成", "on": "2019-12-18"})
    assert pages.history()[-1][0] == "progress"


def test_a_draft_is_confirmed(pages: Pages) -> None:
    ref = pages.draft()
    assert "待确认事项" in pages.get(pages.coordinator()).text
    pages.send(item(pages, ref), "confirm")
    assert pages.row(ref).state == "open"


def test_a_draft_is_dropped_once_and_the_ledger_says_so(pages: Pages) -> None:
    ref = pages.draft()
    once, action = pages.form(item(pages, ref), "drop")
    first, second = (pages.post(action, {"once": once, "reason": "不是承诺"}) for _ in range(2))
    assert first.location == second.location
    page = pages.get(first.location).text
    assert "已保存" in page
    assert "不是承诺" in page


def test_a_newer_request_is_not_approved_unseen(pages: Pages) -> None:
    owner = pages.owner()
    pages.send(owner, "extension", {"to": "2020-03-31", "reason": "再征求意见"})
    with pages.app.reading() as session:
        seen = session.query(Extension).one().id
    pages.send(owner, "extension", {"to": "2021-12-31", "reason": "还要更久"})
    unseen = {"decision": "accept", "by": "分管局领导", "request": str(seen)}
    answer = pages.send(item(pages), "decide_extension", unseen)
    assert answer.status_code == 409
    assert str(pages.row().due_on) == "2019-12-31"


def test_the_month_names_what_falls_due_and_days_off(pages: Pages) -> None:
    page = pages.get(f"{pages.coordinator()}months/2019-12/").text
    assert pages.row().title[:8] in page
    assert "周六" in page
    for wrong in ("2019-13", "x", "9999-12", "2019-1"):
        assert pages.get(f"{pages.coordinator()}months/{wrong}/").status_code == 404


def test_what_does_not_exist_is_404(pages: Pages) -> None:
    desk = pages.coordinator()
    assert pages.get(f"{desk}items/2019-1007-99/").status_code == 404
    assert pages.post(f"{desk}items/{REF}/destroy", {}).status_code == 404
    assert pages.get(f"{desk}proof/1").status_code == 404
