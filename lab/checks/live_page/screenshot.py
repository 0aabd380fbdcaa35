"""The picture in the README."""

from __future__ import annotations

import pathlib
import time

from lab.checks.live_page.browser import Browser
from lab.checks.live_page.demo import Demo
from lab.checks.live_page.elements import MEAN_SECONDS, ONE, TWO



def shoot(browser: Browser, demo: Demo, file: pathlib.Path) -> None:
    """Two minutes with a backend's death and return, and a drain."""
    page = browser.open(demo.printed_address(), width=1360, height=860)
    page.until(f"document.querySelector('{ONE}')")
    page.click("#demo-clients")
    time.sleep(35)
    page.click("#demo-backends li:first-child button")
    time.sleep(25)
    page.click("#demo-backends li:first-child button")
    time.sleep(30)
    page.click(f"{TWO} [data-state=drain]")
    time.sleep(MEAN_SECONDS + 3)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.point(5, 300)
    time.sleep(1.5)
    page.shoot(file)
    print(f"{file}: {file.stat().st_size} bytes")
