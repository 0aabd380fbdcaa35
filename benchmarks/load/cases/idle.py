"""What a gateway costs that only probes its endpoints, in a process of which nothing else was asked since its start."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.load.case import Case
from benchmarks.load.proxies import Peer, Settings
from benchmarks.load.results import Metric, Sample

#: vipgate's default, and a pace that HAProxy is told.
PROBE_MS = 500


class Idle(Case):
    name = "idle"
    title = "Idle"
    metrics = (
        Metric("cpu", "CPU", "ms/s", True, 2),
        Metric("wakeups", "wake-ups", "1/s", True, 1),
        Metric("switches", "context switches", "1/s", True, 1, False, False),
        Metric("resident", "resident", "MiB", True, 1),
        Metric("anonymous", "of it anonymous", "MiB", True, 1, False, False),
        Metric("file", "of it of files", "MiB", True, 1, False, False),
        Metric("pss", "resident, shared pages by share", "MiB", True, 1, False, False),
        Metric("threads", "threads", "", True, 0, False, False),
        Metric("probes", "probes at the endpoints", "1/s", False, 1, False, False),
    )
    variants = ("2 endpoints", "1,000 endpoints")
    kinds = ("vipgate", "haproxy", "nginx")
    #: nginx probes nobody: it has nothing to do.
    rivals = ("haproxy",)
    has_threads = True
    #: The fewest that bound a median with 95 % confidence.
    rounds = 6
    seconds = 20
    quick_seconds = 2
    #: Waited, until the JVM's compilers rest.
    warm_seconds = 60
    extra_seconds = 2.0

    def parameters(self) -> dict[str, object]:
        return {"rounds": self.rounds, "seconds": self.seconds, "seconds between start and measurement of vipgate":
                self.warm_seconds, "probes of each endpoint": f"tcp, each {PROBE_MS} ms; nginx: none",
                "workers": self.options.workers}

    def estimate(self, peers: Sequence[Peer]) -> float:
        return super().estimate(peers) + self.rounds * len(self.variants) * sum(self.warm_up_of(peer) for peer in peers)

    def warm_ups(self) -> int:
        return 0

    def starts(self) -> int:
        return 0

    def settings(self, variant: str = "") -> Settings:
        return Settings(self.options.workers, endpoints=int(variant.split()[0].replace(",", "")), probe_ms=PROBE_MS)

    def begin(self, peers: Sequence[Peer]) -> None:
        """Each measurement has a process of its own, and no other gateway runs beside it."""

    def measure(self, peer: Peer, variant: str) -> Sample:
        try:
            peer.start(self.settings(variant))
            time.sleep(self.warm_up_of(peer))
            begun, meter = self.testbed.begun(), self.meter(peer)
            time.sleep(self.seconds)
            usage, begun = meter.stop(), self.testbed.begun() - begun
            memory = peer.processes().memory()
        finally:
            peer.stop()
        threads = usage.threads.values()
        wakeups = sum(thread.voluntary for thread in threads)
        switches = wakeups + sum(thread.involuntary for thread in threads)
        mib = {key: memory[name] / 2**20 for key, name in (("resident", "Rss"), ("anonymous", "Anonymous"), ("pss", "Pss"))}
        return self.sample(peer, variant, usage, cpu=1000 * usage.process / usage.wall, wakeups=wakeups / usage.wall,
                           switches=switches / usage.wall, file=mib["resident"] - mib["anonymous"],
                           threads=sum(thread.count for thread in threads), probes=begun / usage.wall, **mib)
