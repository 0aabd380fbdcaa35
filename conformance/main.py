"""Runs the conformance suite against a proxy; see README.md beside this file.

The last line is `N passed, M failed`; the exit status is 0 only when nothing failed and everything that should run ran.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from conformance import mutants, report
from conformance.cases import ALL_CASES, GROUPS
from conformance.proxies import KINDS, Proxy, StartFailed
from conformance.suite import Case, Outcome, Place, baseline, run_case
from testkit import commands

HERE = Path(__file__).resolve().parent
CONTROLS = ("direct", "vipgate", "haproxy", "nginx", "nginx-half-close")
#: Two queues at a time, one for each of two processors.
QUEUES = (("vipgate", "nginx-half-close"), ("haproxy", "direct", "nginx"))


def arguments() -> argparse.Namespace:
    parser = commands.argument_parser("conformance/run", __doc__)
    parser.add_argument("--proxy", choices=KINDS, default="vipgate")
    parser.add_argument("--short", action="store_true", help="the form for CI: fewer rounds, no namespaces, under 3 minutes")
    parser.add_argument("--case", nargs="+", default=[], metavar="NAME", help="only these, even if the short form lacks them")
    parser.add_argument("--group", choices=GROUPS, help="only the cases of this group, as --case would name them")
    parser.add_argument("--controls", action="store_true", help="every proxy; writes RESULTS.md, with --case only those rows anew")
    parser.add_argument("--mutants", action="store_true", help="checks the suite itself by means of the flawed reference proxy")
    parser.add_argument("--allow-missing", action="store_true", help="a case that can't run here is no failure")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--part", choices=("all", "busy", "waits", "together", "alone"), default="all",
                        help="the cases that must run alone, or those that need not: busy ones, ones that wait, together both")
    parser.add_argument("--flaw", default="none", help="of the reference proxy")
    parser.add_argument("--json", type=Path, help="writes the outcomes to a file")
    parser.add_argument("--list", action="store_true", help="prints the tables")
    args = parser.parse_args()
    if args.group:
        args.case += [case.name for case in GROUPS[args.group]]
    unknown = set(args.case) - {case.name for case in ALL_CASES}
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return args


def selected(args: argparse.Namespace) -> list[Case]:
    if args.case:
        return [case for case in ALL_CASES if case.name in args.case]
    return [case for case in ALL_CASES if (case.is_short or not args.short)
            and (args.part in ("all", case.part) or args.part == "together" and not case.alone)]


def say(outcome: Outcome, who: str = "") -> None:
    label = {"passed": "ok   ", "failed": "FAIL ", "missing": "MISS ", "n/a": "n/a  "}[outcome.verdict]
    detail = f": {outcome.detail}" if outcome.detail else ""
    print(f"{label} {who}{outcome.case} ({outcome.seconds:.1f} s){detail}", flush=True)


def who(args: argparse.Namespace) -> str:
    """Names the proxy where several runs share an output."""
    return f"{KINDS[args.proxy].name}: " if args.json else ""


def run_all(cases: Iterable[Case], args: argparse.Namespace) -> list[Outcome]:
    """Cases with the same settings share a process; the namespaces live as long as the settings' group."""
    kind = KINDS[args.proxy]
    outcomes = []
    groups: dict[object, list[Case]] = {}
    for case in cases:
        if kind.name not in case.applies:
            outcomes.append(Outcome(case.name, "n/a"))
        elif reason := case.missing():
            outcomes.append(Outcome(case.name, "missing", reason))
            say(outcomes[-1], who(args))
        else:
            groups.setdefault((case.on_network, case.settings), []).append(case)
    for group in groups.values():
        outcomes += run_group(group, kind, args)
    return outcomes


def run_group(group: list[Case], kind: type[Proxy], args: argparse.Namespace) -> list[Outcome]:
    outcomes: list[Outcome] = []
    place = Place.make(group[0].on_network)
    try:
        if place.net is not None and kind.name == "direct":
            place.net.forward()
        proxy = kind(group[0].settings, place.routes, place.net.gateway if place.net else None, args.flaw)
        try:
            proxy.start()
            before = baseline(proxy, place)
            for number, case in enumerate(group):
                outcomes.append(run_case(case, proxy, place, before, args.short, args.seed))
                say(outcomes[-1], who(args))
                if outcomes[-1].verdict == "failed" and number + 1 < len(group):
                    # What one failure leaves behind must not fail the next case.
                    proxy.stop()
                    proxy = kind(group[0].settings, place.routes, place.net.gateway if place.net else None, args.flaw)
                    proxy.start()
                    before = baseline(proxy, place)
        finally:
            proxy.stop()
    except (StartFailed, RuntimeError, OSError) as error:
        for case in group[len(outcomes):]:
            outcomes.append(Outcome(case.name, "failed", f"not run: {error}"))
            say(outcomes[-1], who(args))
    finally:
        place.close()
    return outcomes


