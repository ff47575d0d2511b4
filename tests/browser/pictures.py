"""Take pictures of every page, on a telephone and on a desk: ``python -m tests.browser.pictures FOLDER``."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser import lived
from tests.browser.conftest import FLAGS
from tests.browser.house import House
from tests.tracker.web.conftest import load

WIDTHS = (360, 1280)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        home = lived.live(load(Path(place, "office")), Path(place, "lived"))
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for language in ("zh-Hans", "en"):
            house = House(home, Path(place, language), language)
            house.put(lived.NOW)
            for width in WIDTHS:
                take(browser, house, folder, f"{language}-{width}", width)
            house.close()


def take(browser: Any, house: House, folder: Path, ending: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, locale=language)
    for name, address in lived.addresses(house).items():
        page.goto(address)
        page.screenshot(path=folder / f"{name}-{ending}.png", full_page=True)
    lived.refused(page, lived.addresses(house)["owner"])
    page.screenshot(path=folder / f"again-{ending}.png", full_page=True)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
