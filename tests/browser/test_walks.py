"""What people do with the pages, from the mail in which the link came to what the ledger then holds."""

from datetime import date
from typing import Any

from tests.browser.live_site import LiveSite, follow

REF = "2019-1007-08"
LEAD, LEAD_MAIL = "市民政局", "mzj@gz.example"
PROOF = {"name": "幸福社区创建核查表.txt", "mimeType": "text/plain", "buffer": "城市社区 10%，农村社区 15%".encode()}


def reminded(site: LiveSite, page: Any) -> None:
    """Let the reminder go out and open the link in it."""
    site.day("2019-12-20")
    assert page.goto(site.link(LEAD_MAIL, f"【临近到期】{REF}", "o")).ok


def send(page: Any, form: str, fields: dict[str, Any]) -> None:
    """Unfold a form, fill it in as a reader does and send it."""
    shown = page.locator(f'form[action$="/{form}"]')
    if not shown.is_visible():
        page.locator("details", has=shown).locator("summary").click()
    for name, value in fields.items():
        fill(shown.locator(f'[name="{name}"]'), value)
    follow(shown.locator("button"))


def fill(field: Any, value: Any) -> None:
    if isinstance(value, dict):
        field.set_input_files(value)
    elif field.count() > 1 or field.get_attribute("type") == "radio":
        field.and_(field.page.locator(f'[value="{value}"]')).check()
    elif field.evaluate("it => it.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def saved(page: Any) -> str:
    return str(page.locator('.note.good[role="status"]').inner_text())


def decide(site: LiveSite, page: Any, queue: str, ref: str = REF) -> None:
    """Open the coordinator's link and, from the queue, the commitment."""
    assert page.goto(site.coordinator()).ok
    waiting = page.locator("section", has=page.get_by_role("heading", name=queue))
    follow(waiting.locator("li", has_text=ref).get_by_role("link").first)


def test_from_the_reminder_to_the_closing_mail(site: LiveSite, page: Any) -> None:
    reminded(site, page)
    link = page.url
    send(page, "acknowledge", {})
    assert "签收" in saved(page)
    assert page.locator('form[action$="/acknowledge"]').count() == 0
    send(page, "progress", {"note": "已完成摸底", "figure:城市社区创建比例": "6", "file": PROOF})
    assert "已完成摸底" in saved(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=PROOF["name"]).click()
    assert download.value.suggested_filename == PROOF["name"]
    send(page, "done", {"note": "两项比例均已达到", "file": {**PROOF, "name": "验收.txt"}})
    assert site.row(REF).state == "reported_done"

    site.day("2019-12-23")
    decide(site, page, "待验收")
    send(page, "close", {"outcome": "kept", "note": "核验无误", "next": "2020-12-31"})
    assert "核验无误" in page.locator("main").inner_text()
    site.day("2019-12-24")
    assert site.mails(LEAD_MAIL, f"【已销号】{REF}")
    assert page.goto(link).status == 404


def test_an_extension_moves_the_deadline_and_the_notices(site: LiveSite, page: Any) -> None:
    reminded(site, page)
    ladder = site.coming(REF)
    send(page, "extension", {"to": "2020-03-31", "reason": "农村社区核查推迟"})
    assert "农村社区核查推迟" in page.locator(".note.wait").inner_text()
    assert site.coming(REF) == ladder

    site.day("2019-12-23")
    decide(site, page, "延期申请")
    send(page, "decide_extension", {"decision": "accept", "by": "张主任"})
    row = site.row(REF)
    assert (row.due_on, row.first_due_on) == (date(2020, 3, 31), date(2019, 12, 31))
    shown = page.locator("article").inner_text()
    assert "2020年3月31日" in shown
    assert "2019年12月31日" in shown
    moved = site.coming(REF)
    assert date(2019, 12, 26) in ladder
    assert moved[0] == date(2020, 2, 28)  # the working day before the thirtieth day, a Sunday
    assert date(2020, 3, 31) in moved


def test_not_ours_finds_another_lead(site: LiveSite, page: Any) -> None:
    site.day("2019-06-28")
    assert page.goto(site.link(LEAD_MAIL, "【新任务】2019-1007-05", "o")).ok
    send(page, "dispute", {"reason": "属社会组织管理局职责"})
    assert "属社会组织管理局职责" in page.locator(".note.wait").inner_text()

    site.day("2019-07-01")
    decide(site, page, "职责异议", "2019-1007-05")
    lead = page.locator('form[action$="/decide_dispute"] [name="lead"] option', has_text="市社会组织管理局")
    chosen = {"department": "1", "decision": "accept", "lead": lead.get_attribute("value"), "by": "张主任"}
    send(page, "decide_dispute", chosen)
    assert page.locator(".note.wait").count() == 0
    site.day("2019-07-02")
    assert page.goto(site.link("sgj@gz.example", "【新任务】2019-1007-05", "o")).ok
    assert page.locator('form[action$="/acknowledge"]').is_visible()
    assert page.get_by_text("主办", exact=True).first.is_visible()


def test_the_proposing_units_answer_reaches_the_coordinator(site: LiveSite, page: Any) -> None:
    site.day("2020-01-02")
    assert page.goto(site.link("tl@gz.example", "2019年12月", "u")).ok
    send(page, "answer", {"grade": "not_satisfied", "reason": "六项逾期，未见说明"})
    assert "提案单位评价" in saved(page)
    assert "六项逾期" in page.locator("blockquote").first.inner_text()
    site.day("2020-01-06")
    page.goto(site.coordinator())
    answers = page.locator("section", has=page.get_by_role("heading", name="提案单位")).inner_text()
    assert "市台联" in answers
    assert "六项逾期，未见说明" in answers
