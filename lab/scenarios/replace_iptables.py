"""A gateway in front of both VIPs, by vipgate and by the iptables rules that it replaces."""

from __future__ import annotations

import math
import time

from lab.site.clients import Stream, answers, ask
from lab.site.machines import PUBLIC, VIP1, VIP2, Node
from lab.site.topology import Site
from lab.site.vip_moves import VipMoves
from testkit import ROOT
from testkit.checks import check
from testkit.commands import run
from testkit.hosts import Host
from testkit.waiting import await_that

MIX = {"nginx-1", "nginx-2"}


def play(lab: Site, _: object) -> None:
    """A gateway in front of both VIPs: vipgate, the iptables rules that it replaces, and those rules imported"""
    lab.start_nodes("two-vips")
    lab.start_single()
    transcript(lab)
    weights(lab)
    rules = iptables(lab)
    imported(lab, rules)


def askers(lab: Site) -> tuple[tuple[str, Host], ...]:
    return ("outside", lab.client), ("the gateway itself", lab.gw1)


def transcript(lab: Site) -> None:
    """Steps 1 to 5, and a stream of requests through all of them."""
    stopped: list[float] = []
    with VipMoves(lab.nodes, [lab.gw1]) as moves, Stream(lab.client, PUBLIC) as stream:
        mixed(lab, "1. all up")
        shares(lab, "1. all up", 400, 0.5)
        for number, broken, other in ((2, lab.a, lab.b), (4, lab.b, lab.a)):
            what = f"{number}. NGINX stopped on {broken.name.upper()}"
            stopped.append(time.monotonic())
            broken.signal("nginx", "QUIT")
            all_from(lab, f"{what}, VRRP has not moved", other)
            await_that("VRRP moves", 10, lambda: lab.holders(VIP1) == lab.holders(VIP2) == [other.name])
            all_from(lab, f"{what}, VRRP has moved", other)
            broken.start_nginx()
            back(lab)
            mixed(lab, f"{number + 1}. {broken.name.upper()} is back")
        requests = stream.requests()
        time.sleep(0.1)
        moments = stopped + moves.times()
    failed = [request for request in requests if request.failed]
    begun_after = [request for request in failed if not request.was_open_at(moments)]
    for request in begun_after[:5]:
        print(f"      {request}")
    check(f"a stream of {len(requests)} requests through steps 1 to 5: {len(begun_after)} failed that began after an event; "
          f"{len(failed) - len(begun_after)} failed that were open when NGINX was told to stop or a VIP moved", not begun_after)


def mixed(lab: Site, what: str) -> None:
    for where, host in askers(lab):
        counted = answers(ask(host, PUBLIC, 40))
        check(f"{what}, from {where}: {_shown(counted)} of 40", set(counted) == MIX)


def all_from(lab: Site, what: str, node: Node) -> None:
    for where, host in askers(lab):
        counted = answers(ask(host, PUBLIC, 40))
        check(f"{what}, from {where}: {_shown(counted)} of 40", set(counted) == {node.answer})


def shares(lab: Site, what: str, count: int, expected: float) -> None:
    """Whether the first node's share is what chance allows: outside 4 standard deviations once in 16,000 runs."""
    counted = answers(ask(lab.client, PUBLIC, count, 10))
    bound = 4 * math.sqrt(count * expected * (1 - expected))
    check(f"{what}: {_shown(counted)} of {count} ({expected * count:.0f} +- {bound:.0f} for nginx-1)",
          set(counted) == MIX and abs(counted["nginx-1"] - count * expected) <= bound)


def back(lab: Site) -> None:
    await_that("VIP1 and VIP2 are where they belong", 10,
               lambda: lab.holders(VIP1) == ["a"] and lab.holders(VIP2) == ["b"])
    await_that("both endpoints are used", 10, lambda: set(answers(ask(lab.client, PUBLIC, 20))) == MIX, 0.2)


def weights(lab: Site) -> None:
    lab.gw1.write_config(endpoints=f"vip1: {{ address: {VIP1}:80, weight: 5 }}\n      vip2: {{ address: {VIP2}:80, weight: 1 }}")
    lab.gw1.signal("vipgate", "HUP")
    lab.gw1.await_log("reloaded ")
    shares(lab, "weights 5 and 1, by a reload", 600, 5 / 6)


def iptables(lab: Site) -> str:
    """The same steps with the iptables rules, which do not know that a VIP is dead. Returns them as iptables-save prints them."""
    lab.clear()
    lab.start_nodes("two-vips")
    lab.start_iptables()
    mixed(lab, "iptables: 1. all up")
    lab.a.signal("nginx", "QUIT")
    counted = answers(ask(lab.client, PUBLIC, 40))
    print(f"      iptables: 2. NGINX stopped on A, VRRP has not moved: {_shown(counted)} of 40")
    check("iptables: 2. the rules went on sending clients to the dead VIP", set(counted) - MIX != set())
    await_that("VRRP moves", 10, lambda: lab.holders(VIP1) == lab.holders(VIP2) == ["b"])
    all_from(lab, "iptables: 2. NGINX stopped on A, VRRP has moved", lab.b)
    return lab.gw1.run("iptables-save", "-t", "nat")


def imported(lab: Site, rules: str) -> None:
    """The same rules, imported as a configuration of vipgate."""
    lab.clear()
    lab.start_nodes("two-vips")
    lab.gw1.take_public()
    (lab.gw1.directory / "gateway.yaml").write_text(run(ROOT / "vipgate", "import", "iptables", "-", input=rules))
    lab.gw1.start_vipgate()
    lab.gw1.await_log("is UP", 10, 2)
    mixed(lab, "the rules, imported: 1. all up")
    shares(lab, "the rules, imported: 1. all up", 400, 0.5)
    lab.a.signal("nginx", "QUIT")
    all_from(lab, "the rules, imported: 2. NGINX stopped on A, VRRP has not moved", lab.b)


def _shown(counted: object) -> str:
    return ", ".join(f"{count} {answer}" for answer, count in sorted(counted.items()))
