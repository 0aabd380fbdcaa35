"""Writes RESULTS.md: the matrix of cases and proxies."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterable
from pathlib import Path

from conformance.cases import GROUPS
from conformance.proxies import KINDS
from conformance.suite import Outcome

MARKS = {"passed": "passes", "failed": "**fails**", "n/a": "-", "missing": "not run"}

#: Cases without a right answer, and what to think of them.
SHOWN = {
    "answer-then-rst-stopped-reader": "Without a proxy the endpoint itself keeps what the client has not taken. vipgate has"
    " acknowledged it, and after the endpoint's reset gives a reader that takes nothing at all one second before it passes the"
    " reset on; the rest is lost, and the client is told so. HAProxy and nginx deliver it, and end it like a whole answer.",
    "short-without-either": "One address has about 28,000 ports per endpoint; the client of a connection that gets none is"
    " reset. `source` or `tcp_tw_reuse` is the cure.",
}


def write(path: Path, results: dict[str, list[Outcome]], command: str, seed: int, is_partial: bool) -> None:
    """Writes the whole file; of a run of some cases, what is said of the earlier runs stays."""
    by_proxy = {proxy: {outcome.case: outcome for outcome in outcomes} for proxy, outcomes in results.items()}
    lines = ["# Results of the conformance suite", "", *(_earlier(path) if is_partial else [])]
    version = KINDS["vipgate"].version()
    lines += [
        f"{'Some cases again' if is_partial else 'Written'} by `{command}` on {datetime.date.today()}, seed {seed}, Linux"
        f" {platform.release()}, {os.cpu_count()} processors, two proxies at a time" + (f"; {version}." if is_partial else "."), "",
        *([] if is_partial else _versions(results)),
        "`-`: the proxy has nothing that the case could set, or there is no such situation without a proxy. What each case"
        " does and within which bound stands below the matrix; settings of the proxies stand in `proxies.py`.", "",
        "All proxies get the same bounds. HAProxy has `tcp-ut` set to what vipgate has as `userTimeout`: without it it would"
        " keep readers that pause for longer, and not find out that the endpoint's host is gone. nginx runs with"
        " `proxy_half_close off`, its default, which drops the reply after a client's FIN, and in the last column with it on.", "",
        "A header of the PROXY protocol passes where every client that begins with it, whole or in pieces, is taken for whom the"
        " protocol's text says, or refused. Where the text leaves the answer open, as for a header that comes in pieces, HAProxy and"
        " nginx pass whatever they do; what that is stands under *Measured on the way*.", "",
        "A ClientHello passes where it reaches the endpoint that its name or protocol leads to, with every byte, or nobody where it must be"
        " refused. All may read 32 KiB of it. Where no standard decides (`open` below: hellos that no server accepts, names that DNS cannot"
        " hold), HAProxy and nginx pass whatever they do, which stands under *Measured on the way*. With `reject` in its name a vector is"
        " played where unknown names are refused: vipgate sends the alert `unrecognized_name`, the others close.", "",
    ]
    lines += ["| case | " + " | ".join(KINDS[proxy].name for proxy in results) + " |",
              "|---|" + "---|" * len(results)]
    for group, cases in GROUPS.items():
        lines.append(f"| **{group}** |" + " |" * len(results))
        for case in cases:
            marks = [MARKS[o.verdict] if (o := by_proxy[proxy].get(case.name)) else "not run" for proxy in results]
            lines.append(f"| {case.name} | " + " | ".join(marks) + " |")
    lines += ["", "## Where vipgate is not like a direct connection, or loses", ""]
    lines += _notes(by_proxy) or ["It passes every case that applies to it."]
    lines += ["", "## What failed, and how", ""]
    failures = [f"- {KINDS[proxy].name}, {name}: {_line(outcome.detail)}" for proxy, found in by_proxy.items()
                for name, outcome in found.items() if outcome.verdict in ("failed", "missing")]
    lines += failures or ["Nothing."]
    lines += ["", "## Measured on the way", "", "| case | " + " | ".join(KINDS[proxy].name for proxy in results) + " |",
              "|---|" + "---|" * len(results)]
    for cases in GROUPS.values():
        for case in cases:
            notes = [_line(o.detail) if (o := by_proxy[proxy].get(case.name)) and o.verdict == "passed" else ""
                     for proxy in results]
            if any(notes):
                lines.append(f"| {case.name} | " + " | ".join(notes) + " |")
    lines += ["", "## The cases", "", "| case | client | endpoint | must | bound |", "|---|---|---|---|---|"]
    for cases in GROUPS.values():
        lines += [f"| {case.name} | {case.describe(case.client)} | {case.describe(case.endpoint)} | {case.must} | {case.bound} |"
                  for case in cases]
    path.write_text("\n".join(lines) + "\n")


def _versions(proxies: Iterable[str]) -> list[str]:
    return [*(f"- {KINDS[proxy].name}: {KINDS[proxy].version()}" for proxy in proxies if KINDS[proxy].version()), ""]


def _earlier(path: Path) -> list[str]:
    """What the file says of the runs that it comes from, and of the programs."""
    lines = path.read_text().splitlines()
    return lines[2:next(number for number, line in enumerate(lines) if line.startswith("`-`:"))]


def read(path: Path) -> dict[str, list[Outcome]]:
    """What an earlier run has written, so that some cases can be run again and the rest kept."""
    kinds = {kind.name: proxy for proxy, kind in KINDS.items()}
    found: dict[str, dict[str, Outcome]] = {}
    section, columns = "", []
    verdicts = {mark: verdict for verdict, mark in MARKS.items()}
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            section = line.lstrip("# ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| case |"):
            columns = [kinds.get(name, "") for name in cells[1:]]
        elif section.startswith("Results") and len(cells) > 1 and cells[1] in verdicts:
            for proxy, mark in zip(columns, cells[1:]):
                found.setdefault(proxy, {})[cells[0]] = Outcome(cells[0], verdicts[mark])
        elif section.startswith("Measured") and len(cells) > 1 and cells[0] in found.get(columns[0], {}):
            for proxy, note in zip(columns, cells[1:]):
                if note and cells[0] in found[proxy]:
                    found[proxy][cells[0]].detail = note
        elif section.startswith("What failed") and line.startswith("- "):
            for name, proxy in sorted(kinds.items(), key=lambda item: -len(item[0])):
                if line.startswith(f"- {name}, "):
                    case, _, detail = line.removeprefix(f"- {name}, ").partition(": ")
                    found[proxy][case].detail = detail
                    break
    return {proxy: list(outcomes.values()) for proxy, outcomes in found.items()}


def _notes(by_proxy: dict[str, dict[str, Outcome]]) -> list[str]:
    lines = []
    for name, ours in by_proxy["vipgate"].items():
        if ours.verdict in ("failed", "missing"):
            lines.append(f"- {name}: vipgate {MARKS[ours.verdict]}: {_line(ours.detail)}")
        direct = by_proxy["direct"].get(name)
        if name in SHOWN:
            others = "; ".join(f"{KINDS[proxy].name} {_line(o.detail)}" for proxy, found in by_proxy.items()
                               if proxy != "vipgate" and (o := found.get(name)) and o.verdict != "n/a")
            lines.append(f"- {name} (shown, not judged): vipgate {_line(ours.detail)}. The others: {others}."
                         f" {SHOWN[name]}")
        if direct is not None and direct.verdict != "n/a" and direct.verdict != ours.verdict:
            lines.append(f"- {name}: a direct connection {MARKS[direct.verdict]}, vipgate {MARKS[ours.verdict]}."
                         + (f" Direct: {_line(direct.detail)}" if direct.verdict == "failed" else ""))
    return lines


def _line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())[:300]
