"""What every case is: peers that are warmed up, and measured in turn for some rounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load.measure import Meter, Usage
from benchmarks.load.proxies import RIVALS, Peer, Settings, Vipgate
from benchmarks.load.results import Metric, Sample
from benchmarks.load.testbed import Processors, Testbed
from benchmarks.load.threads import table


@dataclass(frozen=True)
class Options:
    """How a run was asked for. None: as the case has it."""

    rounds: int | None
    seconds: int | None
    warm_seconds: int | None
    #: After so many rounds all peers are started and warmed up again; None: never.
    fresh_every: int | None
    connections: int
    workers: int
    is_quick: bool
    #: Congestion controls to be compared; none: the system's alone.
    congestion: tuple[str, ...] = ()


class Case:
    """Measures one thing. A subclass is a file of ``cases/``."""

    name = ""
    title = ""
    metrics: tuple[Metric, ...] = ()
    variants: Sequence[str] = ("",)
    #: Kinds of peers that it can be asked of.
    kinds = ("vipgate", "haproxy", "nginx", "iptables", "direct")
    #: Which variant is compared with which; empty: the peers are compared.
    bases: dict[str, str] = {}
    #: Kinds of peers whose better one vipgate is compared with.
    rivals = RIVALS
    #: The threads of the peers are measured one by one too.
    has_threads = False
    rounds = 10
    #: Of each measurement; of one in a smoke run. wrk takes whole seconds only.
    seconds: float = 3
    quick_seconds: float = 1
    #: Of load before the first round, for each peer that has a compiler to wait for; the others get two.
    warm_seconds = 12
    #: Beside each measurement, what must be waited for.
    extra_seconds = 0.3
    #: Beside the warm-up.
    extra_total = 0.0

    def __init__(self, testbed: Testbed, processors: Processors, options: Options) -> None:
        self.testbed, self.processors, self.options = testbed, processors, options
        self.client = testbed.client
        self.connections = options.connections
        if options.is_quick:
            self.rounds, self.seconds, self.warm_seconds = 1, self.quick_seconds, 0
            self.shorten()
        self.rounds = options.rounds or self.rounds
        self.seconds = options.seconds or self.seconds
        self.fresh_every = options.fresh_every or self.rounds
        self.warm_seconds = self.warm_seconds if options.warm_seconds is None else options.warm_seconds

    def shorten(self) -> None:
        """What else is smaller in a smoke run."""

    def settings(self, variant: str = "") -> Settings:
        return Settings(workers=self.options.workers)

    def parameters(self) -> dict[str, object]:
        """What the reader of the results must know."""
        return {"rounds": self.rounds, "seconds": self.seconds, "connections": self.connections,
                "workers": self.options.workers}

    def estimate(self, peers: Sequence[Peer]) -> float:
        """Seconds that it will take."""
        each = len(peers) * len(self.variants) * (self.seconds + self.extra_seconds)
        begin = sum(self.warm_up_of(peer) for peer in peers) * self.warm_ups() + self.starts() * len(peers) + self.extra_total
        return self.rounds * each + begin * math.ceil(self.rounds / self.fresh_every)

    def warm_ups(self) -> int:
        """Of each peer."""
        return len(self.variants)

    def starts(self) -> int:
        """Of processes, for each peer, before the first round; one takes about a second."""
        return 1

    def warm_up_of(self, peer: Peer) -> int:
        return self.warm_seconds if peer.kind == "vipgate" else min(2, self.warm_seconds)

    # ---- its course ----

    def begin(self, peers: Sequence[Peer]) -> None:
        """Starts the peers and warms them up."""
        for peer in peers:
            peer.start(self.settings())
        for peer in peers:
            self.warm(peer)

    def warm(self, peer: Peer) -> None:
        pass

    def milliseconds(self) -> int:
        return round(1000 * self.seconds)

    def measure(self, peer: Peer, variant: str) -> Sample:
        """Once. The runner fills in the round."""
        raise NotImplementedError

    @staticmethod
    def compare_with_direct(samples: Sequence[Sample]) -> None:
        """Of a round: what the whole machine has paid for the gateway, the packets in its kernel included."""
        direct = {sample.variant: sample.values["machine"] for sample in samples
                  if sample.peer == "direct" and "machine" in sample.values}
        for sample in samples:
            if sample.peer != "direct" and sample.variant in direct:
                sample.values["beyond"] = round(sample.values["machine"] - direct[sample.variant], 4)

    def end(self, peers: Sequence[Peer]) -> None:
        for peer in peers:
            peer.stop()

    # ---- for its measurements ----

    def meter(self, peer: Peer) -> Meter:
        return Meter(peer.processes(), self.processors.gateway if not self.processors.is_shared else [], self.has_threads)

    @staticmethod
    def sample(peer: Peer, variant: str, usage: Usage, **values: float) -> Sample:
        return Sample(peer.name, variant, 0, {key: round(value, 4) for key, value in values.items()}, usage.marks(),
                      usage.as_json(), threads=table(usage.threads, usage.wall, usage.process))

    @staticmethod
    def costs(peer: Peer, usage: Usage, count: float, scale: float = 1e6) -> dict[str, float]:
        """Processor time for each of so many. ``machine`` is that of all processors, client and nodes included."""
        costs = {"machine": usage.machine / count * scale}
        if peer.is_process:
            costs |= {"cpu": usage.process / count * scale, "user": usage.user / count * scale,
                      "system": usage.system / count * scale}
        return costs


class InstancesCase(Case):
    """A case whose variants are processes of their own: all of them run, and are measured by turns."""

    kinds = ("vipgate",)

    def __init__(self, testbed: Testbed, processors: Processors, options: Options) -> None:
        super().__init__(testbed, processors, options)
        self.instances: dict[tuple[str, str], Vipgate] = {}

    def starts(self) -> int:
        return len(self.variants)

    def begin(self, peers: Sequence[Peer]) -> None:
        for peer in peers:
            for number, variant in enumerate(self.variants):
                instance = peer.another(str(number), 20 + len(self.variants) * peers.index(peer) + number)
                self.instances[peer.name, variant] = instance
                instance.start(self.settings(variant))
        for (_, variant), instance in self.instances.items():
            self.warm_instance(instance, variant)

    def warm_instance(self, instance: Vipgate, variant: str) -> None:
        pass

    def end(self, peers: Sequence[Peer]) -> None:
        for instance in self.instances.values():
            instance.stop()
        self.instances.clear()
