"""Tests that open the pages in Chromium, without JavaScript as the pages are; run with ``-m browser``."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import seeded_ledger
from tests.browser.live_site import LiveSite
from tests.tracker.web.conftest import office  # noqa: F401 - the ledger the sites are copies of

HERE = Path(__file__).parent
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(300))


def absent(what: str) -> None:
    """Skip, or fail where the browser is required."""
    if os.environ.get("YINUO_REQUIRE_BROWSER"):
        pytest.fail(f"the browser tests are required here and there is no {what}")
    pytest.skip(f"no {what} on this machine")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of the operating system; none is downloaded."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        absent("Playwright (extra [browser])")
    program = shutil.which("chromium")
    if program is None:
        absent("Chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(office: Path, tmp_path: Path) -> Iterator[LiveSite]:  # noqa: F811 - the fixture, not the import
    site = LiveSite(office, tmp_path / "site")
    yield site
    site.close()


@pytest.fixture(scope="session")
def half_a_year(office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811 - likewise
    return seeded_ledger.live(office, tmp_path_factory.mktemp("seeded_ledger") / "site")


@pytest.fixture(params=["zh-Hans", "zh-Hant", "en"])
def busy(request: pytest.FixtureRequest, half_a_year: Path, tmp_path: Path) -> Iterator[LiveSite]:
    """The site after half a year, in each language."""
    site = LiveSite(half_a_year, tmp_path / "site", request.param)
    site.put(seeded_ledger.NOW)
    yield site
    site.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of 1280 px in a context of its own."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
