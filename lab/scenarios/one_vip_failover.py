"""Two nodes, one VIP: what keepalived does by itself."""

from __future__ import annotations

import time

from lab.site.clients import ask
from lab.site.machines import VIP1, Node
from lab.site.topology import Site
from testkit.checks import check
from testkit.waiting import await_that


def play(lab: Site, _: object) -> None:
    """Active-passive: one VIP, a master and a backup"""
    preempting(lab)
    keeping(lab)
    three(lab)


def answering(lab: Site) -> str:
    """Who answers at the VIP, seen from the client."""
    return ask(lab.client, VIP1, timeout=1)[0].answer


def moved_to(lab: Site, what: str, node: Node, seconds: float) -> None:
    took = await_that(f"{what}: {node.answer} answers", seconds, lambda: answering(lab) == node.answer)
    await_that(f"{what}: one holder", 5, lambda: lab.holders(VIP1) == [node.name])
    check(f"{what}: the VIP answers {node.answer}, after {took:.1f} s", True)


def preempting(lab: Site) -> None:
    lab.start_nodes("one-vip")
    moved_to(lab, "all up", lab.a, 5)
    lab.a.stop_nginx()
    moved_to(lab, "NGINX stopped on A", lab.b, 8)
    lab.a.start_nginx()
    moved_to(lab, "started again", lab.a, 8)
    lab.a.stop("keepalived")
    moved_to(lab, "keepalived stopped on A, which announces it", lab.b, 3)
    lab.a.start_keepalived("one-vip")
    moved_to(lab, "started again", lab.a, 8)
    lab.power_off(lab.a)
    moved_to(lab, "A powered off: three adverts missed", lab.b, 6)
    lab.power_on(lab.a, "one-vip")
    moved_to(lab, "A is back", lab.a, 8)


def keeping(lab: Site) -> None:
    lab.clear()
    # The first node to hold the VIP keeps it, so B must not start before A has it.
    lab.start_nodes("one-vip-nopreempt", lab.a)
    lab.start_nodes("one-vip-nopreempt", lab.b)
    moved_to(lab, "nopreempt: all up", lab.a, 5)
    lab.a.stop_nginx()
    moved_to(lab, "nopreempt: NGINX stopped on A", lab.b, 8)
    lab.a.start_nginx()
    # Longer than A takes where it preempts.
    stays = _stays(lab, lab.b, 5)
    check("nopreempt: A is back, and the VIP stays on B", stays)


def _stays(lab: Site, node: Node, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if lab.holders(VIP1) != [node.name] or answering(lab) != node.answer:
            return False
        time.sleep(0.1)
    return True


def three(lab: Site) -> None:
    lab.clear()
    lab.start_nodes("one-vip-three-nodes", *lab.nodes)
    moved_to(lab, "three nodes: all up", lab.a, 5)
    lab.a.stop_nginx()
    moved_to(lab, "three nodes: NGINX stopped on A", lab.b, 8)
    lab.b.stop_nginx()
    moved_to(lab, "three nodes: and on B", lab.c, 8)
    lab.a.start_nginx()
    moved_to(lab, "three nodes: A is back", lab.a, 8)
