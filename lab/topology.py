"""The site that the lab builds: who is plugged in where, and what runs on whom. README.md shows it in a picture."""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import re
import shutil
import time

import hosts
from hosts import Host, LabError, Switch, await_that

LAB = pathlib.Path(__file__).resolve().parent
TOP = LAB.parent

PUBLIC = "203.0.113.1"
PUBLIC_6 = "2001:db8:cb::1"
ROUTER = "203.0.113.254"
VIP1, VIP2 = "192.0.2.100", "192.0.2.200"

#: Programs that the lab runs, and the Debian packages that have them.
PROGRAMS = {"nginx": "nginx-light", "keepalived": "keepalived", "ip": "iproute2", "iptables-restore": "iptables",
            "curl": "curl", "pidof": "sysvinit-utils", "nsenter": "util-linux", "unshare": "util-linux", "kill": "procps",
            "sysctl": "procps", "setsid": "util-linux"}


class Node(Host):
    """A machine with NGINX and keepalived."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(name)
        self.answer = f"nginx-{number}"
        self.address = f"192.0.2.{100 + number}"

    def write_nginx_conf(self) -> None:
        text = (LAB / "nodes" / "nginx.conf").read_text()
        (self.directory / "nginx.conf").write_text(
            text.replace("@NAME@", self.answer).replace("@DIRECTORY@", str(self.directory)))

    def start_nginx(self) -> None:
        self.spawn("nginx", "nginx", "-e", "stderr", "-p", self.directory, "-c", self.directory / "nginx.conf")
        await_that(f"NGINX on {self.name} answers", 10,
                   lambda: self.succeeds("curl", "-fso", "/dev/null", "-m", "1", "http://127.0.0.1/"))

    def stop_nginx(self) -> None:
        """SIGQUIT: what is in flight is finished."""
        self.stop("nginx", "QUIT")

    def start_keepalived(self, layout: str) -> None:
        """VRRP as in a file of ``nodes/``."""
        start_keepalived(self, LAB / "nodes" / f"{layout}.conf", self.name)

    def holds(self, vip: str) -> bool:
        return vip in self.addresses("inner")

    def freeze(self, is_frozen: bool = True, *names: str) -> None:
        """Stops processes in their tracks, NGINX and keepalived if none are named; the kernel goes on answering."""
        for name in names or ("nginx", "keepalived"):
            for number in self.run("pidof", name).split():
                self.run("kill", "-STOP" if is_frozen else "-CONT", number)

    def block_vrrp(self, is_blocked: bool = True) -> None:
        """What a firewall does that nobody told of VRRP."""
        self.run("iptables", "-w", "-A" if is_blocked else "-D", "INPUT", "-p", "vrrp", "-j", "DROP")


class GatewayHost(Host):
    """A machine that the public address points to."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(name)
        self.outer = f"203.0.113.{10 + number}"
        self.outer_6 = f"2001:db8:cb::{10 + number}"
        self.inner = f"192.0.2.{number}"

    def write_config(self, *, balance: str = "weighted-random", more: str = "", freebind: bool = True,
                     endpoints: str = f"vip1: {VIP1}:80\n      vip2: {VIP2}:80") -> None:
        text = (LAB / "gateway.yaml").read_text()
        text = text.replace("@BALANCE@", balance).replace("@FREEBIND@", str(freebind).lower()).replace("@MORE@", more)
        text = text.replace("@DIRECTORY@", str(self.directory))
        (self.directory / "gateway.yaml").write_text(text.replace("@ENDPOINTS@", endpoints))

    def start_vipgate(self) -> None:
        """Ready when it serves. Its end, whatever the cause, is written where keepalived looks, as its systemd unit does."""
        flag = "/run/vipgate/stopped"
        self.run("mkdir", "-p", "/run/vipgate")
        (self.directory / "vipgate.log").unlink(missing_ok=True)
        self.spawn("vipgate", TOP / "vipgate", "run", "-c", self.directory / "gateway.yaml", at_end=f"echo 1 > {flag}")
        await_that(f"vipgate on {self.name} serves", 30, lambda: " serves " in self.vipgate_log() or not self.runs("vipgate"))
        if " serves " not in self.vipgate_log():
            raise LabError(f"vipgate on {self.name} did not start:\n{self.vipgate_log()}")
        self.run("sh", "-c", f"echo 0 > {flag}")

    def last_health(self) -> list[str]:
        """The last line of vipgate's log about each endpoint."""
        last = {}
        for line in self.vipgate_log().splitlines():
            found = re.search(r"endpoint (\S+?),? .*is (UP|DOWN|UNKNOWN).*", line)
            if found:
                last[found[1]] = found[0]
        return [last[endpoint] for endpoint in sorted(last)]

    def await_up(self, endpoints: int, seconds: float = 20) -> None:
        """Waits until the last that was said of each endpoint, and of so many, is that it is UP."""
        await_that(f"{endpoints} endpoints are UP on {self.name}", seconds,
                   lambda: sum(" is UP" in line for line in self.last_health()) >= endpoints)

    def status(self) -> dict[str, object]:
        """What ``vipgate status`` says."""
        return json.loads(self.run(TOP / "vipgate", "status", "--json", "-c", self.directory / "gateway.yaml"))

    def metrics(self) -> str:
        return self.run("curl", "-fsS", "-m", "5", "http://127.0.0.1:9181/metrics")

    def vipgate_log(self) -> str:
        return self.log("vipgate")

    def await_log(self, pattern: str, seconds: float = 10, times: int = 1) -> float:
        return await_that(f"{pattern} in the log of {self.name}", seconds,
                          lambda: len(re.findall(pattern, self.vipgate_log())) >= times)

    def is_ready(self) -> bool:
        return self.succeeds("curl", "-fso", "/dev/null", "-m", "1", "http://127.0.0.1:9181/readyz")

    def start_keepalived(self) -> None:
        """The pair's own configuration."""
        for name in ("ready", "notify"):
            shutil.copy(TOP / "deploy" / "keepalived" / name, self.directory / name)
        text = (TOP / "deploy" / "keepalived" / "keepalived.conf").read_text().replace("/etc/keepalived/", f"{self.directory}/")
        file = self.directory / "keepalived.conf"
        # As it is shipped it must do, too.
        file.write_text(text)
        self.run("keepalived", "--config-test", "--use-file", file, "--config-id", self.name)
        # The kernel reports the ends of processes in the first network namespace only; with track_process keepalived would
        # stay in FAULT here. The flag file, which it has too, tells it the same.
        block = text[text.index("vrrp_track_process"):text.index("# end of track_process")]
        file.write_text(text.replace(block, "").replace("    track_process {\n        vipgate_process\n    }\n", ""))
        start_keepalived(self, file, self.name)

    def holds_public(self) -> bool:
        return PUBLIC in self.addresses("outer")

    def take_public(self, is_taken: bool = True) -> None:
        """The public address, without VRRP."""
        self.ip("addr", "add" if is_taken else "del", f"{PUBLIC}/24", "dev", "outer")


