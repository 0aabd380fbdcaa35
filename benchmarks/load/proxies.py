"""What is compared: builds of vipgate, HAProxy, nginx, the iptables rules, and no gateway at all. Each is configured as
well as we know for its case; README.md says why so."""

from __future__ import annotations

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
from dataclasses import dataclass

from benchmarks.load.measure import Processes
from benchmarks.load.testbed import CLIENT, GREETING, HTTP, MORE_PORTS, NAT_PUBLIC, PUBLIC, PUBLIC_6, STATE, TLS, VIPS, Processors, Testbed
from testkit import ROOT, TestkitError, versions
from testkit.commands import first_line
from testkit.heap import live_bytes
from testkit.ports import bracketed
from testkit.waiting import await_that

START_SECONDS = 40
#: A JVM flag: SIGQUIT makes it print what lives on its heap, after a full collection.
HISTOGRAM = "-XX:+PrintClassHistogram"
#: Two descriptors for each relay, out of 20,000.
MAX_RELAYS = 9600
#: Pools by the names of servers, each with both nodes.
SERVER_NAMES = {"shop.example.com": "shop", "blog.example.com": "blog", "*.apps.example.com": "apps"}
TLS_ENDPOINTS = [f"{vip}:{TLS}" for vip in VIPS]


@dataclass(frozen=True)
class Settings:
    """What a case needs of a proxy."""

    workers: int = 1
    #: Large transfers: pipes and buffers as large as helps.
    is_bulk: bool = False
    endpoints: int = 2
    balance: str = "weighted-random"
    #: Maximum number of entries of the table of pins; 0: no pinning. With pins, and with many clients, they come by IPv6.
    pins: int = 0
    is_ipv6: bool = False
    java_options: str = ""
    #: `vipgate train` has been run for it.
    is_trained: bool = True
    has_access_log: bool = False
    #: Clients must begin with a PROXY header, and have a minute for it.
    accepts_header: bool = False
    #: So many networks are denied, none of them the clients'.
    denied: int = 0
    #: TLS is passed through: on one port to a pool, on another to the pools of :data:`SERVER_NAMES`.
    passes_tls: bool = False
    has_source_rates: bool = False
    #: Each endpoint is probed by a TCP connection, with so many milliseconds in between; 0: never. Not by nginx, which has no
    #: probes of its own.
    probe_ms: int = 0

    def addresses(self) -> list[str]:
        """Of the endpoints, of both nodes by turns."""
        if self.endpoints <= len(VIPS):
            return [f"{vip}:{HTTP}" for vip in VIPS[:self.endpoints]]
        return [f"{VIPS[i % 2]}:{MORE_PORTS[i // 2]}" for i in range(self.endpoints)]


class Peer:
    """One of the compared. It serves HTTP at :attr:`http` and greets first at :attr:`greeting`."""

    kind = ""
    #: It is a process, whose processor time and memory can be measured.
    is_process = True

    def __init__(self, name: str, number: int, testbed: Testbed, processors: Processors) -> None:
        self.name = name
        self.number = number
        self._host = testbed.gateway
        self._testbed = testbed
        self._processors = processors
        self._port = 8000 + 10 * number
        self.settings = Settings()
        self.directory = STATE / f"peer-{name}"

    # ---- where clients go ----

    @property
    def http(self) -> tuple[str, int]:
        return PUBLIC_6 if self.settings.is_ipv6 else PUBLIC, self._port

    @property
    def greeting(self) -> tuple[str, int]:
        return PUBLIC, self._port + 1

    @property
    def passthrough(self) -> tuple[str, int]:
        return PUBLIC, self._port + 3

    @property
    def by_name(self) -> tuple[str, int]:
        return PUBLIC, self._port + 4

    @property
    def url(self) -> str:
        return f"http://{bracketed(*self.http)}/"

    # ---- its life ----

    def command(self) -> list[str]:
        """Writes the configuration; returns the command line."""
        raise NotImplementedError

    def spawn(self, settings: Settings, stamp: tuple[str, ...] = ()) -> None:
        """Starts it and does not wait. ``stamp`` is a program that runs it."""
        self.settings = settings
        self.directory.mkdir(exist_ok=True)
        words = ["taskset", "-c", Processors.words(self._processors.gateway), *stamp, *self.command()]
        log = self._host.directory / f"{self._job}.log"
        log.unlink(missing_ok=True)
        self._host.spawn(self._job, *words)

    def start(self, settings: Settings) -> None:
        self.spawn(settings)
        await_that(f"{self.name} serves", START_SECONDS, self._serves, 0.05)

    def _serves(self) -> bool:
        if self.is_process and not self._host.runs(self._job):
            raise TestkitError(f"{self.name} ended at its start:\n{self.log()[-2000:]}")
        header = ["--haproxy-protocol"] if self.settings.accepts_header else []
        return self._testbed.client.succeeds("curl", "-fso", "/dev/null", "-m", "1", *header, self.url)

    def stop(self) -> None:
        self._host.stop(self._job, "TERM", 10)

    def kill(self) -> None:
        self._host.stop(self._job, "KILL", 10)

    def signal(self, which: str) -> None:
        self._host.signal(self._job, which)

    def log(self) -> str:
        return self._host.log(self._job)

    @property
    def _job(self) -> str:
        return f"peer-{self.name}"

    def processes(self) -> Processes | None:
        return Processes(self._host.seen_from_outside(self._host.pid_of(self._job))) if self.is_process else None

    def version(self) -> str:
        return ""


