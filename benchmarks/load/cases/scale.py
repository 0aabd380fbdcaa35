"""What a short connection costs vipgate with more endpoints, with pins, and beside idle relays. Each variant is a process
of its own; all of them run, and are measured by turns."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from benchmarks.load.case import InstancesCase, Options
from benchmarks.load.proxies import Peer, Settings, Vipgate
from benchmarks.load.results import Metric, Sample
from benchmarks.load.testbed import CLIENTS_6, Processors, Testbed
from benchmarks.load.tools import Program
from testkit import TestkitError

FEW, MANY = "2 endpoints", "2 endpoints, many clients"
#: Connections a second that a table of pins is filled with, for the estimate.
FILL_RATE = 8000


class Scale(InstancesCase):
    name = "scale"
    title = "Scaling"
    metrics = (
        Metric("cpu", "gateway CPU per connection", "µs", True),
        Metric("user", "of it user", "µs", True),
        Metric("rate", "connections per second", "1/s", False, 0, False, False),
        Metric("failed", "failed", "", True, 0, False, False),
    )
    quick_seconds = 0.4
    pins, idle = 1_000_000, 9000

    def __init__(self, testbed: Testbed, processors: Processors, options: Options) -> None:
        super().__init__(testbed, processors, options)
        workers = options.workers
        many = {"is_ipv6": True, "java_options": "-Xmx1g", "workers": workers}
        some = min(100, self.idle)
        self._settings = {
            FEW: Settings(workers),
            "100 endpoints": Settings(workers, endpoints=100),
            "1,000 endpoints": Settings(workers, endpoints=1000),
            f"{some} idle relays": Settings(workers),
            f"{self.idle:,} idle relays": Settings(workers),
            MANY: Settings(**many),
            f"{self.pins:,} pins": Settings(pins=2 * self.pins, **many),
            "source-hash, 2 endpoints": Settings(balance="source-hash", **many),
            "source-hash, 100 endpoints": Settings(balance="source-hash", endpoints=100, **many),
            "source-hash, 1,000 endpoints": Settings(balance="source-hash", endpoints=1000, **many),
        }
        self._idle = {f"{some} idle relays": some, f"{self.idle:,} idle relays": self.idle}
        self.variants = tuple(self._settings)
        if options.is_quick:
            self.variants = tuple(variant for variant in self.variants if "100 " not in variant)
        self.bases = {variant: MANY if self._settings[variant].is_ipv6 else FEW for variant in self.variants
                      if variant not in (FEW, MANY)}
        self.extra_total = self.pins / FILL_RATE + 20
        self._held = contextlib.ExitStack()

    def shorten(self) -> None:
        self.pins, self.idle = 10_000, 500

    def parameters(self) -> dict[str, object]:
        return super().parameters() | {"client addresses where clients are many": f"{self.pins:,}"}

    def settings(self, variant: str = "") -> Settings:
        return self._settings[variant]

    def warm_up_of(self, peer: Peer) -> int:
        return self.warm_seconds

    def warm_instance(self, instance: Vipgate, variant: str) -> None:
        if self.warm_seconds:
            self._ask(instance, variant, "-t", 1000 * self.warm_seconds)
        if self.settings(variant).pins:
            self._fill(instance)
        if variant in self._idle:
            hold = self._held.enter_context(Program(self.client, "hold", *instance.http, self._idle[variant]))
            hold.line("held")

    def _fill(self, instance: Vipgate) -> None:
        """A connection from each address."""
        with Program(self.client, "closedloop", "-c", 2 * self.connections, "-n", self.pins, "-s", CLIENTS_6, "-k", self.pins,
                     *instance.http) as client:
            client.line("done")
        there = instance.metric("vipgate_pins")
        print(f"  {instance.name}: {there:,.0f} pins", flush=True)
        if there < self.pins:
            raise TestkitError(f"{instance.name} has {there:,.0f} pins (expected: {self.pins:,})")

    def measure(self, peer: Peer, variant: str) -> Sample:
        instance = self.instances[peer.name, variant]
        meter = self.meter(instance)
        done, failed = self._ask(instance, variant, "-t", self.milliseconds())
        usage = meter.stop()
        return self.sample(peer, variant, usage, rate=done / usage.wall, failed=failed, **self.costs(instance, usage, done))

    def _ask(self, instance: Vipgate, variant: str, *more: object) -> tuple[int, int]:
        many = ("-s", CLIENTS_6, "-k", self.pins, "-r") if self.settings(variant).is_ipv6 else ()
        with Program(self.client, "closedloop", "-c", self.connections, *more, *many, *instance.http) as client:
            done, failed, *_ = map(int, client.line("done"))
        if not done:
            raise TestkitError(f"{instance.name} served nobody:\n{instance.log()[-1000:]}")
        return done, failed

    def end(self, peers: Sequence[Peer]) -> None:
        self._held.close()
        super().end(peers)
