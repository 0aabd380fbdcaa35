"""Failures that VRRP alone does not handle, or handles late."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from lab.site.clients import Stream, answers, ask
from lab.site.machines import PUBLIC, VIP1, VIP2
from lab.site.topology import Site
from lab.site.vip_moves import VipMoves
from testkit.checks import check
from testkit.waiting import await_that

LAYOUT = "two-vips"


def play(lab: Site, _: object) -> None:
    """Split brain, frozen NGINX, wrong MAC, both VIPs on one node, a node cut off"""
    for scene in (split_brain, frozen, wrong_mac, one_node, cut_off):
        lab.clear()
        lab.start_nodes(LAYOUT)
        lab.start_single()
        scene(lab)


def served_through(lab: Site, what: str, happens: Callable[[], None], spared_after: float = 0.0) -> None:
    """No request fails that began more than so many seconds after the event."""
    with VipMoves(lab.nodes, [lab.gw1]) as moves, Stream(lab.client, PUBLIC) as stream:
        time.sleep(0.5)
        began = time.monotonic()
        happens()
        requests = stream.requests()
        moments = [began, *moves.times()]
    failed = [request for request in requests if request.failed and not request.was_open_at(moments)]
    unspared = [request for request in failed if request.begun > began + spared_after or request.begun < began]
    for request in unspared[:5]:
        print(f"      {request}")
    early = f", {len(failed) - len(unspared)} in the first {spared_after} s" if spared_after else ""
    slowest = max(request.ended - request.begun for request in requests if not request.failed)
    check(f"{what}: {len(requests)} requests, {len(unspared)} failed that began afterwards{early}; "
          f"the slowest took {slowest:.2f} s", not unspared)


def split_brain(lab: Site) -> None:
    def happens() -> None:
        for node in (lab.a, lab.b):
            node.block_vrrp()
        await_that("both nodes hold both VIPs", 10,
                   lambda: all(node.holds(vip) for node in (lab.a, lab.b) for vip in (VIP1, VIP2)))
        time.sleep(2)

    served_through(lab, "split brain", happens)
    check("split brain: vipgate sees two healthy endpoints, and there are two", "is DOWN" not in lab.gw1.vipgate_log())


def frozen(lab: Site) -> None:
    def happens() -> None:
        lab.a.freeze(True, "nginx")
        took = lab.gw1.await_log("endpoint nginx/vip1 is DOWN: probe http")
        check(f"NGINX frozen: the http probe says so after {took:.1f} s, while the port still accepts connections", took < 3)
        check("NGINX frozen: VRRP notices nothing", lab.holders(VIP1) == ["a"])
        time.sleep(1)

    # Requests sent there before the first probe failed are lost: within interval + timeout.
    served_through(lab, "NGINX frozen", happens, 1.0)
    lab.a.freeze(False, "nginx")
    lab.gw1.await_log("endpoint nginx/vip1 is UP", 10, 2)
    await_that("both serve again", 10, lambda: len(answers(ask(lab.client, PUBLIC, 20))) == 2, 0.2)
    check("NGINX thawed: UP again", True)


def wrong_mac(lab: Site) -> None:
    def happens() -> None:
        lab.a.stop("keepalived")
        await_that("VIP1 moves", 5, lambda: lab.holders(VIP1) == ["b"])
        # keepalived announces it again five seconds later; both announcements are lost.
        time.sleep(6)
        lab.gw1.ip("neigh", "replace", VIP1, "lladdr", lab.a.mac("inner"), "dev", "inner", "nud", "stale")
        took = lab.gw1.await_log("endpoint nginx/vip1 is DOWN", 10)
        check(f"wrong MAC: vipgate marks VIP1 DOWN after {took:.1f} s", True)
        took = lab.gw1.await_log("endpoint nginx/vip1 is UP", 30, 2)
        check(f"wrong MAC: UP again {took:.1f} s later, when the kernel has resolved the address again", True)

    served_through(lab, "wrong MAC after a lost gratuitous ARP", happens)


def one_node(lab: Site) -> None:
    def happens() -> None:
        lab.a.stop_nginx()
        await_that("both VIPs are on B", 10, lambda: lab.holders(VIP1) == lab.holders(VIP2) == ["b"])
        lab.gw1.await_log("one machine", 20)
        pool = lab.gw1.status()["pools"][0]
        check("both VIPs on one node: vipgate reports it in its log, its status and its metrics",
              [pair["state"] for pair in pool["pairs"]] == ["co-located"]
              and sorted(pool["sharedMachines"][0]["endpoints"]) == ["vip1", "vip2"]
              and re.search(r"vipgate_endpoint_pair_co_located\{[^}]*} 1", lab.gw1.metrics()) is not None)

    served_through(lab, "both VIPs on one node", happens)


def cut_off(lab: Site) -> None:
    def happens() -> None:
        lab.switch.cut("inner", lab.a)
        lab.gw1.await_log("endpoint nginx/vip1 is DOWN", 10)
        await_that("B takes VIP1", 10, lambda: lab.b.holds(VIP1))
        lab.gw1.await_log("endpoint nginx/vip1 is UP", 10, 2)
        check("node cut off: DOWN, and UP when B has its VIP", True)

    served_through(lab, "node cut off", happens)
