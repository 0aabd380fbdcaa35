"""What a gateway costs that only probes its endpoints."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.load.case import Case, Options
from benchmarks.load.proxies import Peer, Settings
from benchmarks.load.results import Metric, Sample
from benchmarks.load.testbed import Processors, Testbed

#: vipgate's default, and a pace that HAProxy is told.
PROBE_MS = 500


class Idle(Case):
    """Two endpoints. All peers run beside each other, which none of them notices, and rest before they are measured."""

    name = "idle"
    title = "Idle, 2 endpoints"
    metrics = (
        Metric("cpu", "CPU", "ms/s", True, 2),
        Metric("wakeups", "wake-ups", "1/s", True, 1),
        Metric("switches", "context switches", "1/s", True, 1, False, False),
        Metric("resident", "resident", "MiB", True, 1),
        Metric("anonymous", "of it anonymous", "MiB", True, 1, False, False),
        Metric("file", "of it of files", "MiB", True, 1, False, False),
        Metric("pss", "resident, shared pages by share", "MiB", True, 1, False, False),
        Metric("threads", "threads", "", True, 0, False, False),
        Metric("probes", "probes at the endpoints, of all peers", "1/s", False, 1, False, False),
    )
    kinds = ("vipgate", "haproxy", "nginx")
    #: nginx probes nobody: it has nothing to do.
    rivals = ("haproxy",)
    has_threads = True
    #: More than the fewest that bound a median with 95 % confidence.
    rounds = 8
    seconds = 20
    quick_seconds = 2
    #: So few probes a second are compiled late.
    warm_seconds = 300
    endpoints = 2

    def __init__(self, testbed: Testbed, processors: Processors, options: Options) -> None:
        super().__init__(testbed, processors, options)
        self.extra_total = float(self.warm_seconds)

    def parameters(self) -> dict[str, object]:
        return {"rounds": self.rounds, "seconds": self.seconds, "seconds of rest": self.warm_seconds,
                "probes of each endpoint": f"tcp, each {PROBE_MS} ms; nginx: none", "workers": self.options.workers}

    def warm_ups(self) -> int:
        return 0

    def settings(self, variant: str = "") -> Settings:
        return Settings(self.options.workers, endpoints=self.endpoints, probe_ms=PROBE_MS)

    def begin(self, peers: Sequence[Peer]) -> None:
        super().begin(peers)
        time.sleep(self.warm_seconds)

    def measure(self, peer: Peer, variant: str) -> Sample:
        begun, meter = self.testbed.begun(), self.meter(peer)
        time.sleep(self.seconds)
        usage, begun = meter.stop(), self.testbed.begun() - begun
        memory = peer.processes().memory()
        threads = usage.threads.values()
        wakeups = sum(thread.voluntary for thread in threads)
        switches = wakeups + sum(thread.involuntary for thread in threads)
        mib = {key: memory[name] / 2**20 for key, name in (("resident", "Rss"), ("anonymous", "Anonymous"), ("pss", "Pss"))}
        return self.sample(peer, variant, usage, cpu=1000 * usage.process / usage.wall, wakeups=wakeups / usage.wall,
                           switches=switches / usage.wall, file=mib["resident"] - mib["anonymous"],
                           threads=sum(thread.count for thread in threads), probes=begun / usage.wall, **mib)
