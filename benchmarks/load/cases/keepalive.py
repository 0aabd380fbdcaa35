"""Requests on connections that stay: how many in a second, and what one costs."""

from __future__ import annotations

from benchmarks.load.cases.short import Short
from benchmarks.load.results import Metric


class KeepAlive(Short):
    name = "keepalive"
    title = "Requests on kept connections"
    metrics = (
        Metric("cpu", "gateway CPU per request", "µs", True, 2),
        Metric("user", "of it user", "µs", True, 2, is_compared=False, is_charted=False),
        Metric("machine", "machine CPU per request", "µs", True, 2),
        Metric("beyond", "machine CPU beyond the direct path", "µs", True, 2),
        Metric("rate", "requests per second", "1/s", False, 0),
        Metric("errors", "failed", "", True, 0, False, False),
    )
    is_short = False
