"""What was measured, as data: a sample for each peer, variant and round, and the file that holds them."""

from __future__ import annotations

import datetime
import json
import pathlib
import platform
from dataclasses import dataclass, field

from testkit.commands import first_line
from testkit.versions import processors


@dataclass(frozen=True)
class Metric:
    """A number of a sample. ``is_better_low``: less is better; ``is_compared``: ratios of it make sense."""

    key: str
    label: str
    unit: str
    is_better_low: bool
    digits: int = 1
    is_compared: bool = True
    is_charted: bool = True


@dataclass
class Sample:
    peer: str
    variant: str
    round: int
    values: dict[str, float]
    #: Why not to trust it, or what limited it.
    marks: list[str] = field(default_factory=list)
    #: What else is known of the interval.
    usage: dict[str, object] = field(default_factory=dict)
    series: dict[str, list[float]] = field(default_factory=dict)
    #: What the proxy's threads did, by their names.
    threads: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass
class CaseResult:
    name: str
    title: str
    metrics: tuple[Metric, ...]
    #: Which variant is compared with which of the same peer; empty: the peers are compared.
    bases: dict[str, str]
    #: Kinds of peers whose better one vipgate is compared with.
    rivals: tuple[str, ...]
    parameters: dict[str, object]
    samples: list[Sample] = field(default_factory=list)

    def peers(self) -> list[str]:
        return list(dict.fromkeys(sample.peer for sample in self.samples))

    def variants(self) -> list[str]:
        return list(dict.fromkeys(sample.variant for sample in self.samples))

    def of(self, peer: str, variant: str, key: str) -> dict[int, float]:
        """A metric's value in each round."""
        return {s.round: s.values[key] for s in self.samples if s.peer == peer and s.variant == variant and key in s.values}

    def disturbed(self, *peers: str) -> set[int]:
        """Rounds in which something else was at work while one of these was measured."""
        return {s.round for s in self.samples if s.peer in peers and {"steal", "foreign"} & set(s.marks)}

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "title": self.title, "parameters": self.parameters,
                "metrics": [vars(metric) for metric in self.metrics], "samples": [vars(sample) for sample in self.samples]}


@dataclass
class Run:
    """One run of the command."""

    command: str
    site: str
    #: Kind and version of each peer.
    kinds: dict[str, str]
    versions: dict[str, str]
    began: datetime.datetime = field(default_factory=lambda: datetime.datetime.now().astimezone())
    cases: list[CaseResult] = field(default_factory=list)
    interruption: str = ""

    def machine(self) -> dict[str, str]:
        memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) >> 20
        return {"processors": processors(), "memory": f"{memory} GiB", "kernel": f"Linux {platform.release()}",
                "wrk": _version("wrk", "-v"), "cc": _version("cc", "--version"), "site": self.site}

    def write_json(self, path: pathlib.Path) -> None:
        data = {"command": self.command, "began": self.began.isoformat(timespec="seconds"), "interruption": self.interruption,
                "machine": self.machine(), "peers": {name: {"kind": self.kinds[name], "version": self.versions[name]}
                                                     for name in self.kinds},
                "cases": [case.as_json() for case in self.cases]}
        path.write_text(json.dumps(data, indent=1) + "\n")


def _version(*words: str) -> str:
    return first_line(*words).partition(" [")[0]
