"""The tables. Their order is the order of the matrix."""

from __future__ import annotations

from conformance.cases import bounds, bytes as bytes_, endings, hellos, pressure, proxy_headers, resources
from conformance.suite import Case

GROUPS: dict[str, tuple[Case, ...]] = {
    "endings": endings.CASES,
    "bytes": bytes_.CASES,
    "bounds": bounds.CASES,
    "proxy-protocol": proxy_headers.CASES,
    "hellos": hellos.CASES,
    "pressure": pressure.CASES,
    "resources": resources.CASES,
}
ALL_CASES: tuple[Case, ...] = tuple(case for group in GROUPS.values() for case in group)
