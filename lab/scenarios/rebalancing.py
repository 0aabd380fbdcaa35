"""A node is back, and the idle connections that sit on the other one come back to it, little by little."""

from __future__ import annotations

import bisect
import json
import pathlib
import re
import time

from lab.site.clients import RunningClient
from lab.site.machines import PUBLIC
from lab.site.topology import Site
from testkit.checks import check
from testkit.hosts import Host
from testkit.waiting import await_that

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "site"
IDLE = 2000
#: In the midst of something, of each kind.
BUSY = 10
KINDS = "due", "stuck", "active"
TOTAL = IDLE + len(KINDS) * BUSY
#: Of the pool's relays in a second.
RATE = 0.1
AFTER = 5.0
SETTINGS = f"rebalance: {{ when: recovery, after: {AFTER:.0f}s, over: 20 %, idleFor: 2s, rate: {RATE * 100:.0f} % }}"
WITHIN = 60.0
#: Part by which an endpoint may be off its share.
OFF_BY = 0.05


class IdleClients(RunningClient):
    """Those of ``idle_program.py``."""

    def __init__(self, host: Host, address: str) -> None:
        kinds = [word for kind in KINDS for word in (f"--{kind}", BUSY)]
        super().__init__(host, address, "--idle", IDLE, *kinds, program=PROGRAMS / "idle_program.py")

    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines()]

    def count(self, what: str) -> int:
        return sum(event["what"] == what for event in self.events())


class Fins(RunningClient):
    """When the gateway sent FIN to clients."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, "outer", 80, program=PROGRAMS / "fin_program.py")
        await_that("FINs are watched", 10, self.lines)

    def times(self) -> list[float]:
        return sorted(float(line) for line in self.lines()[1:])


def play(lab: Site, _: object) -> None:
    """2,000 idle connections of one node, when the other is back: closed at a bounded rate, and nobody who is busy"""
    lab.start_nodes("two-vips")
    # By their own addresses, which VRRP leaves where they are: a VIP comes back on the other node, within seconds.
    lab.gw1.write_config(endpoints="".join(f"{node.name}: {node.address}:80\n      " for node in (lab.a, lab.b)), more=SETTINGS)
    lab.gw1.take_public()
    lab.gw1.start_vipgate()
    lab.gw1.await_up(2)
    lab.power_off(lab.a)
    lab.gw1.await_log("endpoint nginx/a is DOWN")
    with IdleClients(lab.client, PUBLIC) as clients:
        await_that(f"{TOTAL} clients are connected", 30, lambda: clients.count("connected") >= TOTAL, 0.2)
        check(f"A powered off: all {TOTAL} connections are at B", relays(lab) == {"a": 0, "b": TOTAL})
        lab.power_on(lab.a, "two-vips")
        lab.gw1.await_log("endpoint nginx/a is UP", 20, 2)
        up = time.monotonic()
        with Fins(lab.client) as fins:
            await_that("the shares are even", WITHIN, lambda: is_even(lab), 0.5)
            took = time.monotonic() - up
            await_that("it comes to an end", 20, lambda: is_over(clients), 0)
            closes(clients, fins.times(), up)
        check(f"A is back: shares within {OFF_BY:.0%} {took:.1f} s after it is UP (at most {WITHIN:.0f} s), and still: "
              f"{relays(lab)}", is_even(lab))
        counted(lab, clients)
        clients.end()
        busy(clients)


def relays(lab: Site) -> dict[str, int]:
    return {endpoint["name"]: endpoint["connections"] for endpoint in lab.gw1.status()["pools"][0]["endpoints"]}


def is_even(lab: Site) -> bool:
    counts = relays(lab)
    return sum(counts.values()) == TOTAL and all(abs(count - TOTAL / 2) <= OFF_BY * TOTAL / 2 for count in counts.values())


def is_over(clients: IdleClients) -> bool:
    """Whether nobody is closed for some seconds."""
    before = clients.count("fin")
    time.sleep(2.5)
    return clients.count("fin") == before


def closes(clients: IdleClients, fins: list[float], up: float) -> None:
    """How many connections were closed and how fast, by the gateway's FINs, and how it looked to the clients."""
    ends = [event for event in clients.events() if event["what"] not in ("connected", "fin")]
    first = min((float(str(event["at"])) for event in clients.events() if event["what"] == "fin"), default=0.0)
    most, allowed = most_within(fins, 1.0), RATE * TOTAL
    lasted = fins[-1] - fins[0] if fins else 0.0
    check(f"{len(fins)} were closed in {lasted:.1f} s, at most {most} in any second ({allowed:.0f} are allowed)",
          0 < most <= allowed and first >= up + AFTER - 1)
    check(f"by FIN, all of them: {clients.count('fin')} {ends[:3]}", clients.count("fin") == len(fins) and not ends)


def most_within(times: list[float], window: float) -> int:
    """The most in any stretch of time so long."""
    return max((bisect.bisect_left(times, begin + window) - i for i, begin in enumerate(times)), default=0)


def busy(clients: IdleClients) -> None:
    """Nobody was closed who waited for an answer, had bytes under way, or was active."""
    for kind in KINDS:
        ends = [event for event in clients.events() if event["kind"] == kind and event["what"] != "connected"]
        check(f"{kind}: {BUSY} connections outlived it, and end with all their bytes",
              [event["what"] for event in ends] == ["complete"] * BUSY)


def counted(lab: Site, clients: IdleClients) -> None:
    line = r'^vipgate_relay_closed_total\{endpoint="(\w+)",pool="nginx",reason="rebalanced"\} (\S+)$'
    closed = {found[1]: int(float(found[2])) for found in re.finditer(line, lab.gw1.metrics(), re.MULTILINE)}
    check(f"the metrics count them: {closed}", closed == {"a": 0, "b": clients.count("fin")})
