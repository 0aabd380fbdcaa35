"""Memory of idle relays, in a process that was just started and has served some thousands of connections."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.load import tools
from benchmarks.load.case import Case
from benchmarks.load.proxies import HISTOGRAM, Peer, Settings, Vipgate
from benchmarks.load.results import Metric, Sample
from benchmarks.load.tools import Program


class Memory(Case):
    name = "memory"
    title = "Memory of idle relays"
    metrics = (
        Metric("each", "resident for each relay", "bytes", True, 0),
        Metric("resident", "resident with all", "MiB", True, 1),
        Metric("before", "resident without", "MiB", True, 1, False, False),
        Metric("heap", "heap for each relay", "bytes", True, 0, False, False),
    )
    kinds = ("vipgate", "haproxy", "nginx")
    rounds = 3
    #: Of load before.
    seconds = 3
    extra_seconds = 17.0
    relays = 9000
    #: Past the age at which vipgate gives a relay its keepalive.
    wait_seconds = 7

    def shorten(self) -> None:
        self.relays, self.wait_seconds, self.extra_seconds = 500, 1, 6.0

    def parameters(self) -> dict[str, object]:
        return {"rounds": self.rounds, "idle relays": self.relays, "workers": self.options.workers}

    def warm_ups(self) -> int:
        return 0

    def starts(self) -> int:
        return 0

    def settings(self, variant: str = "") -> Settings:
        return replace(super().settings(), java_options=HISTOGRAM)

    def begin(self, peers: Sequence[Peer]) -> None:
        """Each measurement has a process of its own."""

    def measure(self, peer: Peer, variant: str) -> Sample:
        try:
            peer.start(self.settings())
            tools.wrk(self.client, peer.url, self.connections, self.seconds, is_short=True)
            time.sleep(1)
            heap = peer.live_heap() if isinstance(peer, Vipgate) else 0
            meter = self.meter(peer)
            processes = peer.processes()
            before = processes.resident()
            with Program(self.client, "hold", *peer.http, self.relays) as hold:
                hold.line("held")
                time.sleep(self.wait_seconds)
                resident = processes.resident()
                values = {"each": (resident - before) / self.relays, "resident": resident / 2**20, "before": before / 2**20}
                if isinstance(peer, Vipgate):
                    values["heap"] = (peer.live_heap() - heap) / self.relays
                hold.finish()
                alive = int(hold.line("alive")[0])
            sample = self.sample(peer, variant, meter.stop(), **values)
            # Nothing is timed.
            sample.marks = [] if alive == self.relays else [f"{self.relays - alive} ended"]
            return sample
        finally:
            peer.stop()
