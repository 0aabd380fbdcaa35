"""What an operator does on the page of a gateway with a hundred endpoints."""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator

from lab.checks.live_page.browser import Browser, Page
from lab.checks.live_page.elements import has_no_errors, is_in_state, is_open
from testkit.checks import check
from testkit.gateway import Gateway
from testkit.ports import free_port


ENDPOINTS = 100
MARKUP = "<img src=x onerror=alert(1)>"


@contextlib.contextmanager
def hostile_server() -> Iterator[int]:
    """An HTTP server whose status line is markup, which must not take effect where it is shown."""
    server = socket.create_server(("127.0.0.1", free_port()))

    def serve() -> None:
        while True:
            try:
                client = server.accept()[0]
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.recv(4096)
                client.sendall(f"HTTP/1.1 {MARKUP}\r\n\r\n".encode())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def operator(browser: Browser) -> None:
    admin_port = free_port()
    with tempfile.TemporaryDirectory() as directory, hostile_server() as port:
        token_file = pathlib.Path(directory) / "token"
        endpoints = "".join(f"      e{i}: {{ address: '127.0.0.1:{port}' }}\n" if i == 0 else
                            f"      e{i}: 127.1.0.{i}:{port}\n" for i in range(ENDPOINTS))
        gateway = Gateway(f"listeners: {{ web: {{ bind: '127.0.0.1:{free_port()}', pool: many }} }}\n"
                          f"pools:\n  many:\n    probe: {{ type: http }}\n    endpoints:\n{endpoints}"
                          f"admin: {{ bind: '127.0.0.1:{admin_port}', tokenFile: {token_file} }}\n")
        try:
            page = browser.open(f"http://127.0.0.1:{admin_port}/")
            check(f"{ENDPOINTS} endpoints have their rows",
                  page.until(f"document.querySelectorAll('[data-endpoint]').length === {ENDPOINTS}"))
            check("what an endpoint answered is shown as text", page.until(f"document.body.innerText.includes('{MARKUP}')"))
            check("the demo's buttons are not there", page.evaluate("document.querySelector('#demo').hidden"))
            cost(page)
            token = token_file.read_text().strip()
            for network in "198.51.100.0/24", "2001:db8::7":
                block(admin_port, token, network)
            check("how many are blocked anybody sees, and nobody whom without the token", page.until(
                "document.querySelector('#blocks-about').innerText.includes('2 clients and networks')", 5)
                and page.evaluate("document.querySelector('#blocks-list').hidden && !document.querySelector('#blocks-show').hidden"))
            ask_token(page, token)
            lift_block(page)
            trial(page, admin_port, token)
            check("no errors on the console besides those of refused calls",
                  all("401" in complaint for complaint in page.complaints) or has_no_errors(page))
            page.close()
        finally:
            gateway.close()


def block(admin_port: int, token: str, network: str) -> None:
    call(admin_port, token, "PUT", f"blocks/{network}", {"for": "1h", "why": MARKUP})


def call(admin_port: int, token: str, method: str, path: str, body: dict[str, str] | None = None) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{admin_port}/api/v1/{path}", method=method,
                                     data=json.dumps(body).encode() if body else None,
                                     headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10):
        pass


def trial(page: Page, admin_port: int, token: str) -> None:
    text = "document.querySelector('#trial-text').innerText"
    is_shown = "!document.querySelector('#trial').hidden"
    page.evaluate("(() => { const now = Date.now.bind(Date); Date.now = () => now() + 3600000; })()")
    for button, message in (("#trial-back", "the configuration before holds"), ("#trial-confirm", "confirmed")):
        call(admin_port, token, "POST", "reload?confirm=10m")
        check("the time that is left of a trial is the gateway's, whatever the browser's clock",
              page.until(f"{is_shown} && {text}.match(/ in (5[0-9][0-9]|600) s/)", 10))
        page.click(button)
        check(f"a button ends the trial: {message}", page.until(
            f"!({is_shown}) && document.querySelector('#reload-message').innerText.includes('{message}')", 10))


def lift_block(page: Page) -> None:
    rows = "[...document.querySelectorAll('#blocks-list tbody tr')].map(row => row.innerText)"
    check("with the token the blocks are listed, their reasons as text", page.until(
        f"{rows}.length === 2 && {rows}[0].includes('198.51.100.0/24') && {rows}.every(row => row.includes('{MARKUP}'))", 15))
    page.click("#blocks-list tbody tr button")
    check("a button lifts one", page.until(f"{rows}.length === 1 && {rows}[0].includes('2001:db8::7')", 10))
    page.click("#blocks-list tbody tr button")
    check("without any the section is not shown", page.until("document.querySelector('#blocks').hidden", 10))


def cost(page: Page) -> None:
    page.call("Performance.enable")

    def busy() -> float:
        return next(each["value"] for each in page.call("Performance.getMetrics")["metrics"] if each["name"] == "TaskDuration")

    before = busy()
    time.sleep(8)
    share = (busy() - before) / 8
    check(f"they keep the browser busy for less than a fifth of its time ({share:.1%})", share < 0.2)


def ask_token(page: Page, token: str) -> None:
    drain = '[data-endpoint="many/e7"] [data-state=drain]'
    page.click(drain)
    check("a change without a token asks for it", page.until(is_open("#token"), 3))
    page.press("Escape")
    check("Escape changes nothing, and the row says so", page.until(
        "document.querySelector('[data-endpoint=\"many/e7\"] .message').innerText.includes('needs the token')", 3))
    page.click(drain)
    page.until(is_open("#token"), 3)
    page.type("0123456789abcdef")
    page.press("Enter")
    check("a wrong token is reported, and asked for again", page.until(
        "document.querySelector('#token-message').innerText.includes('not the token') && document.querySelector('#token').open"
        " && document.querySelector('#token-input').value === ''", 5))
    page.type(token)
    page.press("Enter")
    check("the right token makes the change", page.until(is_in_state('[data-endpoint="many/e7"]', "drain"), 5))
    check("it is kept in this tab only",
          page.evaluate("sessionStorage.length === 1 && localStorage['vipgate-token'] === undefined"))
