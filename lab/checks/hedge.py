"""Hedged connects, their budget and maxConnecting, while the packets of endpoints are dropped: what clients feel, what is counted,
that it is bounded, and what `vipgate explain` says.

As root: it makes a network namespace of its own and runs there on loopback. Needs the jar (target/vipgate.jar), Python 3.11,
iproute2, iptables.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

from lab.checks.loopback import Endpoint, Results, ask, ask_continuously
from testkit import ROOT, commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port

PER_SECOND = 100
HEDGE = 0.02
#: Longer than a command takes on a busy machine.
TIMEOUT = 4.0
BURST = 60
#: A tenth of these is no more than the least budget, so that it is used up for ten seconds.
FEW = 30
#: Of those who come one after the other, in seconds.
GAP = 0.005
MAX_CONNECTING = 5
#: The longest wait with a hedge, on a machine on which other programs are at work.
BOUND = 1.0
#: A client that waits longer has waited for the timeout of a connect.
SLOW = 2.0
#: How long an explanation may take to be right, and counts to be told.
TOLD_WITHIN = 3.0


class Site:
    """Three endpoints, and gateways in front of them, one after the other."""

    def __init__(self) -> None:
        self.endpoints = {name: Endpoint(letter) for name, letter in (("one", "1"), ("two", "2"), ("three", "3"))}
        self.ports = {name: free_port() for name in ("p", "q", "tight")}
        self.admin, self.metrics_port = free_port(), free_port()
        self.gateway: Gateway | None = None

    def start(self, endpoints: tuple[str, ...], pools: dict[str, str]) -> None:
        """A gateway with a listener for each of these pools."""
        self.close_gateway()
        at = ", ".join(f'{name}: "127.0.0.1:{self.endpoints[name].port}"' for name in endpoints)
        listeners = "".join(f'  {pool}: {{ bind: "127.0.0.1:{self.ports[pool]}", pool: {pool} }}\n' for pool in pools)
        each = "".join(f"  {pool}: {{ balance: round-robin, endpoints: {{ {at} }}, {more} }}\n" for pool, more in pools.items())
        self.gateway = Gateway(f'listeners:\n{listeners}pools:\n{each}admin: {{ bind: "127.0.0.1:{self.admin}" }}\n'
                               f'metrics: {{ bind: "127.0.0.1:{self.metrics_port}" }}\n')
        self.gateway.await_log("is UP", 10, len(endpoints) * len(pools))

    def drop(self, *names: str) -> None:
        """All packets to and from these endpoints, and no others, are lost from now on."""
        commands.run("iptables", "-w", "-F", "INPUT")
        for name in names:
            for direction in ("--dport", "--sport"):
                commands.run("iptables", "-w", "-A", "INPUT", "-p", "tcp", direction, self.endpoints[name].port, "-j", "DROP")

    def command(self, *words: str) -> str:
        assert self.gateway is not None
        return commands.run(ROOT / "vipgate", *words, "-c", self.gateway.file)

    def connect(self, pool: str) -> dict[str, object]:
        """How a pool connects, by the status."""
        pools = json.loads(self.command("status", "--json"))["pools"]
        return next(each for each in pools if each["name"] == pool)["connect"]

    def explain(self, pool: str) -> str:
        return self.command("explain", "--listener", pool, "--client", "127.0.0.1")

    def metrics(self) -> str:
        return commands.run("curl", "-fsS", "-m", "5", f"http://127.0.0.1:{self.metrics_port}/metrics")

    def metric(self, name: str, **labels: str) -> float:
        shown = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        found = re.search(rf"^{re.escape(name)}\{{{re.escape(shown)}\}} (\S+)$", self.metrics(), re.MULTILINE)
        return float(found[1]) if found else float("nan")

    def close_gateway(self) -> None:
        if self.gateway is not None:
            self.gateway.close()
            self.gateway = None

    def close(self) -> None:
        self.close_gateway()
        for endpoint in self.endpoints.values():
            endpoint.close()


async def burst(port: int, count: int, gap: float = 0) -> list[tuple[str, float]]:
    """So many clients, at the same time or one soon after the other: who answered each, "" for nobody, and after how many
    seconds."""

    async def one(number: int) -> tuple[str, float]:
        await asyncio.sleep(number * gap)
        began = time.monotonic()
        letter = await ask(port, Results(), 3 * TIMEOUT)
        return letter, time.monotonic() - began

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def await_told(says: Callable[[], str], pattern: str) -> str:
    """What is said, when it is what it should be, or when that has not come in time."""
    deadline = time.monotonic() + TOLD_WITHIN
    while not re.search(pattern, said := await asyncio.to_thread(says)) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    return said


async def dark_second_endpoints(site: Site) -> None:
    """The second endpoint of every pool goes dark under a steady load."""
    site.start(("one", "two"), {pool: f"connect: {{ timeout: 4s, hedge: {HEDGE * 1000:.0f}ms }}" for pool in ("p", "q")})
    is_over = asyncio.Event()
    loads = {pool: Results() for pool in ("p", "q")}
    #: Of each pool: when clients began, and how long they took.
    timed: dict[str, list[tuple[float, float]]] = {pool: [] for pool in loads}

    async def ask_and_time(pool: str) -> None:
        """Beside the load, one client after the other, each of which is timed."""
        while not is_over.is_set():
            began = time.monotonic()
            # One that was under way when its endpoint went dark has no answer: the next is to begin soon all the same.
            await ask(site.ports[pool], loads[pool], 1.5 * BOUND)
            timed[pool].append((began, time.monotonic() - began))

    tasks = [asyncio.create_task(task) for pool, results in loads.items()
             for task in (ask_continuously(site.ports[pool], PER_SECOND, results, is_over), ask_and_time(pool))]
    await asyncio.sleep(3)
    site.drop("two")
    # What was open there by now is lost.
    dark = time.monotonic()
    await asyncio.sleep(4)
    said = await await_told(lambda: site.explain("p"), "no second endpoint")
    is_over.set()
    await asyncio.gather(*tasks)
    for pool, results in loads.items():
        told = await asyncio.to_thread(site.connect, pool)
        begun = sum(count for result, count in told["hedgesBy"].items() if not result.startswith("no_"))
        failed = sum(began >= dark for began in results.failures)
        waits = [took for began, took in timed[pool] if began >= dark]
        check(f"{pool}: its second endpoint is dark: {failed} of {results.total} failed, the slowest of {len(waits)} waited "
              f"{max(waits, default=0) * 1000:.0f} ms (at most {BOUND * 1000:.0f} ms)",
              not failed and 0 < max(waits, default=0) <= BOUND)
        won = site.metric("vipgate_pool_hedges_total", pool=pool, result="won")
        check(f"{pool}: hedges are counted, and bounded: {told['hedgesBy']}, {begun} begun of at most {told['hedges']['most']} in "
              "10 s", won == told["hedgesBy"].get("won", 0) > 0 and begun <= told["hedges"]["most"])
    shown = re.search(r"^hedge: .*$", said, re.MULTILINE)
    check(f"explain says what becomes of the next one: {shown[0] if shown else said}", shown is not None
          and "no second endpoint that nothing speaks against" in shown[0])


async def budget_used_up(site: Site) -> None:
    """More clients at once at a dark endpoint than the budget has hedges for."""
    site.drop()
    site.start(("one", "two", "three"), {"p": f"connect: {{ timeout: 4s, hedge: {HEDGE * 1000:.0f}ms }}"})
    site.drop("three")
    clients = asyncio.create_task(burst(site.ports["p"], FEW))
    await asyncio.sleep(0.5)
    said = await await_told(lambda: site.explain("p"), "budget is used up")
    outcomes = await clients
    told = await asyncio.to_thread(site.connect, "p")
    by = told["hedgesBy"]
    begun = sum(count for result, count in by.items() if not result.startswith("no_"))
    slow = sum(took > SLOW for _, took in outcomes)
    denied = by.get("no_budget", 0)
    check(f"budget: {FEW} clients at once, a third of them at a dark endpoint: {begun} hedges, and {denied} that there was no "
          f"budget for ({by})", begun == told["hedges"]["most"] == 3 and denied >= FEW / 10)
    # On a busy machine a healthy endpoint may be slow, too, and want for a hedge that it does not need.
    check(f"budget: {slow} waited for the connect's timeout; nobody failed", FEW / 10 <= slow <= denied
          and all(letter for letter, _ in outcomes) and max(took for _, took in outcomes) < 2 * TIMEOUT)
    check("budget: the metrics say so too",
          site.metric("vipgate_pool_hedges_total", pool="p", result="no_budget") == denied)
    shown = re.search(r"^hedge: .*$", said, re.MULTILINE)
    check(f"budget: explain: {shown[0] if shown else said}", shown is not None and "the budget is used up" in shown[0])


async def max_connecting(site: Site) -> None:
    """An endpoint is skipped that has so many connects under way; with all of them dark clients are refused."""
    site.drop()
    site.start(("one", "two", "three"), {"tight": f"maxConnecting: {MAX_CONNECTING}, connect: {{ timeout: 8s }}"})
    site.drop("three")
    # The connects must still be under way when explain, a process of its own, gets to ask, also on a busy machine. At the same
    # time even those who answer at once would have too many under way.
    clients = asyncio.create_task(burst(site.ports["tight"], BURST, GAP))
    await asyncio.sleep(BURST * GAP + 0.2)
    gauge = await asyncio.to_thread(site.metric, "vipgate_endpoint_connecting", endpoint="three", pool="tight")
    said = await await_told(lambda: site.explain("tight"), "maxConnecting")
    outcomes = await clients
    slow = sum(took > SLOW for _, took in outcomes)
    check(f"maxConnecting {MAX_CONNECTING}: of {BURST} clients {slow} waited for a dark endpoint; nobody failed",
          1 <= slow <= MAX_CONNECTING and all(letter for letter, _ in outcomes))
    check(f"maxConnecting: the metrics had {gauge:.0f} connects under way there", gauge == MAX_CONNECTING)
    shown = re.search(r"^.*maxConnecting.*$", said, re.MULTILINE)
    check(f"maxConnecting: explain: {shown[0].strip() if shown else said}",
          shown is not None and f"{MAX_CONNECTING} connects" in shown[0])
    after = await asyncio.to_thread(site.metric, "vipgate_endpoint_connecting", endpoint="three", pool="tight")
    check(f"maxConnecting: and {after:.0f} afterwards", after == 0)
    await all_dark(site)


async def all_dark(site: Site) -> None:
    """Nobody can be reached: so many clients wait, and the rest are refused at once."""
    site.drop(*site.endpoints)
    outcomes = asyncio.create_task(burst(site.ports["tight"], BURST, GAP))
    await asyncio.sleep(BURST * GAP + 0.5)
    under_way = [await asyncio.to_thread(site.metric, "vipgate_endpoint_connecting", endpoint=name, pool="tight")
                 for name in site.endpoints]
    prompt = sum(not letter and took < SLOW for letter, took in await outcomes)
    refused = site.metric("vipgate_listener_refused_total", listener="tight", reason="no_endpoint")
    check(f"maxConnecting: all dark: {under_way} connects under way, {prompt} of {BURST} clients were refused at once "
          f"({refused:.0f} by the metrics)", under_way == [MAX_CONNECTING] * 3 and prompt == refused == BURST - 3 * MAX_CONNECTING)


async def run(site: Site) -> None:
    await dark_second_endpoints(site)
    await budget_used_up(site)
    await max_connecting(site)


def main() -> int:
    parser = commands.argument_parser("lab/checks/hedge", __doc__)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    if not parser.parse_args().inside:
        # A namespace without a name: it is gone with its last process.
        os.execvp("unshare", ["unshare", "--net", sys.executable, "-m", "lab.checks.hedge", *sys.argv[1:], "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    site = Site()
    try:
        asyncio.run(run(site))
    finally:
        site.close()
    return summary()


if __name__ == "__main__":
    sys.exit(main())
