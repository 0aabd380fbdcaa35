"""What a case is, what it may use, and what is checked after it."""

from __future__ import annotations

import itertools
import os
import random
import select
import shutil
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from conformance import network
from conformance.peers import Failed, Peer, Step, Stream, play
from conformance.proxies import HERE, RELAY_LINE, Proxy, Route, Settings, StartFailed
from testkit.ports import free_port
from testkit.waiting import holds_within

ALL = frozenset({"direct", "vipgate", "HAProxy", "nginx stream", "nginx stream, half close", "reference"})
PROXIES = ALL - {"direct"}
QUIET_SECONDS = 0.3
QUIET_SHARE = 0.2  # of one processor: a JVM still compiles in the background after a busy case
SETTLE_SECONDS = 8.0

Script = Callable[["Context"], None]


@dataclass(frozen=True)
class Case:
    """A row of the tables. ``client`` and ``endpoint`` are steps, or words where a script does what steps can't."""

    name: str
    client: Sequence[Step] | str
    endpoint: Sequence[Step] | str
    must: str
    bound: str = "10 s per step"
    script: Script | None = None
    settings: Settings = Settings()
    #: Close reason that vipgate must have logged for the one relay of a scripted case; empty: not compared.
    close: str = ""
    is_short: bool = True
    #: How often the tables are played.
    times: int = 1
    #: Proxies that the case makes sense for.
    applies: frozenset[str] = ALL
    #: In namespaces of its own; needs root.
    on_network: bool = False
    tools: tuple[str, ...] = ()
    #: Mostly waits: with the controls, all proxies run it at the same time.
    waits: bool = False
    #: So short that what it costs is looked at after all of its kind, by the last of them.
    is_brief: bool = False
    #: Fills the loopback: with the controls, one proxy runs it after the other, and nothing else meanwhile.
    alone: bool = False

    @property
    def part(self) -> str:
        """When it is run, with the controls."""
        return "alone" if self.alone else "waits" if self.waits else "busy"

    def describe(self, end: Sequence[Step] | str) -> str:
        return end if isinstance(end, str) else "; ".join(step.text for step in end) or "nothing"

    def missing(self) -> str:
        """Why it can't run here; empty when it can."""
        if self.on_network and os.geteuid() != 0:
            return "needs root for network namespaces"
        for tool in (*self.tools, *(("ip", "iptables") if self.on_network else ())):
            if shutil.which(tool) is None:
                return f"needs {tool}"
        return ""


@dataclass
class Outcome:
    case: str
    verdict: str  # passed, failed, missing, n/a
    detail: str = ""
    seconds: float = 0.0


@dataclass
class Place:
    """Endpoints' listening sockets, kept over cases, and the namespaces around them if there are any."""

    net: network.Network | None
    listeners: dict[str, socket.socket] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)

    @staticmethod
    def make(on_network: bool) -> Place:
        place = Place(network.Network() if on_network else None)
        if on_network:
            place._route("main", network.GATEWAY_OUTER, network.ENDPOINT, 4096)
            return place
        place._route("main", "127.0.0.1", "127.0.0.1", 4096)
        place._route("other", "127.0.0.1", "127.0.0.1", 4096)
        place._route("pending", "127.0.0.1", "127.0.0.1", 0)
        if socket.has_ipv6 and _has_loopback6():
            place._route("from4to6", "127.0.0.1", "::1", 64)
            place._route("from6to4", "::1", "127.0.0.1", 64)
            place._route("from6to6", "::1", "::1", 64)
        return place

    def _route(self, name: str, host: str, endpoint_host: str, backlog: int) -> None:
        with network.inside(self.net.endpoint if self.net else None):
            listener = socket.socket(socket.AF_INET6 if ":" in endpoint_host else socket.AF_INET)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port = 8080 if self.net else free_port(endpoint_host)
            listener.bind((endpoint_host, port))
            listener.listen(backlog)
        self.listeners[name] = listener
        own = 80 if self.net else free_port(host)
        self.routes[name] = Route(name, host, own, endpoint_host, port)

    def drain(self) -> None:
        """Drops connections that earlier cases, or the start of the proxy, left in the accept queues."""
        for listener in self.listeners.values():
            listener.setblocking(False)
            try:
                while True:
                    listener.accept()[0].close()
            except OSError:
                pass
            listener.settimeout(10)

    def close(self) -> None:
        for listener in self.listeners.values():
            listener.close()
        if self.net is not None:
            self.net.delete()