def again(args: argparse.Namespace, proxy: str, *more: str) -> tuple[subprocess.Popen[bytes], Path]:
    """Another process of this program, whose outcomes come back in a file."""
    fd, name = tempfile.mkstemp(suffix=".json")
    os.close(fd)
    words = [sys.executable, "-m", "conformance.main", "--proxy", proxy, "--seed", str(args.seed), "--json", name, *more]
    if args.short:
        words.append("--short")
    return subprocess.Popen(words), Path(name)


def outcomes_of(started: tuple[subprocess.Popen[bytes], Path]) -> list[Outcome]:
    process, path = started
    process.wait()
    try:
        return [Outcome(**row) for row in json.loads(path.read_text() or "[]")]
    finally:
        path.unlink()


def controls(args: argparse.Namespace) -> list[Outcome]:
    """Two proxies at a time, then the cases that mostly wait, of all proxies at the same time, then those that must be
    alone."""
    alone = {case.name for case in ALL_CASES if case.alone}
    together = [name for name in args.case or [] if name not in alone]
    only = ["--case", *together] if args.case else []
    results: dict[str, list[Outcome]] = {proxy: [] for proxy in CONTROLS}

    def work_off(proxies: tuple[str, ...]) -> None:
        for proxy in proxies:
            print(f"==== {KINDS[proxy].name}", flush=True)
            results[proxy] = outcomes_of(again(args, proxy, *(only or ["--part", "busy"])))

    threads = [threading.Thread(target=work_off, args=(proxies,)) for proxies in QUEUES]
    if together or not only:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if not only and not args.short:
        print("==== cases that wait, all proxies", flush=True)
        for proxy, started in [(proxy, again(args, proxy, "--part", "waits")) for proxy in CONTROLS]:
            results[proxy] += outcomes_of(started)
    named = [name for name in args.case or alone if name in alone]
    if named and not args.short:
        for proxy in CONTROLS:
            print(f"==== cases that run alone, {KINDS[proxy].name}", flush=True)
            results[proxy] += outcomes_of(again(args, proxy, "--case", *named))
    command = "conformance/run --controls" + (" --short" if args.short else "")
    if only:
        what = f"--group {args.group}" if args.group else f"--case {' '.join(args.case)}"
        command += f" {what}"
    file = HERE / "RESULTS.md"
    report.write(file, _merged(report.read(file) if only else {}, results), command, args.seed, bool(only))
    print(f"written: {file}")
    return results["vipgate"]


def _merged(old: dict[str, list[Outcome]], new: dict[str, list[Outcome]]) -> dict[str, list[Outcome]]:
    return {proxy: [o for o in old.get(proxy, []) if o.case not in {n.case for n in new[proxy]}] + new[proxy]
            for proxy in CONTROLS}


def check_mutants(args: argparse.Namespace) -> list[Outcome]:
    args.short = True
    outcomes = []
    for name, flaw in mutants.FLAWS.items():
        print(f"==== reference proxy, flaw: {name}", flush=True)
        failed = {o.case for o in outcomes_of(again(args, "reference", "--flaw", name, "--case", *flaw.cases))
                  if o.verdict != "passed"}
        missed, wrong = flaw.must - failed, failed - flaw.must - flaw.may
        detail = "; ".join([f"missed by {case}" for case in sorted(missed)] + [f"fails {case}" for case in sorted(wrong)])
        outcomes.append(Outcome(f"flaw {name}", "failed" if detail else "passed", detail or f"found by {len(failed)} cases"))
        say(outcomes[-1])
    return outcomes


def main() -> int:
    commands.search_system_directories()
    args = arguments()
    if args.list:
        for case in ALL_CASES:
            print(f"{case.name}\n  client:   {case.describe(case.client)}\n  endpoint: {case.describe(case.endpoint)}\n"
                  f"  must:     {case.must}\n  bound:    {case.bound}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.setswitchinterval(0.0005)
    started = time.monotonic()
    print(f"seed {args.seed}, Linux {platform.release()}", flush=True)
    if args.controls:
        outcomes = controls(args)
    elif args.mutants:
        outcomes = check_mutants(args)
    else:
        outcomes = run_all(selected(args), args)
    if args.json:
        args.json.write_text(json.dumps([asdict(outcome) for outcome in outcomes]))
    passed = sum(o.verdict == "passed" for o in outcomes)
    failed = sum(o.verdict == "failed" or (o.verdict == "missing" and not args.allow_missing) for o in outcomes)
    print(f"{time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
