"""S2: two nodes, two VIPs."""

from __future__ import annotations

from checks import check
from scenarios.asking import ask
from topology import VIP1, VIP2, Node, Site, await_that


def play(lab: Site, _: object) -> None:
    """Active-active: two VIPs, each node the master of one"""
    lab.start_nodes("s2-active-active")
    moved(lab, "all up", lab.a, lab.b)
    for broken, other in ((lab.a, lab.b), (lab.b, lab.a)):
        broken.stop_nginx()
        moved(lab, f"NGINX stopped on {broken.name.upper()}", other, other)
        broken.start_nginx()
        moved(lab, "started again", lab.a, lab.b)


def moved(lab: Site, what: str, first: Node, second: Node) -> None:
    """Waits until VIP1 and VIP2 are where they belong, as the client sees it."""

    def is_so() -> bool:
        return (ask(lab.client, VIP1, patience=1)[0].answer == first.answer
                and ask(lab.client, VIP2, patience=1)[0].answer == second.answer)

    took = await_that(what, 10, is_so)
    check(f"{what}: VIP1 answers {first.answer}, VIP2 {second.answer}, after {took:.1f} s", True)
