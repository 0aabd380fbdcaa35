"""The parts of the page that the checks look at: selectors, and expressions of JavaScript."""

from __future__ import annotations

from lab.checks.live_page.browser import Page

ONE = '[data-endpoint="nginx/nginx-1"]'
TWO = '[data-endpoint="nginx/nginx-2"]'
LISTENER = '[data-listener="web"]'
EVENTS = "document.querySelector('#events').innerText"
#: Rates and shares are means over so many seconds.
MEAN_SECONDS = 10


def text(selector: str) -> str:
    return f"(document.querySelector('{selector}')?.innerText ?? '')"


def state(page: Page, endpoint: str) -> str:
    return page.evaluate(f"document.querySelector('{endpoint} [aria-pressed=true]')?.dataset.state")


def is_in_state(endpoint: str, name: str) -> str:
    return f"document.querySelector('{endpoint} [data-state={name}]')?.getAttribute('aria-pressed') === 'true'"


def tab_to(page: Page, selector: str) -> bool:
    for _ in range(80):
        page.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return True
    return False


def is_open(dialog: str) -> str:
    return f"document.querySelector('{dialog}').open"


def has_no_errors(page: Page) -> bool:
    if page.complaints:
        print("   " + "\n   ".join(page.complaints[:5]))
    return not page.complaints


def asked_only(page: Page, host: str) -> bool:
    return all(request.startswith((host, "data:")) for request in page.requests)