class Vipgate(Peer):
    """A build of vipgate, at its launcher's default flags."""

    kind = "vipgate"

    def __init__(self, name: str, number: int, testbed: Testbed, processors: Processors,
                 jar: pathlib.Path | None = None, java_options: str = "", pool_keys: str = "") -> None:
        super().__init__(name, number, testbed, processors)
        self._jar = jar
        self._pool_keys = pool_keys
        self._java_options = java_options
        self._launcher = ROOT / "vipgate"
        self._can_train = False

    def copy_build(self) -> None:
        """A jar that was named is copied, so that the next build may overwrite it. Its checkout's launcher starts it."""
        if self._jar is None or self._launcher.parent == self.directory:
            return
        self.directory.mkdir(exist_ok=True)
        launcher = self._jar.parent.parent / "vipgate"
        shutil.copy(launcher if self._jar.parent.name == "target" and launcher.exists() else ROOT / "vipgate", self.directory)
        shutil.copy(self._jar, self.directory / "vipgate.jar")
        self._launcher = self.directory / "vipgate"

    def train(self) -> None:
        """As README.md says. Older builds have no such command."""
        self.copy_build()
        everywhere = {*self._processors.gateway, *self._processors.load}
        words = ["taskset", "-c", Processors.words(sorted(everywhere)), str(self._launcher), "train"]
        self._can_train = subprocess.run(words, capture_output=True, timeout=120, check=False, env=os.environ | {
            "VIPGATE_JAVA_OPTS": self._java_options}).returncode == 0

    def _untrained_launcher(self) -> pathlib.Path:
        """A copy of the build, beside which nothing lies that was learned."""
        directory = self.directory / "untrained"
        if not directory.exists():
            directory.mkdir(parents=True)
            jar = self._launcher.parent / ("vipgate.jar" if self._launcher.parent == self.directory else "target/vipgate.jar")
            shutil.copy(self._launcher, directory)
            shutil.copy(jar, directory / "vipgate.jar")
        return directory / "vipgate"

    def command(self) -> list[str]:
        self.copy_build()
        s = self.settings
        port = self._port
        lines = [
            "listeners:",
            f'  web: {{ bind: "{bracketed(*self.http)}", pool: nginx{self._admission()} }}',
            # A quarter of all places would be kept for it without a bound, and the case of idle relays needs them.
            f'  greeting: {{ bind: "{PUBLIC}:{port + 1}", pool: greeting, maxConnections: 400 }}',
            *(self._tls_listeners() if s.passes_tls else []),
            "pools:",
            *(self._tls_pools() if s.passes_tls else []),
            "  nginx:",
            f"    balance: {s.balance}",
            "    hash: { ipv6Prefix: 128 }",
            f"    probe: {{ type: tcp, interval: {s.probe_ms}ms }}" if s.probe_ms else "    probe: { type: none }",
        ]
        if self._pool_keys:
            lines.append(f"    {self._pool_keys}")
        if s.pins:
            lines.append(f"    pinning: {{ by: source-address, ttl: 4h, maxEntries: {s.pins}, ipv6Prefix: 128 }}")
        lines += ["    endpoints:", *(f'      e{i}: "{endpoint}"' for i, endpoint in enumerate(s.addresses())),
                  "  greeting:", "    probe: { type: none }", "    endpoints:",
                  *(f'      e{i}: "{vip}:{GREETING}"' for i, vip in enumerate(VIPS)),
                  f'metrics: {{ bind: "127.0.0.1:{port + 2}" }}',
                  f"runtime: {{ eventLoops: {s.workers} }}",
                  "shutdown: { grace: 0s, drain: 100ms }"]
        if s.has_access_log:
            lines.append(f'accessLog: {{ format: text, file: "{self.directory}/access.log" }}')
        if s.balance != "source-hash":
            lines = [line for line in lines if "hash:" not in line]
        file = self.directory / "gateway.yaml"
        file.write_text("\n".join(lines) + "\n")
        options = f"{s.java_options} {self._java_options}".strip()
        launcher = self._launcher if s.is_trained else self._untrained_launcher()
        return ["env", f"VIPGATE_JAVA_OPTS={options}", str(launcher), "run", "-c", str(file)]

    def _tls_listeners(self) -> list[str]:
        names = ", ".join(f'"{name}": {pool}' for name, pool in SERVER_NAMES.items())
        return [f'  passthrough: {{ bind: "{bracketed(*self.passthrough)}", pool: tls }}',
                f'  by-name: {{ bind: "{bracketed(*self.by_name)}", pool: tls, tls: {{ names: {{ {names} }},'
                " unknownName: reject, noName: reject, notTls: reject } }"]

    @staticmethod
    def _tls_pools() -> list[str]:
        endpoints = ", ".join(f'e{i}: "{endpoint}"' for i, endpoint in enumerate(TLS_ENDPOINTS))
        return [f"  {pool}: {{ probe: {{ type: none }}, endpoints: {{ {endpoints} }} }}"
                for pool in ("tls", *SERVER_NAMES.values())]

    def _admission(self) -> str:
        """Who may come in."""
        s = self.settings
        text = f', acceptProxy: {{ from: ["{CLIENT}", "{PUBLIC}"], timeout: 1m }}' if s.accepts_header else ""
        if s.denied:
            file = self.directory / "denied.txt"
            # Of different lengths, within networks that nobody here has.
            file.write_text("".join(f"10.{i >> 7 & 255}.{i << 1 & 255}.0/{23 + i % 3}\n" if i < s.denied // 2 else
                                    f"2001:db8:{0x1000 + i:x}::/{48 + i % 17}\n" for i in range(s.denied)))
            text += f', access: {{ deny: ["file:{file}"] }}'
        if s.has_source_rates:
            text += ", perSource: { newPerSecond: 1000000, around: { factor: 8 } }"
        return text

    def another(self, suffix: str, number: int) -> Vipgate:
        """The same build, with what it has learned, beside this one."""
        twin = Vipgate(f"{self.name}-{suffix}", number, self._testbed, self._processors, None, self._java_options)
        twin._launcher = self._launcher
        return twin

    def live_heap(self) -> int:
        """Bytes after a full collection. Needs :data:`HISTOGRAM` among the JVM's flags."""
        def histograms() -> list[str]:
            return re.split(r"^Total +\d+ +\d+", self.log(), flags=re.MULTILINE)

        known = len(histograms())
        self.signal("QUIT")
        await_that(f"{self.name} counts its heap", 20, lambda: len(histograms()) > known)
        return live_bytes(histograms()[-2])

    @property
    def _metrics_url(self) -> str:
        return f"http://127.0.0.1:{self._port + 2}/metrics"

    def scrape_seconds(self) -> float:
        """How long the metrics take, from the connect to the last byte."""
        return float(self._host.run("curl", "-fsS", "-m", "5", "-o", "/dev/null", "-w", "%{time_total}", self._metrics_url))

    def metric(self, name: str) -> float:
        """The sum of a metric's series."""
        text = self._host.run("curl", "-fsS", "-m", "5", self._metrics_url)
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{")))

    def version(self) -> str:
        self.copy_build()
        text = versions.vipgate(self._launcher)
        if self._jar is not None:
            text += f", {self._jar.name} {hashlib.sha256(self._jar.read_bytes()).hexdigest()[:12]}"
        else:
            is_changed = first_line("git", "-C", ROOT, "status", "--porcelain", "--", "src", "pom.xml", "vipgate")
            text += f", commit {versions.commit()}" + (" and changes" if is_changed else "")
        text += ", trained" if self._can_train else ", which can't be trained"
        return text + (f", {self._java_options}" if self._java_options else "")


class HAProxy(Peer):
    kind = "haproxy"
    program = "haproxy"

    def command(self) -> list[str]:
        s = self.settings
        lines = ["global", f"  maxconn {1000 if s.is_bulk or s.probe_ms else MAX_RELAYS}", f"  nbthread {s.workers}"]
        if s.is_bulk:
            lines += ["  tune.pipesize 1048576", "  maxpipes 500"]
        lines += ["defaults", "  mode tcp", "  no option redispatch", "  timeout connect 1500ms", "  timeout client 10m",
                  "  timeout server 10m"]
        if s.is_bulk:
            lines += ["  option splice-request", "  option splice-response"]
        for name, port, endpoints in (("web", self._port, s.addresses()),
                                      ("greeting", self._port + 1, [f"{vip}:{GREETING}" for vip in VIPS])):
            header = " accept-proxy" if s.accepts_header and name == "web" else ""
            check = f" check inter {s.probe_ms}ms" if s.probe_ms and name == "web" else ""
            lines += [f"listen {name}", f"  bind {PUBLIC}:{port}{header} backlog 4096",
                      *(f"  server e{i} {endpoint}{check}" for i, endpoint in enumerate(endpoints))]
        if s.passes_tls:
            lines += self._tls()
        file = self.directory / "haproxy.cfg"
        file.write_text("\n".join(lines) + "\n")
        return [self.program, "-db", "-f", str(file)]

    def _tls(self) -> list[str]:
        """The rules that its documentation recommends."""
        servers = [f"  server e{i} {endpoint}" for i, endpoint in enumerate(TLS_ENDPOINTS)]
        lines = ["listen passthrough", f"  bind {PUBLIC}:{self.passthrough[1]} backlog 4096", *servers,
                 "frontend by-name", f"  bind {PUBLIC}:{self.by_name[1]} backlog 4096", "  tcp-request inspect-delay 5s",
                 "  tcp-request content accept if { req.ssl_hello_type 1 }"]
        for name, pool in SERVER_NAMES.items():
            test = f"-m end -i {name.removeprefix('*')}" if name.startswith("*") else f"-i {name}"
            lines.append(f"  use_backend {pool} if {{ req.ssl_sni {test} }}")
        for pool in SERVER_NAMES.values():
            lines += [f"backend {pool}", *servers]
        return lines

    def version(self) -> str:
        return versions.haproxy(self.program)


class Nginx(Peer):
    kind = "nginx"

    def command(self) -> list[str]:
        s = self.settings
        lines = ["load_module /usr/lib/nginx/modules/ngx_stream_module.so;", "daemon off;", "user root;",
                 f"worker_processes {s.workers};", "worker_rlimit_nofile 20000;", f"pid {self.directory}/pid;",
                 f"error_log {self.directory}/error.log;", "events { worker_connections 19500; multi_accept on; }", "stream {"]
        for name, port, endpoints in (("web", self._port, s.addresses()),
                                      ("greeting", self._port + 1, [f"{vip}:{GREETING}" for vip in VIPS])):
            header = " proxy_protocol" if s.accepts_header and name == "web" else ""
            lines += [f"  upstream {name} {{", *(f"    server {endpoint} max_fails=0;" for endpoint in endpoints), "  }",
                      "  server {", f"    listen {PUBLIC}:{port}{header} reuseport backlog=4096;", f"    proxy_pass {name};",
                      "    proxy_connect_timeout 1500ms; proxy_timeout 10m; proxy_protocol_timeout 1m;",
                      *(["    proxy_buffer_size 64k;"] if s.is_bulk else []), "  }"]
        if s.passes_tls:
            lines += self._tls()
        lines.append("}")
        file = self.directory / "nginx.conf"
        file.write_text("\n".join(lines) + "\n")
        return ["nginx", "-e", f"{self.directory}/error.log", "-p", str(self.directory), "-c", str(file)]

    def _tls(self) -> list[str]:
        lines = ["  map $ssl_preread_server_name $by_name {", "    hostnames;",
                 *(f"    {name} {pool};" for name, pool in SERVER_NAMES.items()), "  }"]
        for pool in ("tls", *SERVER_NAMES.values()):
            lines += [f"  upstream {pool} {{", *(f"    server {endpoint} max_fails=0;" for endpoint in TLS_ENDPOINTS), "  }"]
        for port, more in ((self.passthrough[1], "proxy_pass tls;"), (self.by_name[1], "ssl_preread on; proxy_pass $by_name;")):
            lines += ["  server {", f"    listen {PUBLIC}:{port} reuseport backlog=4096;", f"    {more}",
                      "    proxy_connect_timeout 1500ms; proxy_timeout 10m;", "  }"]
        return lines

    def version(self) -> str:
        return versions.nginx()


class Iptables(Peer):
    """The gateway of before: DNAT rules and connection tracking, on a host of their own."""

    kind = "iptables"
    is_process = False
    http = (NAT_PUBLIC, HTTP)
    greeting = (NAT_PUBLIC, GREETING)
    _is_loaded = False

    def spawn(self, settings: Settings, stamp: tuple[str, ...] = ()) -> None:
        self.settings = settings
        if not self._is_loaded:
            self._testbed.load_rules()
            self._is_loaded = True

    def stop(self) -> None:
        pass

    kill = stop

    def version(self) -> str:
        return first_line("iptables", "--version")


class Direct(Peer):
    """No gateway: the client goes to the first node."""

    kind = "direct"
    is_process = False
    http = (VIPS[0], HTTP)
    greeting = (VIPS[0], GREETING)

    def spawn(self, settings: Settings, stamp: tuple[str, ...] = ()) -> None:
        self.settings = settings

    def stop(self) -> None:
        pass

    kill = stop


KINDS: dict[str, type[Peer]] = {kind.kind: kind for kind in (Vipgate, HAProxy, Nginx, Iptables, Direct)}
#: Whose better one vipgate is compared with, where a case has no others.
RIVALS = ("haproxy", "nginx")
