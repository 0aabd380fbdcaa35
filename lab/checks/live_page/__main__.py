"""Checks the live page in a headless Chromium: what a newcomer does with `vipgate demo`, and what an operator does with
`vipgate run` and a hundred endpoints. With --screenshot FILE.png: makes the picture in the README instead.

Needs the jar (target/vipgate.jar), Python 3.11 and Chromium; no root. It takes three minutes at most, and ends what it starts.
"""

from __future__ import annotations

import contextlib
import pathlib
import sys

from lab.checks.live_page.browser import Browser
from lab.checks.live_page.demo import Clients, Demo
from lab.checks.live_page.newcomer import newcomer
from lab.checks.live_page.operator import operator
from lab.checks.live_page.outage import end_and_return, poll
from lab.checks.live_page.screenshot import shoot
from testkit import commands
from testkit.checks import check, summary


def main() -> int:
    parser = commands.argument_parser("lab/checks/page", __doc__)
    parser.add_argument("--screenshot", metavar="FILE", type=pathlib.Path, help="make the picture of the README")
    screenshot = parser.parse_args().screenshot
    browser = Browser()
    with contextlib.ExitStack() as ends:
        ends.callback(browser.close)
        demo = Demo()
        ends.callback(lambda: demo.close())
        clients = Clients(demo.port)
        ends.callback(clients.close)
        if screenshot:
            shoot(browser, demo, screenshot)
            return 0
        newcomer(browser, demo, clients)
        check(f"no connection failed ({clients.failures[:3]} of {clients.answers.total()})", not clients.failures)
        clients.close()
        demo = end_and_return(browser, demo)
        poll(browser, demo)
        operator(browser)
    return summary()


if __name__ == "__main__":
    sys.exit(main())
