"""Every page on a telephone, on a desk and on paper: nothing sticks out or is too small to touch, all can read it."""

from collections.abc import Iterator
from typing import Any

import pytest

from commitments.register import closing, editing, progress
from tests.browser import seeded_ledger
from tests.browser.live_site import LiveSite, follow

WIDTHS = (360, 1280)
OVERFLOW = """() => [document.documentElement, ...document.querySelectorAll('.sheet, .tile, .act, .scroll tbody th')]
  .filter(it => it.scrollWidth > it.clientWidth).map(it => it.outerHTML.slice(0, 200))"""
UNFOLD = "() => document.querySelectorAll('details').forEach(it => { it.open = true; })"
SMALL = """() => [...document.querySelectorAll('a, button, summary, select, textarea, label.radio, input')]
  .filter(it => !it.closest('p, .story') && !['hidden', 'radio'].includes(it.type) && it.getClientRects().length)
  .filter(it => it.getBoundingClientRect().height < 24).map(it => it.outerHTML)"""
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@pytest.fixture(params=WIDTHS)
def sized(request: pytest.FixtureRequest, page: Any) -> Any:
    page.set_viewport_size({"width": request.param, "height": 800})
    return page


def test_nothing_sticks_out_and_everything_can_be_touched(busy: LiveSite, sized: Any) -> None:
    for name, address in seeded_ledger.addresses(busy).items():
        sized.goto(address)
        sized.evaluate(UNFOLD)
        assert sized.evaluate(OVERFLOW) == [], name
        assert sized.locator("header").bounding_box()["width"] == sized.viewport_size["width"], name
        assert sized.evaluate(SMALL) == [], name


@pytest.fixture(params=WIDTHS)
def scripted(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    """A page into which axe may put its script, which ours would not let in."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800}, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing(busy: LiveSite, scripted: Any) -> None:
    pages = seeded_ledger.addresses(busy)
    found = [finding for address in pages.values() for finding in findings(scripted, address)]
    seeded_ledger.refused(scripted, pages["owner"])
    assert [*found, *findings(scripted)] == []


def findings(page: Any, address: str = "") -> list[str]:
    """Return what axe has to say about an address, or about the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    if address:
        page.goto(address)
    page.evaluate(UNFOLD)
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{page.url} {each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def test_the_desk_is_filtered(busy: LiveSite, page: Any) -> None:
    page.goto(seeded_ledger.addresses(busy)["desk"])
    everything = page.locator("#list tbody tr").count()
    page.locator("#filter-band").select_option("overdue")
    follow(page.locator(".filters button"))
    assert page.locator("#list tbody tr").all_inner_texts() != []
    assert page.locator("#list .chip.overdue").count() == page.locator("#list tbody tr").count() < everything
    assert page.locator("#filter-band").input_value() == "overdue"
    page.locator("#filter-q").fill("没有这样的话")
    follow(page.locator(".filters button"))
    assert page.locator("#list tbody tr").count() == 0
    follow(page.locator(".filters a"))
    assert page.locator("#list tbody tr").count() == everything


def test_paper_bears_no_forms(busy: LiveSite, page: Any) -> None:
    page.emulate_media(media="print")
    for name, address in seeded_ledger.addresses(busy).items():
        page.goto(address)
        assert page.locator("h1").is_visible(), name
        assert [form for form in page.locator("form, nav, .button").all() if form.is_visible()] == [], name


def test_the_keyboard_is_enough(busy: LiveSite, page: Any) -> None:
    page.goto(seeded_ledger.addresses(busy)["owner"])
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.form.action").endswith("/acknowledge")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator('.note.good[role="status"]').is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_what_people_write_sticks_out_nowhere(site: LiveSite, page: Any, width: int) -> None:
    site.put(seeded_ledger.NOW)
    address = "https://mzj.gz.example/" + "a" * 270
    site.do(lambda register: editing.edit(register, seeded_ledger.LATE, "更名", title="综合信息平台" * 30))
    site.do(lambda register: progress.record(register, seeded_ledger.LATE, f"见{address}", proofs=[address]))
    site.do(lambda register: closing.report_done(register, seeded_ledger.LATE, note="办结" * 200))
    page.set_viewport_size({"width": width, "height": 800})
    pages = seeded_ledger.addresses(site)
    for name in ("owner", "desk", "item"):
        page.goto(pages[name])
        assert page.evaluate(OVERFLOW) == [], name
