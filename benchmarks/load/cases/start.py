"""From the start of the program: until the first connection is served, and connections in each of the first ten seconds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.load.case import Case
from benchmarks.load.measure import Meter
from benchmarks.load.proxies import Peer
from benchmarks.load.results import Metric, Sample
from benchmarks.load.testbed import STATE
from benchmarks.load.tools import Program, program
from testkit import TestkitError

TRAINED, UNTRAINED = "trained", "untrained"
EACH_SECOND = "connections in each second since the start"


class Start(Case):
    name = "start"
    title = "Start"
    metrics = (
        Metric("first", "until the first is served", "ms", True, 1),
        Metric("second1", "in the first second", "", False, 0, is_charted=False),
        Metric("second2", "in the second", "", False, 0, is_charted=False),
        Metric("share", "in the second, of the steady rate", "%", False, 0),
        Metric("steady", "in each of the last three", "", False, 0, is_charted=False),
        Metric("total", "in all", "", False, 0),
    )
    variants = (TRAINED, UNTRAINED)
    kinds = ("vipgate", "haproxy", "nginx")
    rounds = 5
    seconds = 10
    quick_seconds = 4
    extra_seconds = 2.5

    def warm_ups(self) -> int:
        return 0

    def starts(self) -> int:
        return 0

    def begin(self, peers: Sequence[Peer]) -> None:
        """Each measurement has a process of its own."""

    def measure(self, peer: Peer, variant: str) -> Sample:
        stamp = STATE / "stamp"
        stamp.unlink(missing_ok=True)
        settings = replace(self.settings(), is_trained=variant == TRAINED)
        peer.settings = settings
        # The process does not exist yet: its processor time is not reported.
        meter = Meter(None, [])
        # The client is there first.
        with Program(self.client, "closedloop", "-c", self.connections, "-t", self.milliseconds(), "-f", stamp,
                     *peer.http) as client:
            try:
                peer.spawn(settings, (program("stamp"), str(stamp)))
                _, failed, _, first, *each = map(int, client.line("done"))
                if not each:
                    raise TestkitError(f"{peer.name} has served nobody:\n{peer.log()[-1000:]}")
            finally:
                peer.stop()
        second2, steady = each[min(1, len(each) - 1)], statistics.mean(each[-3:])
        sample = self.sample(peer, variant, meter.stop(), first=first / 1e6, failed=failed, total=sum(each), second1=each[0],
                             second2=second2, share=100 * second2 / steady, steady=steady)
        sample.series[EACH_SECOND] = each
        return sample
