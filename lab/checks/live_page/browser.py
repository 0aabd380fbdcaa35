"""A headless Chromium, driven through two pipes by its DevTools protocol. Python's standard library only."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
from typing import Any

from testkit.processes import kill_unless_ended
from testkit.waiting import holds_within

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Keys as the protocol wants them: code, number, text.
KEYS = {"Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), " ": ("Space", 32, " ")}


def find_chromium() -> str:
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise SystemExit("needs chromium (Debian: apt-get install --no-install-recommends chromium)")


class Browser:
    """The process. Messages are JSON, each ended by NUL: those to it go to its descriptor 3, its own come from 4."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="vipgate-page")
        to_read, self._to = os.pipe()
        self._from, from_write = os.pipe()
        self._log = open(pathlib.Path(self._directory.name) / "log", "wb")  # noqa: SIM115 - as long as the process
        self.process = subprocess.Popen(
            [find_chromium(), "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--mute-audio",
             f"--user-data-dir={self._directory.name}/profile", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, close_fds=False,
            preexec_fn=lambda: _as_3_and_4(to_read, from_write))
        os.close(to_read)
        os.close(from_write)
        self._buffer = b""
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._pages: dict[str, Page] = {}

    def call(self, method: str, session: str | None = None, within: float = 20, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + within
        while number not in self._answers:
            if not self.listen(deadline - time.monotonic()):
                raise RuntimeError(f"chromium does not answer {method}:\n{self.log()}")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def listen(self, seconds: float) -> bool:
        """Takes what comes within a time; false when nothing did."""
        if not select.select([self._from], [], [], max(0.0, seconds))[0]:
            return False
        data = os.read(self._from, 1 << 20)
        if not data:
            raise RuntimeError(f"chromium has ended:\n{self.log()}")
        *messages, self._buffer = (self._buffer + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers[message["id"]] = message
            elif page := self._pages.get(message.get("sessionId", "")):
                page.on_event(message["method"], message["params"])
        return True

    def log(self) -> str:
        return (pathlib.Path(self._directory.name) / "log").read_text(errors="replace")[-4000:]

    def open(self, address: str, width: int = 1400, height: int = 900, dark: bool = False, phone: bool = False) -> Page:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, target)
        self._pages[session] = page
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            page.call(f"{domain}.enable")
        page.size(width, height, phone)
        page.theme("dark" if dark else "light")
        page.call("Page.navigate", url=address)
        if not page.until("location.href !== 'about:blank' && document.readyState === 'complete'"):
            raise RuntimeError(f"{address} is not loaded")
        return page

    def close(self) -> None:
        with contextlib.suppress(RuntimeError, OSError):
            self.call("Browser.close", within=5)
        kill_unless_ended(self.process, 10)
        os.close(self._to)
        os.close(self._from)
        self._log.close()
        # A child of it may still write.
        with contextlib.suppress(OSError):
            self._directory.cleanup()


def _as_3_and_4(to_read: int, from_write: int) -> None:
    """Runs in the child, where Python closes what is not inherited on purpose. Neither descriptor may overwrite the other."""
    first = fcntl.fcntl(to_read, fcntl.F_DUPFD, 10)
    second = fcntl.fcntl(from_write, fcntl.F_DUPFD, 10)
    os.dup2(first, 3)
    os.dup2(second, 4)


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser = browser
        self._session = session
        self._target = target
        #: Errors on the console, exceptions, violations of the content security policy.
        self.complaints: list[str] = []
        #: Every address that was requested.
        self.requests: list[str] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def on_event(self, method: str, what: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.complaints.append(what["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning"):
            self.complaints.append(" ".join(str(arg.get("value", arg.get("description"))) for arg in what["args"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{what['entry']['text']} ({what['entry'].get('url', '')})")
        elif method == "Audits.issueAdded":
            self.complaints.append(json.dumps(what["issue"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression: str, within: float = 15) -> bool:
        """Waits until an expression is true; false when it is not in time."""
        return holds_within(within, lambda: self.evaluate(f"Boolean({expression})"), 0.1)

    def click(self, selector: str) -> None:
        """With the mouse, in the middle of the element; an element that covers it would be clicked instead."""
        where = self.evaluate(f"""(() => {{ const found = document.querySelector({json.dumps(selector)});
            found.scrollIntoView({{block: "center"}}); const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1)

    def point(self, x: int, y: int) -> None:
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key: str, shift: bool = False) -> None:
        code, number, text = KEYS[key]
        common = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def size(self, width: int, height: int, phone: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def theme(self, name: str) -> None:
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def shoot(self, file: pathlib.Path, whole: bool = False) -> None:
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, optimizeForSpeed=False,
                         **({"clip": self._whole()} if whole else {}))["data"]
        file.write_bytes(base64.b64decode(data))

    def _whole(self) -> dict[str, float]:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}

    def close(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self._target)
