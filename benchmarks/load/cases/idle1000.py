"""What a gateway costs that only probes, with 1,000 endpoints: 2,000 probes a second, which others beside it would notice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.load.cases.idle import Idle
from benchmarks.load.proxies import Peer
from benchmarks.load.results import Sample


class Idle1000(Idle):
    name = "idle1000"
    title = "Idle, 1,000 endpoints"
    metrics = (*Idle.metrics[:-1], replace(Idle.metrics[-1], label="probes at the endpoints"))
    rounds = 6
    warm_seconds = 60
    endpoints = 1000

    def estimate(self, peers: Sequence[Peer]) -> float:
        return self.rounds * sum(1 + self.warm_up_of(peer) + self.seconds + self.extra_seconds for peer in peers)

    def begin(self, peers: Sequence[Peer]) -> None:
        """Each measurement has a process of its own, and no other gateway runs beside it."""

    def measure(self, peer: Peer, variant: str) -> Sample:
        try:
            peer.start(self.settings(variant))
            time.sleep(self.warm_up_of(peer))
            return super().measure(peer, variant)
        finally:
            peer.stop()
