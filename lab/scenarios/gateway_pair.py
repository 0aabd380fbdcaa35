"""A pair of gateways: one gateway would be a single point of failure."""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.site.clients import Request, Stream, ask_from
from lab.site.machines import PUBLIC, PUBLIC_6, GatewayHost
from lab.site.topology import Site
from lab.site.vip_moves import VipMoves
from testkit.checks import check
from testkit.waiting import await_that

PER_SECOND = 50
#: A connect that takes longer has lost its SYN and waited for the kernel to send it again, after a second.
PROMPT = 0.5


@dataclass(frozen=True)
class Fault:
    """What happens to the active gateway, how it is repaired, and within how many seconds new clients must be served again."""

    name: str
    breaks: Callable[[Site, GatewayHost], None]
    repairs: Callable[[Site, GatewayHost], None]
    bound: float


FAULTS = (
    Fault("vipgate killed (-9)", lambda _, gw: gw.signal("vipgate", "KILL"), lambda _, gw: gw.start_vipgate(), 1),
    Fault("outer link cut", lambda lab, gw: lab.switch.cut("outer", gw), lambda lab, gw: lab.switch.cut("outer", gw, False), 1),
    Fault("inner link cut", lambda lab, gw: lab.switch.cut("inner", gw), lambda lab, gw: lab.switch.cut("inner", gw, False), 1),
    Fault("vipgate frozen (SIGSTOP)", lambda _, gw: gw.signal("vipgate", "STOP"),
          lambda _, gw: gw.signal("vipgate", "CONT"), 3),
    Fault("planned switch (SIGTERM)", lambda _, gw: gw.signal("vipgate", "TERM"), lambda _, gw: gw.start_vipgate(), 0),
)


def play(lab: Site, arguments: argparse.Namespace) -> None:
    """A pair of gateways, and what the loss of the active one costs"""
    lab.start_nodes("two-vips")
    lab.start_pair("source-hash")
    for gateway in lab.gateways:
        await_that(f"{gateway.name} is ready", 10, gateway.is_ready)
    same_endpoints(lab)
    rows = []
    for fault in FAULTS:
        outcomes = [played(lab, fault) for _ in range(arguments.rounds)]
        times = [outcome.gap for outcome in outcomes]
        failed = sum(outcome.failed for outcome in outcomes)
        cut = sum(outcome.cut for outcome in outcomes)
        late = sum(outcome.late for outcome in outcomes)
        apart = f"{cut} were cut, being open when the address moved, {late} waited for a second SYN"
        shown = f"{min(times):.2f} / {statistics.median(times):.2f} / {max(times):.2f} s"
        if fault.bound:
            check(f"{fault.name}: new clients served again after {shown} (min, median, max of {len(times)}; at most "
                  f"{fault.bound} s); {failed} failed, {apart}", max(times) <= fault.bound)
        else:
            check(f"{fault.name}: {failed} failed, {apart}", failed == 0)
        rows.append(f"| {fault.name} | {shown if fault.bound else '-'} | {failed / len(times):.1f} | {cut / len(times):.1f} | "
                    f"{late / len(times):.1f} |")
    print(f"\n| fault of the active gateway | served again after (min / median / max of {arguments.rounds}) | failed | cut | late |"
          "\n|---|---|---|---|---|")
    print("\n".join(rows))


def pair(lab: Site) -> tuple[GatewayHost, GatewayHost]:
    """The gateway that holds the public address, and the other one."""
    return (lab.gw1, lab.gw2) if lab.gw1.holds_public() else (lab.gw2, lab.gw1)


@dataclass(frozen=True)
class Outcome:
    """What became of requests that began after the fault."""

    gap: float
    failed: int
    #: Failed too, but their connections were open when the address moved.
    cut: int
    late: int


def played(lab: Site, fault: Fault) -> Outcome:
    active, standby = pair(lab)
    await_that("one gateway has the address", 5, lambda: active.holds_public() and not standby.holds_public())
    before = _backups(active)
    with VipMoves(lab.gateways) as moves, Stream(lab.client, PUBLIC, PER_SECOND, timeout=4) as stream:
        time.sleep(0.5)
        fault_at = time.monotonic()
        fault.breaks(lab, active)
        # A planned switch ends with its grace.
        await_that(f"{fault.name}: the address moves", 6, standby.holds_public)
        time.sleep(1.5 if fault.bound else 4)
        requests = stream.requests()
        moments = moves.times()
    lost = [request for request in requests if request.begun > fault_at and not _is_prompt(request)]
    # From the fault until the first one began after which all are served at once.
    after = [request for request in requests if request.begun > max((r.begun for r in lost), default=fault_at)]
    gap = after[0].begun - fault_at if lost else 0.0
    if not fault.bound:
        await_that("it has stopped", 15, lambda: not active.runs("vipgate"))
    fault.repairs(lab, active)
    await_that(f"{fault.name}: the old gateway is a standby again", 15, lambda: _backups(active) > before)
    await_that(f"{fault.name}: and ready", 5, active.is_ready)
    # Its script must have passed twice before it may take over.
    time.sleep(1)
    check(f"{fault.name}: the old gateway's return moves nothing", standby.holds_public() and not active.holds_public())
    # Connections that were open when the address moved: their next packets reach the other gateway, which does not know them.
    cut = sum(request.failed and request.connected is not None and request.was_open_at(moments) for request in lost)
    return Outcome(gap, sum(request.failed for request in lost) - cut, cut, sum(not request.failed for request in lost))


def _is_prompt(request: Request) -> bool:
    return not request.failed and request.connected is not None and request.connected - request.begun < PROMPT


def _backups(gateway: GatewayHost) -> int:
    return len(re.findall(r"Entering BACKUP STATE", gateway.log("keepalived")))


def same_endpoints(lab: Site) -> None:
    """A thousand clients, through one gateway and then through the other."""
    clients = [f"198.51.100.{number}" for number in range(1, 251)], [f"2001:db8:c:{number:x}::1" for number in range(1, 751)]

    def endpoints() -> dict[str, str]:
        found: dict[str, str] = {}
        for public, sources in zip((PUBLIC, PUBLIC_6), clients, strict=True):
            found |= {source: request.answer or request.problem
                      for source, request in ask_from(lab.client, public, sources, 8).items()}
        return found

    active, standby = pair(lab)
    first = endpoints()
    counts = {answer: list(first.values()).count(answer) for answer in set(first.values())}
    check(f"1,000 clients through {active.name}: {counts}", len(first) == 1000 and set(counts) == {"nginx-1", "nginx-2"}
          and min(counts.values()) > 400)
    active.stop("keepalived")
    await_that("the address moves", 5, standby.holds_public)
    second = endpoints()
    check(f"the same endpoints through {standby.name}", first == second)
    active.start_keepalived()
    await_that("the other is a standby", 10, lambda: _backups(active) > 0)
    time.sleep(1)
