"""The site: who is plugged in where, and what runs on which machine. README.md of the lab shows it in a picture."""

from __future__ import annotations

import pathlib
import shutil

from lab.site.machines import (INNER_VIRTUAL_6, PUBLIC, PUBLIC_6, STATE, VIP1, VIP1_6, VIP2, VIP2_6, GatewayHost, Node)
from testkit.hosts import Host, Switch
from testkit.waiting import await_that

LEGACY = pathlib.Path(__file__).resolve().parent.parent / "legacy"
ROUTER = "203.0.113.254"
#: The preference and the table of rules in ``deploy/transparent``.
TRANSPARENT = 900


class Site:
    """The whole site. Between scenarios all hosts exist and nothing runs on them."""

    def __init__(self) -> None:
        self.switch = Switch("switch", STATE)
        self.client = Host("client", STATE)
        #: Takes part where there are equal-cost routes; elsewhere the client is a neighbour of the gateways.
        self.router = Host("router", STATE)
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
        STATE.mkdir(parents=True, exist_ok=True)
        self.switch.create("outer", "inner")
        for host in self.hosts[1:]:
            host.create()
        plug = self.switch.plug
        # The client stands for many: it has every address of these networks.
        plug("outer", self.client, "outer", "203.0.113.100/24", "2001:db8:cb::100/64")
        plug("inner", self.client, "inner", "192.0.2.50/24", "2001:db8:1::50/64")
        self.client.ip("route", "add", "local", "198.51.100.0/24", "dev", "lo")
        self.client.ip("-6", "route", "add", "local", "2001:db8:c::/48", "dev", "lo")
        self.client.ip("route", "replace", "203.0.113.0/24", "dev", "outer", "src", "198.51.100.10")
        plug("outer", self.router, "outer", f"{ROUTER}/24")
        # By packet, not by socket: a next-hop group must see which buckets are in use.
        self.router.sysctl(net__ipv4__ip_forward=1, net__ipv4__fib_multipath_hash_policy=1,
                           net__ipv4__conf__all__send_redirects=0, net__ipv4__conf__outer__send_redirects=0)
        self.client.sysctl(net__ipv6__ip_nonlocal_bind=1)
        for gateway in self.gateways:
            plug("outer", gateway, "outer", f"{gateway.outer}/24", f"{gateway.outer_6}/64")
            plug("inner", gateway, "inner", f"{gateway.inner}/24", f"{gateway.inner_6}/64")
            gateway.ip("route", "add", "198.51.100.0/24", "via", "203.0.113.100")
            gateway.ip("-6", "route", "add", "2001:db8:c::/48", "via", "2001:db8:cb::100")
        for node in self.nodes:
            plug("inner", node, "inner", f"{node.address}/24", f"{node.address_6}/64")
            self.use_default_gateway(node)
            node.write_nginx_conf()

    def destroy(self) -> None:
        for host in reversed(self.hosts):
            host.destroy()
        shutil.rmtree(STATE, ignore_errors=True)

    # ---- what runs ----

    def clear(self) -> None:
        """Ends everything that runs, and undoes what scenarios may have changed."""
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
            gateway.ip("-6", "addr", "flush", "dev", "inner", "to", INNER_VIRTUAL_6)
            leave_no_rules(gateway)
            shutil.rmtree(gateway.directory / "state", ignore_errors=True)
        for node in self.nodes:
            _leave_only(node, "inner", node.address)
            for vip in (VIP1_6, VIP2_6):
                node.ip("-6", "addr", "flush", "dev", "inner", "to", vip)
            leave_no_rules(node)
            self.use_default_gateway(node)
        for host in (self.client, self.router):
            _without_route(host, f"{PUBLIC}/32")
            host.ip("nexthop", "flush")
            host.ip("neigh", "flush", "all")

    def use_default_gateway(self, node: Node) -> None:
        """For the iptables rules: replies must go back through the gateway."""
        node.ip("route", "replace", "default", "via", self.gw1.inner)

    def start_nodes(self, layout: str, *nodes: Node) -> None:
        """NGINX and keepalived on nodes, on A and B if none are named; ready when every VIP is where it belongs."""
        for node in nodes or (self.a, self.b):
            node.start_nginx()
        for node in nodes or (self.a, self.b):
            node.start_keepalived(layout)
        await_that("A holds VIP1", 15, lambda: self.a.holds(VIP1))
        if layout == "two-vips":
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

    def start_iptables(self) -> None:
        """The first gateway as it was before vipgate: iptables rules, and everything that was needed beside them."""
        gateway = self.gw1
        gateway.take_public()
        gateway.sysctl(net__ipv4__ip_forward=1)
        with open(LEGACY / "iptables.rules") as rules:
            gateway.run("iptables-restore", stdin=rules)
        # Otherwise the gateway's own requests would be delivered locally before the OUTPUT rules' new destination counts.
        gateway.ip("route", "del", "local", PUBLIC, "table", "local")
        gateway.ip("route", "add", PUBLIC, "dev", "outer", "scope", "link")
        # Without its local route nobody answers ARP for the public address: a router must know the way.
        self.client.ip("route", "add", f"{PUBLIC}/32", "via", gateway.outer, "src", "198.51.100.10")

    def start(self) -> None:
        """The complete set-up."""
        self.start_nodes("two-vips")
        self.start_pair()

    def power_off(self, node: Node) -> None:
        """The link goes down, then everything ends. A node that is off keeps its own address and loses its VIPs."""
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


def leave_no_rules(host: Host) -> None:
    """Without the rules and the table of ``deploy/transparent``."""
    for family in ("-4", "-6"):
        while host.succeeds("ip", family, "rule", "del", "pref", TRANSPARENT):
            pass
        # Fails when there is no such table.
        host.succeeds("ip", family, "route", "flush", "table", TRANSPARENT)


def _without_route(host: Host, route: str) -> None:
    if host.ip("route", "show", route).strip():
        host.ip("route", "del", route)
