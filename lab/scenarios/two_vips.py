"""Two nodes, two VIPs: each node is the master of one and the backup of the other."""

from __future__ import annotations

from lab.site.clients import ask
from lab.site.machines import VIP1, VIP2, Node
from lab.site.topology import Site
from testkit.checks import check
from testkit.waiting import await_that


def play(lab: Site, _: object) -> None:
    """Active-active: two VIPs, each node the master of one"""
    lab.start_nodes("two-vips")
    moved(lab, "all up", lab.a, lab.b)
    for broken, other in ((lab.a, lab.b), (lab.b, lab.a)):
        broken.stop_nginx()
        moved(lab, f"NGINX stopped on {broken.name.upper()}", other, other)
        broken.start_nginx()
        moved(lab, "started again", lab.a, lab.b)


def moved(lab: Site, what: str, first: Node, second: Node) -> None:
    """Waits until VIP1 and VIP2 are where they belong, as the client sees it."""

    def is_so() -> bool:
        return (ask(lab.client, VIP1, timeout=1)[0].answer == first.answer
                and ask(lab.client, VIP2, timeout=1)[0].answer == second.answer)

    took = await_that(what, 10, is_so)
    check(f"{what}: VIP1 answers {first.answer}, VIP2 {second.answer}, after {took:.1f} s", True)
