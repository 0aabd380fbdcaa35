"""Two gateways without VRRP, both active: the router in front of them spreads connections over both."""

from __future__ import annotations

import time

from lab.site.clients import Held, Stream, ask_from
from lab.site.machines import PUBLIC, GatewayHost
from lab.site.topology import ROUTER, Site
from testkit.checks import check

#: What a router needs to notice a lost neighbour: three BFD packets, one every 100 ms.
NOTICED_AFTER = 0.3
HELD = 64


def play(lab: Site, _: object) -> None:
    """Equal-cost routes over both gateways, resilient next-hop groups, and what a gateway's loss costs"""
    lab.start_nodes("two-vips")
    for gateway in lab.gateways:
        gateway.ip("addr", "add", f"{PUBLIC}/32", "dev", "lo")
        gateway.write_config(balance="source-hash", freebind=True)
        gateway.start_vipgate()
        gateway.await_log("is UP", 10, 2)
    client, router = lab.client, lab.router
    router.ip("nexthop", "add", "id", "1", "via", lab.gw1.outer, "dev", "outer")
    router.ip("nexthop", "add", "id", "2", "via", lab.gw2.outer, "dev", "outer")
    router.ip("nexthop", "add", "id", "10", "group", "1/2", "type", "resilient", "buckets", "64", "idle_timer", "60")
    router.ip("route", "add", f"{PUBLIC}/32", "nhid", "10")
    client.ip("route", "add", f"{PUBLIC}/32", "via", ROUTER, "src", "198.51.100.10")

    sources = [f"198.51.100.{number}" for number in range(1, 101)]
    first = {source: request.answer for source, request in ask_from(client, PUBLIC, sources, 4).items()}
    again = {source: request.answer for source, request in ask_from(client, PUBLIC, sources, 4).items()}
    check("100 clients twice, through either gateway: the same endpoints", first == again and len(set(first.values())) == 2)

    with Held(client, PUBLIC, HELD) as held, Stream(client, PUBLIC, 50) as stream:
        time.sleep(1)
        on = {gateway.name: established(gateway) for gateway in lab.gateways}
        check(f"{HELD} connections are spread: {on}", min(on.values()) > HELD // 8)
        lost_at = time.monotonic()
        lab.switch.cut("outer", lab.gw2)
        time.sleep(NOTICED_AFTER)
        router.ip("nexthop", "replace", "id", "10", "group", "1", "type", "resilient")
        noticed_at = time.monotonic()
        time.sleep(2)
        lab.switch.cut("outer", lab.gw2, False)
        time.sleep(0.5)
        router.ip("nexthop", "replace", "id", "10", "group", "1/2", "type", "resilient")
        time.sleep(3)
        outcomes = held.outcomes()
        requests = stream.requests()
    ended = [outcome for outcome in outcomes if outcome["problem"]]
    check(f"a gateway's loss costs its own connections, {len(ended)} of {HELD}, and its return none",
          0 < len(ended) <= on["gw2"] + 1)
    failed = [request for request in requests if request.failed]
    after = ", ".join(f"{request.begun - lost_at:.2f}" for request in failed) or "none"
    check(f"requests: {len(failed)} of {len(requests)} failed, all begun within {noticed_at - lost_at:.2f} s of the loss: {after}",
          all(lost_at - 0.2 <= request.begun <= noticed_at + 0.05 for request in failed))


def established(gateway: GatewayHost) -> int:
    """Clients' connections that stay, on a gateway now."""
    return len(gateway.run("ss", "-Htn", "state", "established", "sport", "=", ":80").splitlines())
