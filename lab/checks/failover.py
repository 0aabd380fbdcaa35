"""How long the gateway takes to notice an endpoint's death and return, and how many connections fail, at default settings
with tcp probes: killed (its port refuses), unreachable (its packets are dropped) and back, under 200 new connections a second.

Bounds: DOWN within 0.9 s when it refuses and 2.5 s when it is unreachable; UP again within interval + timeout + (rise - 1) x
fastInterval + 0.1 s = 1.1 s of its return; no connection fails that began after the event. As root: it makes a network
namespace of its own and runs there on loopback. Needs the jar (target/vipgate.jar), Python 3.11, iproute2, iptables.
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import time

from lab.checks.loopback import Endpoint, Results, ask, ask_continuously
from testkit import commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port

PER_SECOND = 200
DOWN = r"endpoint p/one is DOWN"
UP = r"endpoint p/one is UP"


def drop(port: int, is_dropped: bool) -> None:
    for direction in ("--dport", "--sport"):
        subprocess.run(["iptables", "-w", "-A" if is_dropped else "-D", "INPUT", "-p", "tcp", direction, str(port), "-j",
                        "DROP"], check=True)


class Failover:
    def __init__(self) -> None:
        self.port = free_port()
        self.one, self.two = Endpoint("1"), Endpoint("2")
        self.gateway = Gateway(self.gateway_config())
        self.load = Results()
        self.times: dict[str, list[float]] = {}
        self.failed: dict[str, list[int]] = {}

    async def seen(self, what: str, pattern: str, act: object) -> None:
        """Does something, and waits until the log shows that the probes noticed it."""
        before = len(re.findall(pattern, self.gateway.log()))
        began = time.monotonic()
        await asyncio.to_thread(act)
        # Connections that began in between may still have found the endpoint as it was before.
        done = time.monotonic()
        # An endpoint's start returns when it answers.
        began = done if pattern == UP else began
        await asyncio.to_thread(self.gateway.await_log, pattern, 20, before + 1)
        self.times.setdefault(what, []).append(time.monotonic() - began)
        await asyncio.sleep(1)
        self.failed.setdefault(what, []).append(sum(failure >= done for failure in self.load.failures))

    async def run(self, rounds: int) -> None:
        is_over = asyncio.Event()
        load = asyncio.create_task(ask_continuously(self.port, PER_SECOND, self.load, is_over))
        await asyncio.to_thread(self.gateway.await_log, UP, 10)
        for number in range(rounds):
            if number > 0:
                # The third recovery within five minutes is damped, as it should be: begin with a new gateway.
                is_over.set()
                await load
                self.gateway.close()
                self.gateway = Gateway(self.gateway_config())
                is_over = asyncio.Event()
                load = asyncio.create_task(ask_continuously(self.port, PER_SECOND, self.load, is_over))
                await asyncio.to_thread(self.gateway.await_log, UP, 10)
            await asyncio.sleep(0.37 * (number % 7))
            await self.seen("killed: DOWN", DOWN, self.one.kill)
            await self.seen("back: UP", UP, self.one.start)
            await self.seen("unreachable: DOWN", DOWN, lambda: drop(self.one.port, True))
            await self.seen("reachable again: UP", UP, lambda: drop(self.one.port, False))
        is_over.set()
        await load
        await self.all_down()
        for what, bound in (("killed: DOWN", 0.9), ("back: UP", 1.1), ("unreachable: DOWN", 2.5), ("reachable again: UP", 1.1)):
            times = self.times[what]
            check(f"{what}: {min(times):.2f} / {statistics.median(times):.2f} / {max(times):.2f} s (min, median, max of "
                  f"{len(times)}; at most {bound} s)", max(times) <= bound)
            check(f"{what}: no connection failed that began afterwards", not any(self.failed[what]))
        print(f"   {self.load.total} connections, {len(self.load.failures)} failed that began before an event")

    async def all_down(self) -> None:
        """No endpoint is left, and clients are refused; the first endpoint to return serves at once."""
        self.gateway.close()
        self.gateway = Gateway(self.gateway_config("onNoHealthy: reject, "))
        await asyncio.to_thread(self.gateway.await_log, "is UP", 10, 2)
        self.one.kill()
        self.two.kill()
        await asyncio.to_thread(self.gateway.await_log, "is DOWN", 10, 2)
        times, results = [], Results()
        for _ in range(50):
            began = time.monotonic()
            await ask(self.port, results)
            times.append(time.monotonic() - began)
        check(f"all down, reject: {statistics.median(times) * 1000:.1f} / {max(times) * 1000:.1f} ms until a new client is "
              "refused (median, max of 50; at most 100 ms)", max(times) <= 0.1 and not results.answers)
        await asyncio.to_thread(self.two.start)
        began = time.monotonic()
        while not await ask(self.port, results) and time.monotonic() - began < 10:
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        check(f"the first to return serves after {took:.2f} s (at most 1.1 s)", took <= 1.1)

    def gateway_config(self, more: str = "") -> str:
        return (f'listeners: {{ web: {{ bind: "127.0.0.1:{self.port}", pool: p }} }}\n'
                f'pools: {{ p: {{ {more}endpoints: {{ one: "127.0.0.1:{self.one.port}", two: "127.0.0.1:{self.two.port}" }} '
                f'}} }}\n')

    def close(self) -> None:
        self.gateway.close()
        self.one.close()
        self.two.close()


def main() -> int:
    parser = commands.argument_parser("lab/checks/failover", __doc__)
    parser.add_argument("--rounds", type=int, default=5, help="deaths and returns of each kind (default: 5)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        # A namespace without a name: it is gone with its last process.
        os.execvp("unshare", ["unshare", "--net", sys.executable, "-m", "lab.checks.failover", *sys.argv[1:], "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    failover = Failover()
    try:
        asyncio.run(failover.run(arguments.rounds))
    finally:
        failover.close()
    return summary()


if __name__ == "__main__":
    sys.exit(main())