def start_keepalived(host: Host, file: pathlib.Path, config_id: str) -> None:
    host.spawn("keepalived", "keepalived", "--dont-fork", "--log-console", "--log-detail", "--use-file", file,
               "--config-id", config_id)


class Site:
    """Everything. Between scenarios all hosts are there and nothing runs on them."""

    def __init__(self) -> None:
        self.switch = Switch("switch")
        self.client = Host("client")
        #: Takes part where there are equal-cost routes; elsewhere the client is a neighbour of the gateways.
        self.router = Host("router")
        self.a, self.b, self.c = Node("a", 1), Node("b", 2), Node("c", 3)
        self.nodes = (self.a, self.b, self.c)
        self.gw1, self.gw2 = GatewayHost("gw1", 1), GatewayHost("gw2", 2)
        self.gateways = (self.gw1, self.gw2)
        self.hosts = (self.switch.host, self.client, self.router, *self.gateways, *self.nodes)

    def is_up(self) -> bool:
        return all(host.pid for host in self.hosts)

    # ---- up and down ----

    def create(self) -> None:
        """The hosts and their cables."""
        hosts.STATE.mkdir(parents=True, exist_ok=True)
        self.switch.create("outer", "inner")
        for host in self.hosts[1:]:
            host.create()
        plug = self.switch.plug
        # The client is many: whoever has an address of these networks.
        plug("outer", self.client, "outer", "203.0.113.100/24", "2001:db8:cb::100/64")
        plug("inner", self.client, "inner", "192.0.2.50/24")
        self.client.ip("route", "add", "local", "198.51.100.0/24", "dev", "lo")
        self.client.ip("-6", "route", "add", "local", "2001:db8:c::/48", "dev", "lo")
        self.client.ip("route", "replace", "203.0.113.0/24", "dev", "outer", "src", "198.51.100.10")
        plug("outer", self.router, "outer", f"{ROUTER}/24")
        # By packet, not by socket: a next-hop group must see who is still in use.
        self.router.sysctl(net__ipv4__ip_forward=1, net__ipv4__fib_multipath_hash_policy=1,
                           net__ipv4__conf__all__send_redirects=0, net__ipv4__conf__outer__send_redirects=0)
        self.client.sysctl(net__ipv6__ip_nonlocal_bind=1)
        for gateway in self.gateways:
            plug("outer", gateway, "outer", f"{gateway.outer}/24", f"{gateway.outer_6}/64")
            plug("inner", gateway, "inner", f"{gateway.inner}/24")
            gateway.ip("route", "add", "198.51.100.0/24", "via", "203.0.113.100")
            gateway.ip("-6", "route", "add", "2001:db8:c::/48", "via", "2001:db8:cb::100")
        for node in self.nodes:
            plug("inner", node, "inner", f"{node.address}/24")
            # For the gateway of before: replies must go back through it.
            node.ip("route", "add", "default", "via", self.gw1.inner)
            node.write_nginx_conf()

    def destroy(self) -> None:
        for host in reversed(self.hosts):
            host.destroy()
        shutil.rmtree(hosts.STATE, ignore_errors=True)

    # ---- what runs ----

    def clear(self) -> None:
        """Ends everything that runs, and takes back what scenarios may have changed."""
        for host in self.hosts[1:]:
            host.end_all()
            for log in host.directory.glob("*.log"):
                log.unlink()
        for host in (*self.gateways, *self.nodes):
            self.switch.cut("inner", host, False)
            host.run("iptables", "-w", "-F", "INPUT")
        for gateway in self.gateways:
            self.switch.cut("outer", gateway, False)
            gateway.run("iptables", "-w", "-t", "nat", "-F")
            gateway.sysctl(net__ipv4__ip_forward=0)
            for interface, kept in (("outer", gateway.outer), ("inner", gateway.inner), ("lo", "127.0.0.1")):
                _leave_only(gateway, interface, kept)
            _without_route(gateway, f"{PUBLIC}/32")
            gateway.ip("-6", "addr", "flush", "dev", "outer", "to", PUBLIC_6)
            gateway.ip("-6", "addr", "flush", "dev", "lo", "to", PUBLIC_6)
            gateway.ip("neigh", "flush", "all")
            shutil.rmtree(gateway.directory / "state", ignore_errors=True)
        for node in self.nodes:
            _leave_only(node, "inner", node.address)
        for host in (self.client, self.router):
            _without_route(host, f"{PUBLIC}/32")
            host.ip("nexthop", "flush")
            host.ip("neigh", "flush", "all")

    def start_nodes(self, layout: str, *nodes: Node) -> None:
        """NGINX and keepalived on nodes, on A and B if none are named; ready when every VIP is where it belongs."""
        for node in nodes or (self.a, self.b):
            node.start_nginx()
        for node in nodes or (self.a, self.b):
            node.start_keepalived(layout)
        await_that("A holds VIP1", 15, lambda: self.a.holds(VIP1))
        if "active-active" in layout:
            await_that("B holds VIP2", 15, lambda: self.b.holds(VIP2))
            await_that("nobody else does", 15, lambda: not self.a.holds(VIP2) and not self.b.holds(VIP1))

    def start_pair(self, balance: str = "weighted-random") -> None:
        """vipgate on both gateways, and the public address on the first."""
        for gateway in self.gateways:
            gateway.write_config(balance=balance)
            gateway.start_vipgate()
        for gateway in self.gateways:
            gateway.start_keepalived()
            await_that("the first gateway is active", 15, self.gw1.holds_public)

    def start_single(self, **config: str) -> None:
        """vipgate on the first gateway, which has the public address for itself."""
        self.gw1.take_public()
        self.gw1.write_config(**config)
        self.gw1.start_vipgate()
        self.gw1.await_log(r"endpoint nginx/vip\d is UP", 10, 2)

    def start_before(self) -> None:
        """The first gateway as it was, with everything that it took beside the rules."""
        gateway = self.gw1
        gateway.take_public()
        gateway.sysctl(net__ipv4__ip_forward=1)
        with open(LAB / "before" / "iptables.rules") as rules:
            gateway.run("iptables-restore", stdin=rules)
        # Else what the gateway itself asks would be delivered at home before the OUTPUT rules' new destination counts.
        gateway.ip("route", "del", "local", PUBLIC, "table", "local")
        gateway.ip("route", "add", PUBLIC, "dev", "outer", "scope", "link")
        # Without its local route nobody answers ARP for the public address: a router must know the way.
        self.client.ip("route", "add", f"{PUBLIC}/32", "via", gateway.outer, "src", "198.51.100.10")

    def start(self) -> None:
        """The complete set-up."""
        self.start_nodes("s2-active-active")
        self.start_pair()

    def power_off(self, node: Node) -> None:
        """At one instant: the link, then everything that runs. Who is off has no address but the one it begins with."""
        self.switch.cut("inner", node)
        node.end_all()
        _leave_only(node, "inner", node.address)

    def power_on(self, node: Node, layout: str) -> None:
        self.switch.cut("inner", node, False)
        node.start_nginx()
        node.start_keepalived(layout)

    def holders(self, vip: str) -> list[str]:
        """Who holds a VIP, by name."""
        return [node.name for node in self.nodes if node.holds(vip)]


def _leave_only(host: Host, interface: str, address: str) -> None:
    for other in host.addresses(interface):
        if other != address:
            host.ip("addr", "flush", "dev", interface, "to", other)


def _without_route(host: Host, route: str) -> None:
    if host.ip("route", "show", route).strip():
        host.ip("route", "del", route)


def missing() -> list[str]:
    """What this machine lacks, one line each."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    lacking = [f"{program} (package {package})" for program, package in PROGRAMS.items() if not shutil.which(program, path=path)]
    if os.geteuid() != 0:
        lacking.insert(0, "root")
    if not (TOP / "target" / "vipgate.jar").exists():
        lacking.append("target/vipgate.jar (mvn -DskipTests package, or ./vipgate demo once)")
    return lacking


def locked() -> object:
    """One command at a time in a lab; the lock goes with the process."""
    lock = open(f"/run/{str(hosts.STATE).strip('/').replace('/', '-')}.lock", "w")  # noqa: SIM115 - as long as the process
    deadline = time.monotonic() + 60
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except OSError:
            if time.monotonic() > deadline:
                raise LabError("another command of the lab is running") from None
            time.sleep(0.2)

