"""New connections, each for one request: how many in a second, and what one costs."""

from __future__ import annotations

from benchmarks.load import tools
from benchmarks.load.case import Case
from benchmarks.load.proxies import Peer
from benchmarks.load.results import Metric, Sample


class Short(Case):
    name = "short"
    title = "Short connections"
    metrics = (
        Metric("cpu", "gateway CPU per connection", "µs", True),
        Metric("user", "of it user", "µs", True, is_compared=False, is_charted=False),
        Metric("machine", "machine CPU per connection", "µs", True),
        Metric("beyond", "machine CPU beyond the direct path", "µs", True),
        Metric("rate", "connections per second", "1/s", False, 0),
        Metric("errors", "failed", "", True, 0, False, False),
    )
    is_short = True

    def warm(self, peer: Peer) -> None:
        if seconds := self.warm_up_of(peer):
            tools.wrk(self.client, peer.url, self.connections, seconds, self.is_short)

    def measure(self, peer: Peer, variant: str) -> Sample:
        meter = self.meter(peer)
        asked = tools.wrk(self.client, peer.url, self.connections, self.seconds, self.is_short)
        usage = meter.stop()
        return self.sample(peer, variant, usage, rate=asked.rate, errors=asked.errors,
                           **self.costs(peer, usage, asked.requests))
