"""Tables out of samples: medians and ranges, and medians of the ratios within each round."""

from __future__ import annotations

import math
import pathlib
import statistics
from collections.abc import Callable, Iterator

from benchmarks.load import charts
from benchmarks.load.results import CaseResult, Metric, Run


def write(run: Run, directory: pathlib.Path) -> None:
    """The whole set of files."""
    directory.mkdir(parents=True, exist_ok=True)
    run.write_json(directory / "results.json")
    lines = [*_head(run)]
    for case in run.cases:
        lines += ["", f"## {case.title}", "", *_parameters(case), "", *tables(run, case)]
        for name, text in charts.of_case(case):
            (directory / name).write_text(text)
            lines += ["", f"![{name.removesuffix('.svg')}]({name})"]
    (directory / "README.md").write_text("\n".join(lines) + "\n")


def tables(run: Run, case: CaseResult) -> list[str]:
    """Of one case, in Markdown: readable on a terminal too."""
    lines = _absolute(case)
    head = ["ratio", "of", *(["variant"] if _has_variants(case) else []), "median", "95 %", "range", "rounds", "undisturbed"]
    if ratios := list(_ratios(run, case)):
        lines += ["", "Ratios within a round. 95 %: where the median is with that confidence, by the order of the rounds' values."
                  " Undisturbed: the median of the rounds without a mark, and their number.", "", *_aligned(head, ratios)]
    if case.samples and any(sample.series for sample in case.samples):
        lines += ["", *_series(case)]
    if case.samples and any(sample.threads for sample in case.samples):
        lines += ["", *_threads(case)]
    lines += ["", *_marked(case)]
    return lines


def _head(run: Run) -> list[str]:
    lines = [f"# Load, {run.began:%Y-%m-%d %H:%M}", "", f"`{run.command}`", ""]
    if run.interruption:
        lines += [f"**Not complete: {run.interruption}.** What was measured until then:", ""]
    lines += [f"- {key}: {value}" for key, value in run.machine().items() if value]
    lines += [f"- {name}: {version}" for name, version in run.versions.items() if version]
    return [*lines, "", "What the cases measure, and what may not be concluded: [benchmarks/load](../../load/README.md)."
            " All rounds are in `results.json`."]


def _parameters(case: CaseResult) -> list[str]:
    return ["; ".join(f"{key}: {value}" for key, value in case.parameters.items()) + "."]


# ---- absolute values ----

def _absolute(case: CaseResult) -> list[str]:
    shown = [metric for metric in case.metrics if any(metric.key in sample.values for sample in case.samples)]
    head = [*(["variant"] if _has_variants(case) else []), "peer",
            *(f"{metric.label}{', ' + metric.unit if metric.unit else ''}" for metric in shown)]
    rows = []
    for variant in case.variants():
        for peer in case.peers():
            cells = [_spread(list(case.of(peer, variant, metric.key).values()), metric.digits) for metric in shown]
            if any(cells):
                rows.append([*([variant] if _has_variants(case) else []), peer, *(cell or "-" for cell in cells)])
    return ["Median (min - max) of the rounds.", "", *_aligned(head, rows)]


