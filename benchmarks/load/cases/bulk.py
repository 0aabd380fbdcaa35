"""Large downloads over 1, 4 and 64 connections: bytes in a second, and what a gigabyte costs. With the system's congestion
control, or with several by turns, which all hosts have."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.load.case import Case, Options
from benchmarks.load.proxies import Peer, Settings
from benchmarks.load.results import Metric, Sample
from benchmarks.load.testbed import Processors, Testbed
from benchmarks.load.tools import Program

#: Of a processor's time; beyond it, it is what limits.
BUSY = 0.95


class Bulk(Case):
    name = "bulk"
    title = "Large downloads"
    metrics = (
        Metric("cpu", "gateway CPU per GB", "s", True, 3),
        Metric("machine", "machine CPU per GB", "s", True, 3),
        Metric("beyond", "machine CPU beyond the direct path", "s", True, 3),
        Metric("rate", "throughput", "GB/s", False, 2),
        Metric("share", "gateway's processors in use", "%", True, 0, False, False),
    )
    variants = ("1 stream", "4 streams", "64 streams")
    quick_seconds = 0.4
    extra_seconds = 1.0
    settle_ms = 700

    def __init__(self, testbed: Testbed, processors: Processors, options: Options) -> None:
        super().__init__(testbed, processors, options)
        #: The congestion control of each variant.
        self._congestion = dict.fromkeys(self.variants, testbed.congestion)
        if options.congestion:
            self._congestion = {f"{variant}, {name}": name for variant in self.variants for name in options.congestion}
        self.variants = tuple(self._congestion)

    def shorten(self) -> None:
        self.settle_ms, self.extra_seconds = 100, 0.4

    def settings(self, variant: str = "") -> Settings:
        return Settings(workers=self.options.workers, is_bulk=True)

    def parameters(self) -> dict[str, object]:
        return super().parameters() | {"connections": "1, 4, 64", "file": f"{self.testbed.file_mib} MiB",
                                       "congestion control": ", ".join(dict.fromkeys(self._congestion.values()))}

    def warm_ups(self) -> int:
        return 1

    def warm(self, peer: Peer) -> None:
        if seconds := self.warm_up_of(peer):
            with self._sink(peer, "4 streams", 100, 1000 * seconds) as sink:
                sink.line("begin")
                sink.line("end")

    def measure(self, peer: Peer, variant: str) -> Sample:
        self.testbed.use_congestion(self._congestion[variant])
        with self._sink(peer, variant, self.settle_ms, self.milliseconds()) as sink:
            sink.line("begin")
            meter = self.meter(peer)
            size, nanoseconds = map(int, sink.line("end"))
            usage = meter.stop()
        sample = self.sample(peer, variant, usage, rate=size / nanoseconds, **self.costs(peer, usage, size, 1e9))
        if peer.is_process:
            sample.values["share"] = 100 * usage.process / usage.wall / len(self.processors.gateway)
        load = sum(usage.busy[cpu] for cpu in self.processors.load) / len(self.processors.load)
        if not self.processors.is_shared and load > BUSY * usage.wall and sample.values.get("share", 0) < 100 * BUSY:
            sample.marks.append("far end")
        return sample

    def end(self, peers: Sequence[Peer]) -> None:
        super().end(peers)
        self.testbed.use_congestion(self.testbed.congestion)

    def _sink(self, peer: Peer, variant: str, settle_ms: int, measure_ms: int) -> Program:
        address, port = peer.http
        return Program(self.client, "sink", address, port, "/files/big", variant.split()[0], settle_ms, measure_ms)
