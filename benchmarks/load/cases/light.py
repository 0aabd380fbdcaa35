"""What a lightly loaded gateway costs, and what its clients wait: few new connections a second, evenly spaced."""

from __future__ import annotations

from benchmarks.load.cases.latency import Latency
from benchmarks.load.results import Metric


class Light(Latency):
    name = "light"
    title = "Light load"
    metrics = (
        Metric("cpu", "gateway CPU per connection", "µs", True, 1),
        Metric("p50", "median", "µs", True, 0),
        Metric("p99", "p99", "µs", True, 0),
        Metric("most", "longest", "µs", True, 0, False, False),
        Metric("failed", "failed", "", True, 0, False, False),
        Metric("lag", "client late (p99.9)", "µs", True, 0, False, False),
    )
    loads = {f"{rate:,} a second": ("connects", rate) for rate in (100, 1000)}
    variants = tuple(loads)
    kinds = ("vipgate", "haproxy", "nginx", "direct")
    has_threads = True
    seconds = 10
    quick_seconds = 1
    #: Few connections a second are slow to have everything compiled.
    warm_seconds = 30
