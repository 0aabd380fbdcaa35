"""Observability overhead at 5,000 new connections a second: the access log, and scrapes of the metrics. Each variant is a
process of its own; all of them run, and are measured by turns."""

from __future__ import annotations

import statistics
import threading

from benchmarks.load.case import InstancesCase
from benchmarks.load.proxies import Peer, Settings, Vipgate
from benchmarks.load.results import Metric, Sample
from benchmarks.load.tools import Program

PLAIN, LOGGED, SCRAPED = "neither", "access log", "a scrape each 100 ms"
RATE = 5000
EVERY_SECONDS = 0.1


class Observability(InstancesCase):
    name = "observability"
    title = "Observability overhead"
    metrics = (
        Metric("cpu", "gateway CPU per connection", "µs", True),
        Metric("rate", "connections per second", "1/s", False, 0, False, False),
        Metric("failed", "failed", "", True, 0, False, False),
        Metric("p99", "p99 of the answers", "µs", True, 0, False, False),
        Metric("scrape", "scrape, median", "ms", True, 1, False, False),
        Metric("longest", "scrape, longest", "ms", True, 1, False, False),
        Metric("scrapes", "scrapes", "", False, 0, False, False),
    )
    variants = (PLAIN, LOGGED, SCRAPED)
    bases = {LOGGED: PLAIN, SCRAPED: PLAIN}
    seconds = 4
    quick_seconds = 0.5
    extra_seconds = 1
    settle_ms = 500

    def parameters(self) -> dict[str, object]:
        return super().parameters() | {"each second": f"{RATE} connects"}

    def settings(self, variant: str = "") -> Settings:
        return Settings(self.options.workers, has_access_log=variant == LOGGED)

    def warm_instance(self, instance: Vipgate, variant: str) -> None:
        if self.warm_seconds:
            with self._open_loop(instance, 0, 1000 * self.warm_seconds) as loop:
                loop.line("begin")
                with Scrapes(instance, variant == SCRAPED):
                    loop.line("done")

    def measure(self, peer: Peer, variant: str) -> Sample:
        instance = self.instances[peer.name, variant]
        with self._open_loop(instance, self.settle_ms, self.milliseconds()) as loop:
            loop.line("begin")
            meter = self.meter(instance)
            with Scrapes(instance, variant == SCRAPED) as scrapes:
                answers, failed, _, p99, *_ = map(float, loop.line("done"))
                usage = meter.stop()
        return self.sample(peer, variant, usage, rate=answers / usage.wall, failed=failed, p99=p99, **scrapes.values(),
                           **self.costs(instance, usage, max(1, answers)))

    def _open_loop(self, instance: Vipgate, settle_ms: int, measure_ms: int) -> Program:
        return Program(self.client, "openloop", "connects", *instance.http, RATE, settle_ms, measure_ms, self.connections)


class Scrapes:
    """Asks for the metrics again and again within the ``with`` block."""

    def __init__(self, instance: Vipgate, is_wanted: bool) -> None:
        self._instance = instance
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run) if is_wanted else None
        self._milliseconds: list[float] = []

    def __enter__(self) -> Scrapes:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(EVERY_SECONDS):
            self._milliseconds.append(1000 * self._instance.scrape_seconds())

    def values(self) -> dict[str, float]:
        if not self._milliseconds:
            return {}
        return {"scrape": statistics.median(self._milliseconds), "longest": max(self._milliseconds),
                "scrapes": len(self._milliseconds)}