def _has_loopback6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Context:
    """What a script works with. Everything it opened is closed at its end."""

    def __init__(self, case: Case, proxy: Proxy, place: Place, is_short: bool, seed: int) -> None:
        self.case, self.proxy, self.place, self.is_short, self.seed = case, proxy, place, is_short, seed
        self.random = random.Random(seed)
        self.notes: list[str] = []
        self.expected: list[tuple[int | None, int | None, str]] = []
        self._opened: list[socket.socket] = []
        self._processes: list[subprocess.Popen[str]] = []
        self._seeds = itertools.count(seed)

    # ---- connections ----

    def connect(self, route: str = "main", timeout: float = 10.0, source: str = "") -> socket.socket:
        with network.inside(self.place.net.client if self.place.net else None):
            host, port = self.proxy.address(route)
            client = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._opened.append(client)
        client.settimeout(timeout)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            client.setsockopt(socket.SOL_IP, 24, 1)
            client.bind((source, 0))
        client.connect((host, port))
        return client

    def accept(self, route: str = "main", timeout: float = 10.0) -> socket.socket:
        listener = self.place.listeners[route]
        listener.settimeout(timeout)
        try:
            endpoint, _ = listener.accept()
        except TimeoutError:
            raise Failed("the endpoint saw no connection") from None
        self._opened.append(endpoint)
        endpoint.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return endpoint

    def pair(self, route: str = "main", timeout: float = 10.0) -> tuple[Peer, Peer]:
        """A client and an endpoint, joined."""
        client = self.connect(route)
        endpoint = self.accept(route)
        return self.peers(client, endpoint, timeout)

    def peers(self, client: socket.socket, endpoint: socket.socket, timeout: float = 10.0) -> tuple[Peer, Peer]:
        up, down = Stream(next(self._seeds) * 2), Stream(next(self._seeds) * 2 + 1)
        return Peer(client, up, down, "client", timeout), Peer(endpoint, down, up, "endpoint", timeout)

    def spawn(self, mode: str, *args: object, route: str = "", namespace: str | None = None) -> subprocess.Popen[str]:
        """A process of ``load_peers.py``; with a route it inherits that endpoint's listening socket."""
        words = [sys.executable, str(HERE / "load_peers.py"), mode]
        fds: tuple[int, ...] = ()
        if route:
            listener = self.place.listeners[route]
            listener.setblocking(True)
            fds = (listener.fileno(),)
            words.append(str(fds[0]))
        words += [str(arg) for arg in args]
        if namespace is not None:
            words = ["ip", "netns", "exec", namespace, *words]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, pass_fds=fds)
        self._processes.append(process)
        return process

    # ---- findings ----

    def expect(self, close: str, up: int | None = None, down: int | None = None) -> None:
        """One relay must have ended like this, with so many bytes counted to the endpoint and to the client."""
        self.expected.append((up, down, close))

    def note(self, text: str) -> None:
        """A measured value for the matrix."""
        self.notes.append(text)

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Failed(otherwise)

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(5)
            if process.stdout is not None:
                process.stdout.close()
        for opened in self._opened:
            opened.close()


def script_of_tables(ctx: Context) -> None:
    """The script of a case whose two columns are steps."""
    case = ctx.case
    assert not isinstance(case.client, str) and not isinstance(case.endpoint, str)
    for _ in range(case.times if not ctx.is_short else min(case.times, 100)):
        client, endpoint = ctx.pair()
        play(client, endpoint, case.client, case.endpoint)
        if case.close:
            # Whatever one end has sent and the other has not received may be counted or not.
            ctx.expect(case.close, client.sent if client.sent == endpoint.received else None,
                       endpoint.sent if endpoint.sent == client.received else None)


