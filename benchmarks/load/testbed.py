"""The hosts that a benchmark runs on, in namespaces of their own: a client, a gateway, a gateway of iptables rules, and two
NGINX nodes, joined by veth cables without a switch between them. README.md shows it in a picture.

With ``loopback`` all of them are one host, and every address is on its ``lo``."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
from collections.abc import Iterator

from testkit import ROOT, TestkitError
from testkit.hosts import Host, cable
from testkit.waiting import await_that

#: Where the hosts and the peers keep files. In memory: no disk shall disturb a measurement.
STATE = pathlib.Path(os.environ.get("VIPGATE_LOAD", "/dev/shm/vipgate-load")).resolve()

PUBLIC = "203.0.113.1"
PUBLIC_6 = "2001:db8:cb::1"
#: Of the gateway of iptables rules.
NAT_PUBLIC = "203.0.113.129"
CLIENT, NAT_CLIENT, DIRECT_CLIENT = "203.0.113.100", "203.0.113.200", "192.0.2.50"
CLIENT_6 = "2001:db8:cb::100"
#: The client stands for many: it has every address of this network.
CLIENTS_6 = "2001:db8:c::"
VIPS = ("192.0.2.100", "192.0.2.200")
GATEWAY, NAT = "192.0.2.1", "192.0.2.2"

HTTP, GREETING, TLS = 80, 25, 443
#: Further ports of each node, each an endpoint.
MORE_PORTS = range(9001, 9501)
BODY_BYTES = 512

#: In every host: ports for 10,000 connections a second between two addresses, and queues for their bursts.
SYSCTLS = {
    "net.ipv4.ip_local_port_range": "1024 65535",
    "net.ipv4.ip_local_reserved_ports": "8000-9999",
    "net.ipv4.tcp_tw_reuse": "1",
    "net.ipv4.tcp_max_syn_backlog": "8192",
    "net.core.somaxconn": "8192",
    "net.ipv4.tcp_no_metrics_save": "1",
}
NAT_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    # Else what has ended would fill the table within a minute, and new connections would be dropped.
    "net.netfilter.nf_conntrack_tcp_timeout_time_wait": "1",
    "net.netfilter.nf_conntrack_tcp_timeout_close_wait": "1",
    "net.netfilter.nf_conntrack_tcp_timeout_last_ack": "1",
    "net.netfilter.nf_conntrack_tcp_timeout_fin_wait": "1",
}


class Processors:
    """Who runs where: the gateway has as many processors as workers, the client and the nodes have the others."""

    def __init__(self, workers: int) -> None:
        every = sorted(os.sched_getaffinity(0))
        if workers > len(every):
            raise TestkitError(f"{workers} workers, but {len(every)} processors")
        self.gateway = every[:workers]
        self.load = every[workers:] or every
        self.is_shared = not every[workers:]

    @staticmethod
    def words(processors: list[int]) -> str:
        return ",".join(map(str, processors))


class Node:
    """An NGINX server of two ports and, on demand, of 500 more."""

    def __init__(self, name: str, host: Host, address: str) -> None:
        self.name, self.host, self.address = name, host, address
        self.directory = host.directory / f"nginx-{name}"

    def start(self, files: pathlib.Path) -> None:
        self.directory.mkdir(exist_ok=True)
        (self.directory / "nginx.conf").write_text(self._configuration(files))
        self.host.spawn(f"nginx-{self.name}", "nginx", "-e", self.directory / "error.log", "-p", self.directory,
                        "-c", self.directory / "nginx.conf")
        await_that(f"NGINX {self.name} answers", 15, lambda: self.host.succeeds(
            "curl", "-fso", "/dev/null", "-m", "1", f"http://{self.address}/"))

    def _configuration(self, files: pathlib.Path) -> str:
        temporary = "".join(f"  {kind}_temp_path {self.directory}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        body = f"{self.name} ".ljust(BODY_BYTES - 1, "x")
        return f"""load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {self.directory}/pid;
