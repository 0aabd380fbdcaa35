"""The iptables rules and vipgate side by side, when something breaks."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.site.clients import Request, Stream
from lab.site.machines import PUBLIC
from lab.site.topology import Site
from lab.site.vip_moves import VipMoves
from testkit.checks import check

LAYOUT = "two-vips"
#: How long a fault lasts, and how long a client waits: longer than VRRP needs.
LASTS = 7.0
TIMEOUT = 5.0


@dataclass(frozen=True)
class Fault:
    """Something that breaks on node A, and how it is repaired."""

    name: str
    breaks: Callable[[Site], None]
    repairs: Callable[[Site], None]
    #: Whether a gateway that only sees connections can protect requests that begin afterwards.
    can_be_hidden: bool = True


FAULTS = (
    Fault("NGINX stopped", lambda lab: lab.a.signal("nginx", "QUIT"), lambda lab: lab.a.start_nginx()),
    Fault("node powered off", lambda lab: lab.power_off(lab.a), lambda lab: lab.power_on(lab.a, LAYOUT)),
    # It still accepts connections: only a probe that waits for an answer can tell.
    Fault("node frozen", lambda lab: lab.a.freeze(), lambda lab: lab.a.freeze(False), can_be_hidden=False),
    Fault("link cut", lambda lab: lab.switch.cut("inner", lab.a), lambda lab: lab.switch.cut("inner", lab.a, False)),
    Fault("VRRP blocked", lambda lab: [node.block_vrrp() for node in (lab.a, lab.b)],
          lambda lab: [node.block_vrrp(False) for node in (lab.a, lab.b)]),
)


def play(lab: Site, _: object) -> None:
    """iptables against vipgate: failed requests and time to recovery, fault by fault"""
    rows = []
    for fault in FAULTS:
        before = measured(lab, fault, lab.start_iptables)
        now = measured(lab, fault, lab.start_single)
        rows += [f"| {fault.name} | iptables | {before.shown()} |", f"| | vipgate | {now.shown()} |"]
        if fault.can_be_hidden:
            for request in now.unexcused[:5]:
                print(f"      {request}")
            check(f"{fault.name}: with vipgate no request failed that began after it and was not open when a VIP moved",
                  not now.unexcused)
        else:
            check(f"{fault.name}: with vipgate no request fails that began 2 s later", now.recovery < 2)
    print(f"\n| fault on node A, for {LASTS:.0f} s | gateway | failed | the last one began after | slower than 1 s | slowest "
          "| open at the fault, and failed |\n|---|---|---|---|---|---|---|")
    print("\n".join(rows))


@dataclass(frozen=True)
class Outcome:
    """What became of requests while the fault lasted."""

    fault_at: float
    repaired_at: float
    #: When VIPs moved.
    moves: list[float]
    #: Those that began after the fault.
    requests: list[Request]
    #: Those that had begun before it, and failed.
    open_at_fault: int

    @property
    def failed(self) -> list[Request]:
        return [request for request in self.requests if request.failed]

    @property
    def unexcused(self) -> list[Request]:
        return [request for request in self.failed if not request.was_open_at(self.moves)]

    @property
    def recovery(self) -> float:
        """From the fault until the last failed one began, in seconds."""
        return max((request.begun - self.fault_at for request in self.failed), default=0.0)

    def shown(self) -> str:
        served = [request.ended - request.begun for request in self.requests if not request.failed]
        lasted = self.repaired_at - self.fault_at
        until = "-" if not self.failed else f"{self.recovery:.1f} s" if self.recovery < lasted - 0.5 else "as long as it lasted"
        return (f"{len(self.failed)} of {len(self.requests)} | {until} | {sum(took > 1 for took in served)} | "
                f"{max(served, default=0):.2f} s | {self.open_at_fault}")


def measured(lab: Site, fault: Fault, start_gateway: Callable[[], None]) -> Outcome:
    lab.clear()
    lab.start_nodes(LAYOUT)
    start_gateway()
    with VipMoves(lab.nodes, [lab.gw1]) as moves, Stream(lab.client, PUBLIC, timeout=TIMEOUT) as stream:
        time.sleep(1.5)
        fault_at = time.monotonic()
        fault.breaks(lab)
        time.sleep(LASTS)
        repaired_at = time.monotonic()
        requests = stream.requests()
        moments = moves.times()
    fault.repairs(lab)
    early = [request for request in requests if request.failed and request.ended < fault_at]
    check(f"{fault.name}: nothing failed before it ({len(requests)} requests, "
          f"{statistics.median(r.ended - r.begun for r in requests) * 1000:.1f} ms median)", not early)
    # A request that began within 20 ms of the fault counts as open at it: its connection was still to be made.
    after = [request for request in requests if request.begun > fault_at + 0.02]
    open_then = sum(request.failed and request.was_open_at([fault_at]) for request in requests)
    return Outcome(fault_at, repaired_at, moments, after, open_then)