@dataclass(frozen=True)
class Baseline:
    sockets: int
    log_bytes: int

    @staticmethod
    def of(proxy: Proxy) -> Baseline:
        return Baseline(proxy.sockets(), proxy.log.stat().st_size)


def baseline(proxy: Proxy, place: Place) -> Baseline | None:
    """Of a proxy whose start has left no connection behind; None of one that is not inspected."""
    if not proxy.is_inspected:
        time.sleep(0.5)
        place.drain()
        return None
    if not proxy.settings.header_from:
        # The start has connected to every route once; on a busy machine that may be a while in coming.
        for name, listener in place.listeners.items():
            if not proxy.settings.leads(place.routes[name]):
                select.select([listener], [], [], 3)
    seen: list[int] = []

    def is_steady() -> bool:
        place.drain()
        time.sleep(0.1)
        seen.append(proxy.sockets())
        return len(seen) > 5 and len(set(seen[-5:])) == 1

    holds_within(5, is_steady)
    return Baseline.of(proxy)


def problems_after(ctx: Context, before: Baseline) -> list[str]:
    """Descriptors, processor time, log, counted bytes and close reasons of an inspected proxy."""
    proxy = ctx.proxy
    if not proxy.is_alive():
        return ["it has ended: " + proxy.log.read_text(errors="replace")[-500:]]
    problems = []
    if not holds_within(SETTLE_SECONDS, lambda: proxy.sockets() <= before.sockets):
        problems.append(f"{proxy.sockets() - before.sockets} sockets are left")
    if proxy.pipes() > 2 * 256 + 16:
        problems.append(f"{proxy.pipes()} descriptors of pipes")

    def is_quiet() -> bool:
        started = proxy.processor_seconds()
        time.sleep(QUIET_SECONDS)
        return proxy.processor_seconds() - started <= QUIET_SHARE * QUIET_SECONDS

    if not ctx.case.is_brief and not holds_within(SETTLE_SECONDS, is_quiet):
        problems.append("it stays busy with nothing to do")
    log = proxy.log.read_bytes()[before.log_bytes:].decode(errors="replace")
    problems += [f"logged: {line}" for line in log.splitlines() if " ERROR " in line or line.startswith("\tat ")][:3]
    if proxy.has_relay_log and proxy.settings.is_logged and ctx.expected:
        problems += _compare(ctx.expected, [(int(m[1]), int(m[2]), m[3]) for m in RELAY_LINE.finditer(log)])
    return problems


def _compare(expected: Iterable[tuple[int | None, int | None, str]], logged: list[tuple[int, int, str]]) -> list[str]:
    rest = list(logged)
    for up, down, close in sorted(expected, key=lambda e: (e[0] is None) + (e[1] is None)):
        for line in rest:
            if (up is None or up == line[0]) and (down is None or down == line[1]) and line[2] in close.split("|"):
                rest.remove(line)
                break
        else:
            return [f"no relay counted in={up} out={down} close={close}; logged and not matched: {rest[:4]}"]
    return [f"relays logged that the case did not make: {rest[:4]}"] if rest else []


def run_case(case: Case, proxy: Proxy, place: Place, before: Baseline | None, is_short: bool, seed: int) -> Outcome:
    place.drain()
    if before is not None:
        before = Baseline(before.sockets, proxy.log.stat().st_size)
    ctx = Context(case, proxy, place, is_short, seed)
    started = time.monotonic()
    problems = []
    try:
        (case.script or script_of_tables)(ctx)
    except Failed as failure:
        problems.append(str(failure))
    except (OSError, RuntimeError, StartFailed, subprocess.SubprocessError) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        problems.append(f"{type(error).__name__}: {error} ({os.path.basename(last.filename)}:{last.lineno})")
    finally:
        ctx.close()
    place.drain()
    if before is not None:
        problems += problems_after(ctx, before)
    detail = "; ".join(problems or ctx.notes)
    return Outcome(case.name, "failed" if problems else "passed", detail, time.monotonic() - started)
