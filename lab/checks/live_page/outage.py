"""A gateway that goes away and comes back, and one that has no room for another stream."""

from __future__ import annotations

import contextlib
import socket

from lab.checks.live_page.browser import Browser
from lab.checks.live_page.demo import Demo
from lab.checks.live_page.elements import ONE, is_open, text
from testkit.checks import check


MAX_STREAMS = 8


def end_and_return(browser: Browser, demo: Demo) -> Demo:
    page = browser.open(demo.printed_address())
    page.until(f"document.querySelector('{ONE}')")
    demo.close()
    check("a gateway that has gone away is reported", page.until(
        "!document.querySelector('#outage').hidden && /^No answer from the gateway since \\d\\d:\\d\\d:\\d\\d\\./"
        ".test(document.querySelector('#outage').innerText)", 15))
    check("and not shown as ready", page.evaluate(text("#state")) == "✕ no answer")
    again = Demo(demo.port, demo.admin_port)
    check("when it is back the page resumes by itself", page.until("document.querySelector('#outage').hidden", 20)
          and page.until(f"document.querySelector('#about').innerText.includes('pid {again.process.pid}')", 5)
          and page.until(f"{text('#state')} === '▲ ready'", 5))
    page.click(f"{ONE} [data-state=drain]")
    check("a token that is no longer valid is asked for again", page.until(
        is_open("#token") + " && document.querySelector('#token-message').innerText !== ''", 5))
    page.close()
    return again


def poll(browser: Browser, demo: Demo) -> None:
    """When all streams are taken."""
    with contextlib.ExitStack() as streams:
        for _ in range(MAX_STREAMS):
            stream = streams.enter_context(socket.create_connection(("127.0.0.1", demo.admin_port)))
            stream.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            stream.recv(12)
        page = browser.open(demo.address)
        check("without room for another stream the page polls", page.until(f"document.querySelector('{ONE}')", 5)
              and any("503" in complaint for complaint in page.complaints))
        page.close()
