"""Peers that must send a PROXY header and say nothing: what each takes, and whether clients are served beside them. In a
process that was just started and has served some thousands of connections."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.load.case import Case
from benchmarks.load.measure import Usage
from benchmarks.load.proxies import HISTOGRAM, Peer, Settings, Vipgate
from benchmarks.load.results import Metric, Sample
from benchmarks.load.tools import Program
from testkit.proxy_header import v2

RATE = 200
WARM_RATE = 2000
WAITING = "vipgate_listener_waiting"
#: 198.51.100.7:50000 to 203.0.113.1:80.
HEADER = v2(0x21, 0x11, bytes.fromhex("c6336407cb007101c3500050"))


class Silent(Case):
    name = "silent"
    title = "Peers that say nothing"
    metrics = (
        Metric("each", "resident for each that waits", "bytes", True, 0),
        Metric("heap", "heap for each that waits", "bytes", True, 0, False, False),
        Metric("waiting", "that wait", "", False, 0, False, False),
        Metric("share", "gateway CPU beside them", "% of a processor", True, 1),
        Metric("alone", "gateway CPU without them", "% of a processor", True, 1, False, False),
        Metric("failed", "clients that failed", "", True, 0, False, False),
        Metric("p99", "p99 of the clients' answers", "µs", True, 0),
        Metric("p99alone", "p99 without them", "µs", True, 0, False, False),
    )
    kinds = ("vipgate", "haproxy", "nginx")
    rounds = 3
    #: Of clients, without and beside them.
    seconds = 5
    extra_seconds = 14.0
    peers = 9000

    def shorten(self) -> None:
        self.peers, self.extra_seconds = 500, 6.0

    def parameters(self) -> dict[str, object]:
        return {"rounds": self.rounds, "silent peers": self.peers, "each second": f"{RATE} connects",
                "seconds": self.seconds, "workers": self.options.workers}

    def warm_ups(self) -> int:
        return 0

    def starts(self) -> int:
        return 0

    def settings(self, variant: str = "") -> Settings:
        return replace(super().settings(), java_options=HISTOGRAM, accepts_header=True)

    def begin(self, peers: Sequence[Peer]) -> None:
        """Each measurement has a process of its own."""

    def measure(self, peer: Peer, variant: str) -> Sample:
        try:
            peer.start(self.settings())
            self._clients(peer, WARM_RATE, 3)
            alone = self._clients(peer, RATE, self.seconds)
            heap = 0
            if isinstance(peer, Vipgate):
                peer.metric(WAITING)  # what the first page of metrics takes is no peer's
                heap = peer.live_heap()
            time.sleep(1)
            before = peer.processes().resident()
            with Program(self.client, "silent", *peer.http, self.peers) as silent:
                silent.line("held")
                time.sleep(1)
                resident = peer.processes().resident()
                waiting, values = float(self.peers), {}
                if isinstance(peer, Vipgate):
                    waiting = peer.metric(WAITING)
                    values = {"heap": (peer.live_heap() - heap) / max(1, waiting)}
                beside = self._clients(peer, RATE, self.seconds)
                silent.finish()
                alive = int(silent.line("alive")[0])
            values |= {"each": (resident - before) / max(1, waiting), "waiting": waiting, "share": beside[0], "alone": alone[0],
                       "failed": alone[1] + beside[1], "p99": beside[2], "p99alone": alone[2]}
            sample = self.sample(peer, variant, beside[3], **values)
            if alive < waiting:
                sample.marks.append(f"{waiting - alive:.0f} ended")
            return sample
        finally:
            peer.stop()

    def _clients(self, peer: Peer, rate: int, seconds: float) -> tuple[float, float, float, Usage]:
        """Percent of a processor, how many failed, and p99 of their answers."""
        with Program(self.client, "openloop", "connects", *peer.http, rate, 300, round(1000 * seconds), self.connections,
                     HEADER.hex()) as loop:
            loop.line("begin")
            meter = self.meter(peer)
            _, failed, _, p99, *_ = map(float, loop.line("done"))
            usage = meter.stop()
        return 100 * usage.process / usage.wall, failed, p99, usage
