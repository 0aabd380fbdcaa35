"""A node is powered off under new connections: how long clients wait, until VRRP has moved its VIP and after."""

from __future__ import annotations

import argparse
import datetime
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.site import rivals
from lab.site.clients import Request, Stream
from lab.site.machines import PUBLIC, VIP1
from lab.site.topology import Site
from testkit import versions
from testkit.checks import check
from testkit.waiting import await_that

LAYOUT = "two-vips"
PER_SECOND = 200
#: Of connections before the fault, by which a gateway learns how long connects take.
WARM = 5.0
#: VRRP needs up to 3.7 s, and what a gateway remembers of the dark VIP has to pass.
LASTS = 7.0
#: How long a client waits.
PATIENCE = 10.0
#: A client that is served within this time notices nothing. Longer than any hedge, and than what a busy machine does to a client.
NOTICEABLE = 0.2
#: The slowest wait and the 99th percentile with a hedge, on a machine on which other programs are at work. Without one both are
#: `connect.timeout`.
HEDGED_BOUND, HEDGED_P99 = 1.0, 0.5
UNHEDGED = 1.5


@dataclass(frozen=True)
class Gateway:
    """A gateway, the settings that matter here, and how it is started on a site whose nodes serve."""

    name: str
    settings: str
    start: Callable[[Site], None]


def vipgate(more: str) -> Callable[[Site], None]:
    return lambda lab: lab.start_single(more=more)


UNHEDGED_VIPGATE = Gateway("vipgate", "no hedge, the default", vipgate(""))
HEDGED = (Gateway("vipgate", "`hedge: auto`", vipgate("connect: { hedge: auto }")),
          Gateway("vipgate", "`hedge: 20ms`", vipgate("connect: { hedge: 20ms }")))
OTHERS = (
    Gateway("iptables", "`statistic` and DNAT", lambda lab: lab.start_iptables()),
    Gateway("HAProxy", "its manual's example: `timeout connect 5s`, `inter 2s fall 3`",
            lambda lab: rivals.start_haproxy(lab.gw1, connect="5s", server="inter 2s fall 3")),
    Gateway("HAProxy", "tuned: `timeout connect 300ms`, `inter 500ms fall 2`, `observe layer4`",
            lambda lab: rivals.start_haproxy(lab.gw1, connect="300ms", redispatch="1", more="timeout check 400ms",
                                             server="inter 500ms fall 2 observe layer4 error-limit 3 on-error mark-down")),
    Gateway("nginx", "its manual's example: `proxy_connect_timeout 1s`",
            lambda lab: rivals.start_nginx_stream(lab.gw1, connect="1s")),
    Gateway("nginx", "tuned: `proxy_connect_timeout 300ms`", lambda lab: rivals.start_nginx_stream(lab.gw1, connect="300ms")),
)


@dataclass
class Outcome:
    """What became of the connections that began while the node was off."""

    #: Of each: seconds until it was served, or infinite.
    waits: list[float] = field(default_factory=list)
    #: Of each round: seconds from the fault until the last one began that waited noticeably.
    noticed: list[float] = field(default_factory=list)
    #: Connections to the node that were open when it lost its power, which nobody can serve.
    cut: int = 0

    def add(self, requests: list[Request], off: tuple[float, float]) -> None:
        """The requests of a round; the moment is known to lie between two."""
        lost = [request for request in requests if request.failed and request.begun <= off[1] and request.connected is not None
                and request.connected <= off[1]]
        self.cut += len(lost)
        after = [request for request in requests if request.begun > off[0] and request not in lost]
        self.waits += [_wait(request) for request in after]
        self.noticed.append(max((request.begun - off[0] for request in after if _wait(request) > NOTICEABLE), default=0.0))

    @property
    def failed(self) -> int:
        return sum(math.isinf(wait) for wait in self.waits)

    @property
    def slowest(self) -> float:
        """Of those that were served, in seconds."""
        return max((wait for wait in self.waits if not math.isinf(wait)), default=0.0)

    @property
    def p99(self) -> float:
        """Infinite when it was not served."""
        return sorted(self.waits)[math.ceil(0.99 * len(self.waits)) - 1]

    def row(self, gateway: Gateway) -> str:
        until = f"{max(self.noticed):.1f} s" if max(self.noticed) else "-"
        return (f"| {gateway.name} | {gateway.settings} | {self.failed} of {len(self.waits)} | {_shown(self.slowest)} | "
                f"{_shown(self.p99)} | {sum(wait > NOTICEABLE for wait in self.waits)} | {until} |")


