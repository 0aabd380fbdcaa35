"""A planned switch without a stop: keepalived, as it is shipped, follows ``vipgate standby``."""

from __future__ import annotations

import time

from lab.scenarios.gateway_pair import pair
from lab.site.clients import Request, Stream
from lab.site.machines import PUBLIC, GatewayHost
from lab.site.topology import Site
from lab.site.vip_moves import VipMoves
from testkit.checks import check
from testkit.waiting import await_that

PER_SECOND = 50
#: The script runs every second and must fail twice.
MOVED_WITHIN = 5.0
#: A request that takes longer has lost its SYN, which the kernel sends again after a second.
PROMPT = 0.5
#: What the script needs to pass twice, and a little.
ELIGIBLE_AFTER = 3.0


def play(lab: Site, _: object) -> None:
    """The pair: standby moves the address while both serve; active; back again; both at once"""
    lab.start_nodes("two-vips")
    lab.start_pair()
    for gateway in lab.gateways:
        await_that(f"{gateway.name} is ready", 10, gateway.is_ready)
    with VipMoves(lab.gateways) as moves, Stream(lab.client, PUBLIC, PER_SECOND, timeout=4) as stream:
        time.sleep(0.5)
        began = time.monotonic()
        # Who has the address keeps it (nopreempt): it comes back when the other one stands by.
        for gateway in (lab.gw1, lab.gw2):
            switched(lab, gateway)
        time.sleep(0.5)
        requests = stream.requests()
        moments = moves.times()
    served([request for request in requests if request.begun > began], moments)
    both(lab)


def switched(lab: Site, gateway: GatewayHost) -> None:
    """A gateway that has the address stands by, and is made active again."""
    active, other = pair(lab)
    check(f"{gateway.name} has the address", active is gateway)
    gateway.vipgate("standby")
    took = await_that("the address moves", MOVED_WITHIN, lambda: other.holds_public() and not gateway.holds_public())
    check(f"standby on {gateway.name}: {other.name} has the address after {took:.1f} s", True)
    status = gateway.status()
    status = gateway.status()
    check(f"{gateway.name} is not ready, and says since when it stands by", not gateway.is_ready() and not status["ready"]
          and status["standbySince"] is not None)
    gateway.vipgate("active")
    await_that(f"{gateway.name} is ready", 3, gateway.is_ready)
    time.sleep(ELIGIBLE_AFTER)
    check(f"active on {gateway.name}: the address stays where it is", other.holds_public() and not gateway.holds_public()
          and gateway.status()["standbySince"] is None)


def served(requests: list[Request], moments: list[float]) -> None:
    """Nobody is refused, and nothing fails but what was open when the address moved."""
    failed = [request for request in requests if request.failed]
    cut = [request for request in failed if request.connected is not None and request.was_open_at(moments)]
    late = [request for request in requests if not request.failed and request.ended - request.begun >= PROMPT]
    refused = [request for request in failed if "refused" in request.problem]
    slowest = max(request.ended - request.begun for request in requests if not request.failed)
    check(f"{len(requests)} requests through two switches: {len(refused)} refused, {len(failed) - len(cut)} failed, {len(cut)} "
          f"were cut, being open when the address moved, {len(late)} waited for a second SYN; the slowest took {slowest:.2f} s "
          f"{[request for request in failed if request not in cut][:3]}", len(failed) == len(cut) and not refused)


def both(lab: Site) -> None:
    """Where both stand by, nobody has the address."""
    for gateway in lab.gateways:
        gateway.vipgate("standby")
    await_that("neither gateway has the address", MOVED_WITHIN, lambda: not any(gateway.holds_public() for gateway in lab.gateways))
    time.sleep(1)
    check("both stand by: the address is on neither", not any(gateway.holds_public() for gateway in lab.gateways))
    lab.gw1.vipgate("active")
    took = await_that("the address is back", 10, lab.gw1.holds_public)
    check(f"one of them active: it has the address after {took:.1f} s", not lab.gw2.holds_public())