def _spread(values: list[float], digits: int) -> str:
    if not values:
        return ""
    middle, least, most = (f"{value:,.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least} - {most})"


def _has_variants(case: CaseResult) -> bool:
    return case.variants() != [""]


# ---- ratios ----

def _ratios(run: Run, case: CaseResult) -> Iterator[list[str]]:
    peers = case.peers()
    ours = [peer for peer in peers if run.kinds[peer] == "vipgate"]
    rivals = [peer for peer in peers if run.kinds[peer] in case.rivals]
    for metric in case.metrics:
        if not metric.is_compared:
            continue
        for variant in case.variants():
            middle = [variant] if _has_variants(case) else []
            if against := case.bases.get(variant):
                for peer in ours:
                    base = case.of(peer, against, metric.key)
                    yield from _row(f"{peer} / {against}", metric, middle, case.of(peer, variant, metric.key), base,
                                    case.disturbed(peer))
            if not case.bases and rivals:
                best = _best(case, rivals, variant, metric)
                for peer in ours:
                    yield from _row(f"{peer} / {'better of ' if len(rivals) > 1 else ''}{' and '.join(rivals)}", metric, middle,
                                    case.of(peer, variant, metric.key), best, case.disturbed(peer, *rivals))
            for peer in ours[1:]:
                yield from _row(f"{peer} / {ours[0]}", metric, middle, case.of(peer, variant, metric.key),
                                case.of(ours[0], variant, metric.key), case.disturbed(peer, ours[0]))


def _best(case: CaseResult, rivals: list[str], variant: str, metric: Metric) -> dict[int, float]:
    """The better rival's value in each round that has all of them."""
    values = [case.of(rival, variant, metric.key) for rival in rivals]
    choose: Callable[..., float] = min if metric.is_better_low else max
    return {number: choose(value[number] for value in values) for number in values[0]
            if all(number in value for value in values)}


def _row(name: str, metric: Metric, middle: list[str], above: dict[int, float], below: dict[int, float],
         disturbed: set[int]) -> Iterator[list[str]]:
    by_round = {number: above[number] / below[number] for number in above if below.get(number, 0) > 0}
    ratios = sorted(by_round.values())
    calm = [ratio for number, ratio in by_round.items() if number not in disturbed]
    if ratios:
        sure = confident(ratios)
        yield [name, metric.label, *middle, f"{statistics.median(ratios):.3f}",
               f"{sure[0]:.3f} - {sure[1]:.3f}" if sure else "too few", f"{ratios[0]:.3f} - {ratios[-1]:.3f}", str(len(ratios)),
               f"{statistics.median(calm):.3f} ({len(calm)})" if calm else "-"]


def confident(ordered: list[float]) -> tuple[float, float] | None:
    """Where the median lies with 95 % confidence: a binomial distribution tells which of the ordered values bound it."""
    count = len(ordered)
    below, tail = -1, 0.0
    while tail + math.comb(count, below + 1) / 2**count <= 0.025:
        below += 1
        tail += math.comb(count, below) / 2**count
    return (ordered[below], ordered[count - 1 - below]) if below >= 0 else None


# ---- the rest ----

def _series(case: CaseResult) -> list[str]:
    """Medians over the rounds of what a sample has several of."""
    lines = []
    for name in dict.fromkeys(name for sample in case.samples for name in sample.series):
        rows = [[row, *(f"{value:,.0f}" for value in values)] for row, values in charts.median_series(case, name).items()]
        lines += [f"{name}, medians:", "", *_aligned(["", *(str(i + 1) for i in range(len(rows[0]) - 1))], rows)]
    return lines


def _threads(case: CaseResult) -> list[str]:
    """Medians over the rounds, for each name of threads, the busiest first."""
    columns = list(dict.fromkeys(key for sample in case.samples for row in sample.threads.values() for key in row))
    rows = []
    for variant in case.variants():
        for peer in case.peers():
            rounds = [s.threads for s in case.samples if s.peer == peer and s.variant == variant and s.threads]
            medians = {name: [statistics.median(threads.get(name, {}).get(column, 0) for threads in rounds) for column in columns]
                       for name in dict.fromkeys(name for threads in rounds for name in threads)}
            busiest = sorted(medians.items(), key=lambda pair: pair[1], reverse=True)
            rows += [[*([variant] if _has_variants(case) else []), peer, name, *(f"{value:,.2f}" for value in values[:-1]),
                      f"{values[-1]:,.0f}"] for name, values in busiest if any(values[:-1])]
    head = [*(["variant"] if _has_variants(case) else []), "peer", "threads' name", *columns]
    return ["By threads, medians of the rounds; those that did nothing are left out.", "", *_aligned(head, rows)]


def _marked(case: CaseResult) -> list[str]:
    meanings = {"steal": "the hypervisor took more than 2 % of a processor's time",
                "foreign": "other programs took more than 5 % of the gateway's processors",
                "far end": "client and nodes were busy while the gateway was not, so the throughput is theirs"}
    lines = []
    for mark, meaning in meanings.items():
        counts = {}
        for sample in case.samples:
            if mark in sample.marks:
                where = " ".join(filter(None, (sample.peer, sample.variant)))
                counts[where] = counts.get(where, 0) + 1
        if counts:
            lines.append(f"- {mark} ({meaning}): " + ", ".join(f"{where} in {n} rounds" for where, n in counts.items()))
    for sample in case.samples:
        lines += [f"- {sample.peer} in round {sample.round}: {mark}" for mark in sample.marks if mark not in meanings]
    return lines or ["No round is marked."]


def _aligned(head: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in (head, *rows)]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]