def _wait(request: Request) -> float:
    return math.inf if request.failed else request.ended - request.begun


def _shown(seconds: float) -> str:
    return "not served" if math.isinf(seconds) else f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def measure(lab: Site, gateway: Gateway, outcome: Outcome) -> None:
    """One power cut."""
    lab.clear()
    lab.start_nodes(LAYOUT)
    gateway.start(lab)
    with Stream(lab.client, PUBLIC, PER_SECOND, timeout=PATIENCE) as stream:
        time.sleep(WARM)
        began = time.monotonic()
        lab.power_off(lab.a)
        off = time.monotonic()
        took = await_that("B has VIP1", LASTS, lambda: lab.b.holds(VIP1))
        time.sleep(max(0.0, began + LASTS - time.monotonic()))
        requests = stream.requests()
    early = [request for request in requests if request.failed and request.ended < began]
    rate = len(requests) / (requests[-1].begun - requests[0].begun)
    check(f"{gateway.name}, {gateway.settings}: {rate:.0f} connections a second, none failed before; VRRP moved VIP1 within "
          f"{took:.1f} s", not early and rate > 0.9 * PER_SECOND)
    outcome.add(requests, (began, off))


def table(rows: list[str]) -> str:
    noticeable = f"over {NOTICEABLE * 1000:.0f} ms"
    return "\n".join((f"\n| gateway | settings | failed | slowest | p99 | {noticeable} | until nobody waits so long |",
                      "|---|---|---|---|---|---|---|", *rows))


def play(lab: Site, _: object) -> None:
    """A node is powered off at 200 new connections a second, without a hedge and with one"""
    rows = []
    for gateway in (UNHEDGED_VIPGATE, HEDGED[0]):
        outcome = Outcome()
        measure(lab, gateway, outcome)
        rows.append(outcome.row(gateway))
        check(f"{gateway.settings}: {outcome.failed} of {len(outcome.waits)} failed, {outcome.cut} were open at the node when it "
              "lost its power", not outcome.failed)
        if gateway is UNHEDGED_VIPGATE:
            check(f"without a hedge the slowest waited {_shown(outcome.slowest)}, about as long as `connect.timeout`",
                  UNHEDGED <= outcome.slowest <= UNHEDGED + HEDGED_BOUND)
        else:
            hedged(lab, gateway, outcome)
    print(table(rows))


def hedged(lab: Site, gateway: Gateway, outcome: Outcome) -> None:
    check(f"{gateway.settings}: the slowest client waited {_shown(outcome.slowest)} (at most {_shown(HEDGED_BOUND)}), p99 "
          f"{_shown(outcome.p99)} (at most {_shown(HEDGED_P99)})", outcome.slowest <= HEDGED_BOUND and outcome.p99 <= HEDGED_P99)
    told = lab.gw1.status()["pools"][0]["connect"]
    delay = told["hedgeDelayMillis"]
    print(f"      the delay is {delay:.0f} ms; the slowest connect by the access log took {_shown(max(lab.gw1.connect_times()))}")
    by, most = told["hedgesBy"], told["hedges"]["most"]
    begun = sum(count for result, count in by.items() if not result.startswith("no_"))
    check(f"{gateway.settings}: hedges {by}, {most} allowed in 10 s", by.get("won", 0) > 0 and begun <= most)


def compare(lab: Site, arguments: argparse.Namespace) -> None:
    """The same beside HAProxy, nginx and iptables, as a table"""
    rivals.require()
    gateways = (*OTHERS, UNHEDGED_VIPGATE, *HEDGED)
    outcomes = {gateway: Outcome() for gateway in gateways}
    for _ in range(arguments.rounds):
        for gateway, outcome in outcomes.items():
            measure(lab, gateway, outcome)
            if gateway in HEDGED:
                hedged(lab, gateway, outcome)
    print(f"\n{arguments.rounds} power cuts each, {PER_SECOND} new connections a second; {versions.vipgate()}, "
          f"{versions.haproxy()}, {versions.nginx()}; {versions.machine()}; {datetime.date.today()}")
    print(table([outcome.row(gateway) for gateway, outcome in outcomes.items()]))
