"""What it costs to judge each client: a list of 10,000 denied networks, and the rate of each source. Each variant is a process
of its own; all of them run, and are measured by turns."""

from __future__ import annotations

from benchmarks.load import tools
from benchmarks.load.case import InstancesCase
from benchmarks.load.proxies import Peer, Settings, Vipgate
from benchmarks.load.results import Metric, Sample

PLAIN, LISTED, LIMITED = "neither", "10,000 networks", "and rates"
NETWORKS = 10_000


class Access(InstancesCase):
    name = "access"
    title = "Access rules and rates of sources"
    metrics = (
        Metric("cpu", "gateway CPU per connection", "µs", True),
        Metric("user", "of it user", "µs", True, is_charted=False),
        Metric("rate", "connections per second", "1/s", False, 0, False, False),
        Metric("errors", "failed", "", True, 0, False, False),
    )
    variants = (PLAIN, LISTED, LIMITED)
    bases = {LISTED: PLAIN, LIMITED: PLAIN}

    def parameters(self) -> dict[str, object]:
        return super().parameters() | {"networks": NETWORKS}

    def settings(self, variant: str = "") -> Settings:
        return Settings(self.options.workers, denied=0 if variant == PLAIN else NETWORKS, has_source_rates=variant == LIMITED)

    def warm_instance(self, instance: Vipgate, variant: str) -> None:
        if self.warm_seconds:
            tools.wrk(self.client, instance.url, self.connections, self.warm_seconds, is_short=True)

    def measure(self, peer: Peer, variant: str) -> Sample:
        instance = self.instances[peer.name, variant]
        meter = self.meter(instance)
        asked = tools.wrk(self.client, instance.url, self.connections, self.seconds, is_short=True)
        usage = meter.stop()
        return self.sample(peer, variant, usage, rate=asked.rate, errors=asked.errors,
                           **self.costs(instance, usage, asked.requests))
