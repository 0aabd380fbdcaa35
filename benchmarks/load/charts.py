"""Charts in SVG, by hand: bars with their range for each metric, lines for what goes on over time."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from xml.sax.saxutils import escape

from benchmarks.load.results import CaseResult, Metric

COLOURS = ("#2166ac", "#d6604d", "#4d9221", "#8073ac", "#878787", "#b8860b", "#01665e", "#c51b7d")
BAR, GAP, LEFT, WIDTH = 18, 14, 270, 860
#: Below the title.
TOP = 62
_STYLE = 'font-family="sans-serif" font-size="12"'


def of_case(case: CaseResult) -> Iterator[tuple[str, str]]:
    """File names and their text."""
    for metric in case.metrics:
        if metric.is_charted and any(metric.key in sample.values for sample in case.samples):
            yield f"{case.name}-{metric.key}.svg", _bars(case, metric)
    for number, name in enumerate(dict.fromkeys(name for sample in case.samples for name in sample.series)):
        yield f"{case.name}-series{number or ''}.svg", _lines(case, name)


def median_series(case: CaseResult, name: str) -> dict[str, list[float]]:
    """Of each variant and peer, place by place, over the rounds."""
    series: dict[str, list[list[float]]] = {}
    for sample in case.samples:
        if name in sample.series:
            series.setdefault(_row(case, sample.variant, sample.peer), []).append(sample.series[name])
    return {row: [statistics.median(values) for values in zip(*rounds)] for row, rounds in series.items()}


def _row(case: CaseResult, variant: str, peer: str) -> str:
    return peer if len(case.variants()) == 1 else variant if len(case.peers()) == 1 else f"{variant}, {peer}"


def _bars(case: CaseResult, metric: Metric) -> str:
    rows = []
    for variant in case.variants():
        for number, peer in enumerate(case.peers()):
            if values := list(case.of(peer, variant, metric.key).values()):
                rows.append((variant, peer, COLOURS[number % len(COLOURS)], values))
    most = max(max(values) for *_, values in rows) or 1
    scale = (WIDTH - LEFT - 90) / most
    parts, y, before = [], TOP, None
    for variant, peer, colour, values in rows:
        if before not in (None, variant):
            y += GAP
        before = variant
        middle = statistics.median(values)
        name = _row(case, variant, peer)
        parts += [f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end" {_STYLE}>{escape(name)}</text>',
                  f'<rect x="{LEFT}" y="{y}" width="{middle * scale:.1f}" height="{BAR - 4}" fill="{colour}"/>',
                  f'<line x1="{LEFT + min(values) * scale:.1f}" x2="{LEFT + max(values) * scale:.1f}" y1="{y + 7}" y2="{y + 7}"'
                  ' stroke="black"/>',
                  f'<text x="{LEFT + max(values) * scale + 6:.1f}" y="{y + 12}" {_STYLE}>{middle:,.{metric.digits}f}</text>']
        y += BAR
    better = "less is better" if metric.is_better_low else "more is better"
    title = f"{case.title}: {metric.label}{', ' + metric.unit if metric.unit else ''}"
    return _page(y + 12, title, f"{better}; median, and range of the rounds", parts)


def _lines(case: CaseResult, name: str) -> str:
    height, left, bottom = 360, 80, 330
    series = median_series(case, name)
    most = max(max(values) for values in series.values()) or 1
    step = 10 ** math.floor(math.log10(most))
    step = step if most / step >= 4 else step / 2 if most / step >= 2 else step / 5
    count = max(len(values) for values in series.values())

    def x(i: int) -> float:
        return left + (WIDTH - left - 180) * i / max(1, count - 1)

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * value / most

    parts = []
    for tick in range(int(most / step) + 1):
        at = y(tick * step)
        parts += [f'<line x1="{left}" x2="{x(count - 1):.1f}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>',
                  f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end" {_STYLE}>{tick * step:,.0f}</text>']
    parts += [f'<text x="{x(i):.1f}" y="{bottom + 18}" text-anchor="middle" {_STYLE}>{i + 1}</text>' for i in range(count)]
    for number, (row, values) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(values))
        parts += [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  f'<rect x="{WIDTH - 160}" y="{TOP + 20 * number}" width="12" height="12" fill="{colour}"/>',
                  f'<text x="{WIDTH - 142}" y="{TOP + 11 + 20 * number}" {_STYLE}>{escape(row)}</text>']
    return _page(height, f"{case.title}: {name}", "medians of the rounds", parts)


def _page(height: int, title: str, more: str, parts: list[str]) -> str:
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="12" y="24" font-family="sans-serif" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="12" y="42" {_STYLE}>{escape(more)}</text>',
        *parts, "</svg>", ""])