error_log {self.directory}/error.log;
events {{ worker_connections 16384; multi_accept on; }}
http {{
  access_log off;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  sendfile on;
  tcp_nopush on;
{temporary}  server {{
    listen {self.address}:{HTTP} backlog=8192;
    listen {self.address}:{MORE_PORTS[0]}-{MORE_PORTS[-1]} backlog=1024;
    location / {{ return 200 "{body}\\n"; }}
    location /files/ {{ alias {files}/; }}
  }}
}}
stream {{
  server {{
    listen {self.address}:{GREETING} backlog=8192;
    return "220 {self.name} greets first\\r\\n";
  }}
}}
"""


class Testbed:
    """Everything but the proxies."""

    def __init__(self, is_loopback: bool, file_mib: int) -> None:
        self.is_loopback = is_loopback
        self.file_mib = file_mib
        self.files = STATE / "files"
        #: The system's congestion control, with which each host begins.
        self.congestion = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
        if is_loopback:
            only = Host("one", STATE)
            self.client = self.gateway = self.nat = only
            self.nodes = tuple(Node(name, only, vip) for name, vip in zip("ab", VIPS))
            self.hosts = (only,)
        else:
            self.client, self.gateway, self.nat = (Host(name, STATE) for name in ("client", "gateway", "nat"))
            self.nodes = tuple(Node(name, Host(name, STATE), vip) for name, vip in zip("ab", VIPS))
            self.hosts = (self.client, self.gateway, self.nat, *(node.host for node in self.nodes))

    def create(self) -> None:
        STATE.mkdir(parents=True, exist_ok=True)
        STATE.chmod(0o755)
        self._write_file()
        for host in self.hosts:
            with _uninterrupted():
                host.create()
            host.run("sysctl", "-qw", *(f"{key}={value}" for key, value in SYSCTLS.items()))
        self._join_on_loopback() if self.is_loopback else self._join_by_cables()
        # What else there is of the client: no address of it stands on an interface.
        self.client.ip("-6", "route", "add", "local", f"{CLIENTS_6}/48", "dev", "lo")
        for node in self.nodes:
            node.start(self.files)

    def _write_file(self) -> None:
        """The file that is downloaded. Real pages, not holes, so that it does not fit into a processor's cache."""
        self.files.mkdir(exist_ok=True)
        block = os.urandom(1 << 20)
        with open(self.files / "big", "wb") as file:
            for _ in range(self.file_mib):
                file.write(block)

    def _join_on_loopback(self) -> None:
        host = self.client
        for address in (PUBLIC, *VIPS):
            host.ip("addr", "add", f"{address}/32", "dev", "lo")
        host.ip("addr", "add", f"{PUBLIC_6}/128", "dev", "lo", "nodad")

    def _join_by_cables(self) -> None:
        for gateway, name, client, public, inner in ((self.gateway, "gw", CLIENT, PUBLIC, GATEWAY),
                                                     (self.nat, "nat", NAT_CLIENT, NAT_PUBLIC, NAT)):
            _join(self.client, name, f"{client}/25", gateway, "outer", f"{public}/25")
            for node in self.nodes:
                _join(gateway, f"to-{node.name}", f"{inner}/32", node.host, name, f"{node.address}/32")
                gateway.ip("route", "add", node.address, "dev", f"to-{node.name}", "src", inner)
                node.host.ip("route", "add", inner, "dev", name, "src", node.address)
        self.client.ip("-6", "addr", "add", f"{CLIENT_6}/64", "dev", "gw", "nodad")
        self.gateway.ip("-6", "addr", "add", f"{PUBLIC_6}/64", "dev", "outer", "nodad")
        self.gateway.ip("-6", "route", "add", f"{CLIENTS_6}/48", "via", CLIENT_6)
        for node in self.nodes:
            _join(self.client, f"to-{node.name}", f"{DIRECT_CLIENT}/32", node.host, "direct", f"{node.address}/32")
            self.client.ip("route", "add", node.address, "dev", f"to-{node.name}", "src", DIRECT_CLIENT)
            node.host.ip("route", "add", DIRECT_CLIENT, "dev", "direct", "src", node.address)
            # Answers of connections that the rules have led here go back through them.
            node.host.ip("route", "add", f"{NAT_CLIENT}/32", "via", NAT, "dev", "nat")
        self.nat.run("sysctl", "-qw", *(f"{key}={value}" for key, value in NAT_SYSCTLS.items()))

    def load_rules(self) -> None:
        """The rules of ``lab/legacy`` for both ports. They hold connection tracking in the host that has them alone."""
        lines = (ROOT / "lab" / "legacy" / "iptables.rules").read_text().replace(PUBLIC, NAT_PUBLIC).splitlines()
        rules = [line for line in lines if line.startswith("-A ")]
        more = [line.replace("--dport 80 ", f"--dport {GREETING} ").replace(":80", f":{GREETING}") for line in rules]
        head = [line for line in lines if line.startswith(("*", ":"))]
        self.nat.run("iptables-restore", input="\n".join([*head, *rules, *more, "COMMIT", ""]))

    def use_congestion(self, name: str) -> None:
        """In every host, for each connection that begins from now on."""
        for host in self.hosts:
            host.sysctl(net__ipv4__tcp_congestion_control=name)

    def begun(self) -> int:
        """Connections that the nodes' kernels have answered so far. A probe may reset its own before the handshake ends."""
        count = 0
        for pid in {node.host.pid for node in self.nodes}:
            names, values = (line.split() for line in pathlib.Path(f"/proc/{pid}/net/snmp").read_text().splitlines()
                             if line.startswith("Tcp:"))
            count += sum(int(values[names.index(name)]) for name in ("PassiveOpens", "AttemptFails"))
        return count

    def destroy(self) -> None:
        for host in reversed(self.hosts):
            host.destroy()
        shutil.rmtree(STATE, ignore_errors=True)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """An interrupt in here comes afterwards: between a host's start and the note of it, the host would be left over."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _join(a: Host, interface_a: str, address_a: str, b: Host, interface_b: str, address_b: str) -> None:
    cable(a, interface_a, b, interface_b)
    for host, interface, address in ((a, interface_a, address_a), (b, interface_b, address_b)):
        host.ip("addr", "add", address, "dev", interface)
        host.ip("link", "set", interface, "up")


def clear_leftovers() -> None:
    """Ends what a run has left that was killed before it could."""
    for remembered in STATE.glob("*/namespace"):
        Host(remembered.parent.name, STATE).destroy()
    shutil.rmtree(STATE, ignore_errors=True)
