"""The proxies under test: each is started on free ports in front of given endpoints, and ended by its own pid."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance import network
from conformance.hello_vectors import DEEP, EXACT, MAX_HELLO, NAME, PROTOCOL, WILD
from testkit import ROOT, processes, versions
from testkit.ports import bracketed, free_port

HERE = Path(__file__).resolve().parent
START_SECONDS = 30.0


@dataclass(frozen=True)
class Settings:
    """What a case needs a proxy to be configured like; times in seconds, 0 for none. Equal settings share a process."""

    idle: float = 600
    half_closed: float = 30
    lifetime: float = 0
    connect: float = 1.5
    keep_alive: tuple[int, int, int] = (30, 5, 3)
    user_timeout: float = 60
    loops: int = 0
    sources: tuple[str, ...] = ()
    is_logged: bool = True
    max_connections: int = 0
    open_files: int = 0
    has_shifted_clock: bool = False
    #: Who must begin with a PROXY header; empty: nobody. Clients from elsewhere are refused, or served without one.
    header_from: tuple[str, ...] = ()
    serves_others: bool = False
    header_timeout: float = 3
    #: Endpoints are sent a PROXY header: version 2, by nginx version 1.
    sends_header: bool = False
    #: A port of the endpoint's host where nobody listens is an endpoint too.
    has_dead_endpoint: bool = False
    #: The main route leads by ClientHello, by the names and protocols of hello_vectors.py; what nothing is said of goes to the
    #: default, or is refused: "default", "unknown" (names that are not known), "all" (whatever is not known). Empty: no look at it.
    hellos: str = ""
    hello_timeout: float = 3

    def leads(self, route: Route) -> bool:
        """Whether clients of a route are led by their ClientHello."""
        return bool(self.hellos) and route.name == "main"


@dataclass(frozen=True)
class Route:
    """A listener of the proxy and the one endpoint behind it."""

    name: str
    host: str
    port: int
    endpoint_host: str
    endpoint_port: int


class StartFailed(Exception):
    """The proxy did not come up."""


def duration(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


@dataclass
class Proxy:
    """A started proxy. ``address`` of a route is where its clients connect to."""

    settings: Settings
    routes: dict[str, Route]
    namespace: str | None = None
    #: A flaw of the reference proxy.
    flaw: str = ""
    process: subprocess.Popen[bytes] | None = None
    directory: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="vgx")))

    name = ""
    #: Its descriptors, processor time and log are checked after each case.
    is_inspected = False
    #: It prints a line per relay that is compared with what the case moved.
    has_relay_log = False

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def address(self, route: str) -> tuple[str, int]:
        return self.routes[route].host, self.routes[route].port

    def start(self) -> None:
        os.chmod(self.directory, 0o755)
        words = self.command()
        if self.namespace is not None:
            words = ["ip", "netns", "exec", self.namespace, *words]
        limit = self.settings.open_files
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment(), preexec_fn=_limited(limit) if limit else None)
        self._await_start()

    def _await_start(self) -> None:
        """Every route must accept. The connections made here reach the endpoints, which drop them before the case."""
        end = time.monotonic() + START_SECONDS
        for route in self.routes.values():
            while True:
                if self.process is not None and self.process.poll() is not None:
                    raise StartFailed(f"{self.name} ended at its start: {self.log.read_text()[-800:]}")
                try:
                    with network.inside(self._client_side()), socket.create_connection((route.host, route.port), 2):
                        break
                except OSError:
                    if time.monotonic() > end:
                        raise StartFailed(f"{self.name} does not accept: {self.log.read_text()[-800:]}") from None
                    time.sleep(0.05)

    def _client_side(self) -> str | None:
        return None if self.namespace is None else self.namespace[:-1] + "c"

    @property
    def log(self) -> Path:
        return self.directory / "log"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            processes.stop(self.process, 5)
        if not os.environ.get("KEEP_LOGS"):
            shutil.rmtree(self.directory, ignore_errors=True)

    # ---- what can be seen of the process ----

    def sockets(self) -> int:
        return self._count("socket:")

    def pipes(self) -> int:
        return self._count("pipe:")

    def _count(self, kind: str) -> int:
        count = 0
        for fd in os.listdir(f"/proc/{self.pid}/fd"):
            with contextlib.suppress(OSError):
                count += os.readlink(f"/proc/{self.pid}/fd/{fd}").startswith(kind)
        return count

    def processor_seconds(self) -> float:
        return sum(processes.processor_seconds(self.pid))

    def memory(self) -> int:
        """Resident bytes of the process and its workers."""
        total = 0
        for pid in (self.pid, *processes.children(self.pid)):
            with contextlib.suppress(OSError):
                total += processes.resident_bytes(pid)
        return total

    def stopped(self, is_stopped: bool) -> None:
        for pid in (self.pid, *processes.children(self.pid)):
            os.kill(pid, signal.SIGSTOP if is_stopped else signal.SIGCONT)

    def is_alive(self) -> bool:
        return self.process is None or self.process.poll() is None

    @staticmethod
    def version() -> str:
        return ""


def _limited(files: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


class Vipgate(Proxy):
    name = "vipgate"
    is_inspected = True
    has_relay_log = True

    def command(self) -> list[str]:
        s = self.settings
        lines = ["listeners:"]
        for r in self.routes.values():
            lines.append(f'  {r.name}: {{ bind: "{bracketed(r.host, r.port)}", pool: {r.name}'
                         + (f", maxConnections: {s.max_connections}" if s.max_connections else "") + self._accepts()
                         + (self._tls() if s.leads(r) else "") + " }")
        lines.append("pools:")
        for r in self.routes.values():
            lines += [
                f"  {r.name}:",
                f'    endpoints: {{ {self._dead(r)}e: "{bracketed(r.endpoint_host, r.endpoint_port)}" }}',
                f"    proxyProtocol: {'v2' if s.sends_header else 'none'}",
                "    probe: { type: none }",
                f"    connect: {{ timeout: {duration(s.connect)} }}",
                f"    timeouts: {{ idle: {duration(s.idle)}, halfClosed: {duration(s.half_closed)},"
                f" lifetime: {duration(s.lifetime) if s.lifetime else '0s'}, lifetimeJitter: 0 % }}",
                f"    keepAlive: {{ idle: {s.keep_alive[0]}s, interval: {s.keep_alive[1]}s, count: {s.keep_alive[2]} }}",
                f"    userTimeout: {{ client: {duration(s.user_timeout)}, endpoint: {duration(s.user_timeout)} }}",
            ]
            if s.sources:
                lines.append(f"    source: [{', '.join(s.sources)}]")
            if s.has_dead_endpoint:
                lines.append("    balance: round-robin")
        lines += [f"log: {{ level: {'debug' if s.is_logged else 'info'} }}",
                  f"runtime: {{ eventLoops: {s.loops} }}", "shutdown: { grace: 0s, drain: 100ms }"]
        config = self.directory / "gateway.yaml"
        config.write_text("\n".join(lines) + "\n")
        return [str(ROOT / "vipgate"), "run", "-c", str(config)]

    def _accepts(self) -> str:
        s = self.settings
        networks = ", ".join(f'"{network}"' for network in s.header_from)
        others = "direct" if s.serves_others else "reject"
        text = f", acceptProxy: {{ from: [{networks}], others: {others}, timeout: {duration(s.header_timeout)} }}"
        return text if s.header_from else ""

    def _tls(self) -> str:
        s = self.settings
        others = "reject" if s.hellos == "all" else "default"
        return (f', tls: {{ names: {{ {NAME}: other, "*.{WILD}": other, "*.{DEEP}": main, {EXACT}: other }},'
                f" alpn: {{ {PROTOCOL.decode()}: other }}, unknownName: {'default' if s.hellos == 'default' else 'reject'},"
                f" noName: {others}, notTls: {others}, timeout: {duration(s.hello_timeout)}, maxHello: {MAX_HELLO >> 10}KiB }}")

    def _dead(self, route: Route) -> str:
        address = bracketed(route.endpoint_host, free_port(route.endpoint_host))
        return f'dead: "{address}", ' if self.settings.has_dead_endpoint else ""

    def environment(self) -> dict[str, str]:
        env = super().environment()
        if self.settings.has_shifted_clock:
            env |= shifted_clock(self.directory)
        return env

    @staticmethod
    def version() -> str:
        commit = versions.commit()
        return versions.vipgate() + (f", commit {commit}" if commit else "")


def shifted_clock(directory: Path) -> dict[str, str]:
    """Makes CLOCK_REALTIME of one process follow a file, by a library of twenty lines loaded before the C library."""
    library, offset = directory / "clock.so", directory / "offset"
    offset.write_bytes(b"\0" * 8)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "clock.c"), "-ldl"], check=True,
                   timeout=30)
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}


class HAProxy(Proxy):
    name = "HAProxy"

    def command(self) -> list[str]:
        s = self.settings
        idle, interval, count = s.keep_alive
        limit, pipes = ((s.open_files - 150) // 2, 20) if s.open_files else (9300, 500)
        lines = [
            "global", f"  maxconn {limit}", f"  nbthread {s.loops or 2}", "  tune.pipesize 1048576",
            *([f"  tune.bufsize {MAX_HELLO + 1024}"] if s.hellos else []), f"  maxpipes {pipes}", "defaults", "  mode tcp",
            f"  timeout connect {duration(s.connect)}", f"  timeout client {duration(s.idle)}",
            f"  timeout server {duration(s.idle)}", f"  timeout client-fin {duration(s.half_closed)}",
            f"  timeout server-fin {duration(s.half_closed)}", "  option splice-auto", "  retries 0", "  option clitcpka",
            "  option srvtcpka",
        ]
        for side in ("clitcpka", "srvtcpka"):
            lines += [f"  {side}-idle {idle}s", f"  {side}-intvl {interval}s", f"  {side}-cnt {count}"]
        for r in self.routes.values():
            ut = f" tcp-ut {duration(s.user_timeout)}" if s.user_timeout else ""
            source = f" source {s.sources[0]}" if s.sources else ""
            header = " send-proxy-v2" if s.sends_header else ""
            accepts = " accept-proxy" if s.header_from and not s.serves_others else ""
            lines += [f"listen {r.name}", f"  bind {r.host}:{r.port}{ut}{accepts} backlog 4096"]
            if s.serves_others:
                lines += [f"  tcp-request connection expect-proxy layer4 if {{ src {' '.join(s.header_from)} }}"]
            if s.leads(r):
                lines += self._hellos()
            if s.has_dead_endpoint:
                lines += ["  retries 1", "  option redispatch 1",
                          f"  server dead {r.endpoint_host}:{free_port(r.endpoint_host)}{header}"]
            lines += [f"  server e {r.endpoint_host}:{r.endpoint_port}{ut}{source}{header}"]
        config = self.directory / "haproxy.cfg"
        config.write_text("\n".join(lines) + "\n")
        return ["haproxy", "-db", "-f", str(config)]

    def _hellos(self) -> list[str]:
        """As its manual recommends."""
        s = self.settings
        named = "{ req.ssl_sni -i " + f"{NAME} {EXACT} }}"
        wild = f"{{ req.ssl_sni -i -m end .{WILD} }}"
        spoken = f"{{ req.ssl_alpn {PROTOCOL.decode()} }}"
        lines = [f"  tcp-request inspect-delay {duration(s.hello_timeout)}"]
        if s.hellos == "unknown":
            lines += [f"  tcp-request content accept if {named} or {wild} or {spoken}",
                      "  tcp-request content reject if { req.ssl_hello_type 1 } { req.ssl_sni -m found }"]
        if s.hellos == "all":
            lines += [f"  tcp-request content accept if {named} or {wild} or {spoken}", "  tcp-request content reject"]
        else:
            lines += ["  tcp-request content accept if { req.ssl_hello_type 1 }"]
        # The rest goes to this section's own server.
        return [*lines, f"  use_backend other if {spoken}", f"  use_backend other if {named}",
                f"  use_backend other if {wild} !{{ req.ssl_sni -i -m end .{DEEP} }}"]

    @staticmethod
    def version() -> str:
        return versions.haproxy()


class Nginx(Proxy):
    name = "nginx stream"
    #: The default of nginx; the other variant turns it on.
    half_close = "off"

    def command(self) -> list[str]:
        s = self.settings
        idle, interval, count = s.keep_alive
        files = s.open_files or 20000
        lines = [
            "load_module modules/ngx_stream_module.so;", "daemon off;", "user root;",
            f"worker_processes {1 if s.open_files else s.loops or 2};", f"worker_rlimit_nofile {files};",
            f"pid {self.directory}/pid;",
            f"error_log {self.directory}/error.log;",
            f"events {{ worker_connections {min(files - 20, 19500)}; }}", "stream {", *(self._maps() if s.hellos else []),
        ]
        for r in self.routes.values():
            servers = [r.endpoint_port, *([free_port(r.endpoint_host)] if s.has_dead_endpoint else [])]
            lines += [
                f"  upstream {r.name} {{",
                *(f"    server {bracketed(r.endpoint_host, port)} max_fails=0;" for port in servers), "  }",
                "  server {",
                f"    listen {bracketed(r.host, r.port)} so_keepalive={idle}s:{interval}s:{count} backlog=4096"
                + (f" proxy_protocol; proxy_protocol_timeout {duration(s.header_timeout)};" if s.header_from else ";"),
                *(f"    set_real_ip_from {network};" for network in s.header_from),
                f"    proxy_protocol {'on' if s.sends_header else 'off'};",
                *([f"    ssl_preread on; preread_timeout {duration(s.hello_timeout)}; preread_buffer_size {MAX_HELLO >> 10}k;"]
                  if s.leads(r) else []),
                f"    proxy_pass {'$led' if s.leads(r) else r.name};",
                f"    proxy_connect_timeout {duration(s.connect)}; proxy_timeout {duration(s.idle)};",
                "    proxy_socket_keepalive on; proxy_buffer_size 64k; tcp_nodelay on;",
                f"    proxy_half_close {self.half_close};",
            ]
            if s.sources:
                lines.append(f"    proxy_bind {s.sources[0]};")
            lines.append("  }")
        lines.append("}")
        config = self.directory / "nginx.conf"
        config.write_text("\n".join(lines) + "\n")
        return ["nginx", "-e", str(self.directory / "error.log"), "-p", str(self.directory), "-c", str(config)]

    def _maps(self) -> list[str]:
        """An empty name of a pool: the connection is closed."""
        rejects = self.settings.hellos != "default"
        nobody = '""' if self.settings.hellos == "all" else "main"
        return [
            "  map $ssl_preread_server_name $by_name {", f"    hostnames; {NAME} other; *.{WILD} other; *.{DEEP} main; {EXACT} other;",
            f'    "" {nobody}; default {nobody if not rejects else chr(34) * 2};', "  }",
            f'  map $ssl_preread_alpn_protocols $led {{ "~(^|,){PROTOCOL.decode()}(,|$)" other; default $by_name; }}',
        ]

    def start(self) -> None:
        # nginx looks for modules below its prefix.
        os.symlink("/usr/lib/nginx/modules", self.directory / "modules")
        super().start()

    @staticmethod
    def version() -> str:
        return versions.nginx()


class NginxHalfClose(Nginx):
    name = "nginx stream, half close"
    half_close = "on"


class ReferenceProxy(Proxy):
    """The suite's own proxy, with one flaw that the suite must find, or with none."""

    name = "reference"
    is_inspected = True

    def command(self) -> list[str]:
        words = [sys.executable, str(HERE / "reference_proxy.py"), "--idle", str(self.settings.idle), "--half-closed",
                 str(self.settings.half_closed), "--connect", str(self.settings.connect), "--flaw", self.flaw or "none"]
        if self.settings.hellos:
            words += ["--hellos", self.settings.hellos]
        for r in self.routes.values():
            words += ["--route", f"{r.name},{r.host},{r.port},{r.endpoint_host},{r.endpoint_port}"]
        return words


class Direct(Proxy):
    """No proxy: what the kernels do by themselves."""

    name = "direct"

    def address(self, route: str) -> tuple[str, int]:
        return self.routes[route].endpoint_host, self.routes[route].endpoint_port

    def start(self) -> None:
        pass

    def memory(self) -> int:
        return 0


KINDS: dict[str, type[Proxy]] = {
    "vipgate": Vipgate, "haproxy": HAProxy, "nginx": Nginx, "nginx-half-close": NginxHalfClose, "direct": Direct,
    "reference": ReferenceProxy,
}

RELAY_LINE = re.compile(r" in=(\d+) out=(\d+) attempts=\d+ close=(\w+)")


def quick(**changes: object) -> Settings:
    """Settings that differ from the defaults."""
    return replace(Settings(), **changes)  # type: ignore[arg-type]
