"""How long clients wait at a moderate, fixed rate, measured from the moment at which each request was due."""

from __future__ import annotations

from benchmarks.load.case import Case
from benchmarks.load.proxies import Peer
from benchmarks.load.results import Metric, Sample
from benchmarks.load.tools import Program

#: Microseconds unless the name says otherwise, in the order in which the program prints them.
FIELDS = ("answers", "failed", "p50", "p99", "p999", "most", "over35", "over150", "late_fin", "lag")


class Latency(Case):
    name = "latency"
    title = "Latency at a fixed rate"
    metrics = (
        Metric("p50", "median", "µs", True, 0),
        Metric("p99", "p99", "µs", True, 0),
        Metric("p999", "p99.9", "µs", True, 0),
        Metric("most", "longest", "µs", True, 0, False, False),
        Metric("over35", "beyond 35 ms", "", True, 0, False, False),
        Metric("over150", "beyond 150 ms", "", True, 0, False, False),
        Metric("late_fin", "FIN 35 ms after the answer", "", True, 0, False, False),
        Metric("failed", "failed", "", True, 0, False, False),
        Metric("lag", "client late (p99.9)", "µs", True, 0, False, False),
        Metric("cpu", "gateway CPU for each", "µs", True, 1),
    )
    #: What is asked, and how often in a second.
    loads = {"requests": ("requests", 2000), "connects": ("connects", 1000), "greetings": ("greetings", 1000)}
    variants = tuple(loads)
    seconds = 5
    quick_seconds = 0.4
    extra_seconds = 1.5
    settle_ms = 500

    def shorten(self) -> None:
        self.settle_ms, self.extra_seconds = 100, 0.6

    def parameters(self) -> dict[str, object]:
        return super().parameters() | {"each second": ", ".join(f"{rate:,} {what}" for what, rate in self.loads.values())}

    def warm(self, peer: Peer) -> None:
        if seconds := self.warm_up_of(peer):
            for variant in self.variants:
                with self._open_loop(peer, variant, 0, 1000 * seconds) as loop:
                    loop.line("begin")
                    loop.line("done")

    def measure(self, peer: Peer, variant: str) -> Sample:
        with self._open_loop(peer, variant, self.settle_ms, self.milliseconds()) as loop:
            loop.line("begin")
            meter = self.meter(peer)
            values = dict(zip(FIELDS, map(float, loop.line("done"))))
            usage = meter.stop()
        return self.sample(peer, variant, usage, **values, **self.costs(peer, usage, max(1, values["answers"])))

    def _open_loop(self, peer: Peer, variant: str, settle_ms: int, measure_ms: int) -> Program:
        what, rate = self.loads[variant]
        address, port = peer.greeting if what == "greetings" else peer.http
        return Program(self.client, "openloop", what, address, port, rate, settle_ms, measure_ms,
                       self.connections)
