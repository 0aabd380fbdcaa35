"""An LVS configuration of keepalived, imported: weights, persistence, the sorry server."""

from __future__ import annotations

import time
from collections import Counter

from lab.site.clients import ask_from
from lab.site.machines import PUBLIC
from lab.site.topology import LEGACY, Site
from testkit import ROOT
from testkit.checks import check
from testkit.commands import run

#: Clients that come again and again, and clients that stay away for longer than persistence_timeout.
REGULARS = [f"198.51.100.{number}" for number in range(20, 50)]
OTHERS = [f"198.51.100.{number}" for number in range(50, 110)]
NEWCOMERS = [f"198.51.100.{number}" for number in range(110, 130)]
PERSISTENCE = 50


def play(lab: Site, _: object) -> None:
    """Persistence: a keepalived virtual_server with weights and a sorry_server, imported"""
    for node in lab.nodes:
        node.start_nginx()
    lab.gw1.take_public()
    (lab.gw1.directory / "gateway.yaml").write_text(
        run(ROOT / "vipgate", "import", "keepalived", LEGACY / "keepalived-lvs.conf"))
    lab.gw1.start_vipgate()
    lab.gw1.await_up(3)

    began = time.monotonic()
    others = answered(lab, OTHERS)
    regulars = answered(lab, REGULARS)
    counted = Counter([*others.values(), *regulars.values()])
    # Each event loop has a smooth round robin of its own: a remainder of one turn of six on each.
    check(f"weights 5 and 1: {dict(counted)} of 90 (75 +- 10 for nginx-1)",
          set(counted) == {"nginx-1", "nginx-2"} and abs(counted["nginx-1"] - 75) <= 10)
    time.sleep(3)
    check("the same client returns to the same endpoint", answered(lab, REGULARS) == answered(lab, REGULARS) == regulars)

    lab.a.stop_nginx()
    check("its endpoint dies: the clients move, and no request fails", set(answered(lab, REGULARS).values()) == {"nginx-2"})
    lab.gw1.await_log("192.0.2.101.* is DOWN", 20)
    lab.a.start_nginx()
    lab.gw1.await_up(3)
    check("the endpoint returns: clients that have moved stay where they are", set(answered(lab, REGULARS).values()) == {"nginx-2"})

    lab.a.stop_nginx()
    lab.b.stop_nginx()
    check("both are gone: the sorry server answers", set(answered(lab, NEWCOMERS).values()) == {"nginx-3"})
    lab.gw1.await_log("192.0.2.102.* is DOWN", 20)
    lab.a.start_nginx()
    lab.b.start_nginx()
    lab.gw1.await_up(3, 30)

    time.sleep(max(0.0, began + PERSISTENCE + 2 - time.monotonic()))
    again = answered(lab, OTHERS)
    moved = sum(again[client] != others[client] for client in OTHERS)
    check(f"{PERSISTENCE} s after its last connection a client is balanced again: {moved} of 60 have moved",
          moved > 0 and set(again.values()) == {"nginx-1", "nginx-2"})


def answered(lab: Site, clients: list[str]) -> dict[str, str]:
    return {client: request.answer or request.problem for client, request in ask_from(lab.client, PUBLIC, clients).items()}
