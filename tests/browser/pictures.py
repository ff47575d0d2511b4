"""Take pictures of the pages: ``python -m tests.browser.pictures FOLDER``. Those of the README are among them."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser import seeded_ledger
from tests.browser.conftest import FLAGS
from tests.browser.live_site import LiveSite
from tests.tracker.web.conftest import load

README = {"owner": (360, 720, 2), "desk": (1120, 1000, 1), "unit": (800, 1000, 1)}  # width, height, scale


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        home = seeded_ledger.live(load(Path(place, "office")), Path(place, "seeded_ledger"))
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for language in ("zh-Hans", "en"):
            site = LiveSite(home, Path(place, language), language)
            site.put(seeded_ledger.NOW)
            every_page(browser, site, folder / language)
            if language == "zh-Hans":
                readme(browser, site, folder)
            site.close()


def every_page(browser: Any, site: LiveSite, folder: Path) -> None:
    """Take each page whole, on a telephone, on a desk and on paper."""
    for width, media in ((360, "screen"), (1280, "screen"), (760, "print")):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.emulate_media(media=media)
        for name, address in seeded_ledger.addresses(site).items():
            page.goto(address)
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        page.close()


def readme(browser: Any, site: LiveSite, folder: Path) -> None:
    for name, (width, height, scale) in README.items():
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
        page.goto(seeded_ledger.addresses(site)[name])
        page.screenshot(path=folder / f"page-{name}.png")
        page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
