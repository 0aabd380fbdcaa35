"""Compares vipgate under load with HAProxy, nginx, iptables rules, and a direct path.

Everything runs in network namespaces of its own, which end with this command. See README.md beside this file for what
each case measures. As root."""

from __future__ import annotations

import argparse
import datetime
import os
import pathlib
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator

from benchmarks.load import report, testbed, tools
from benchmarks.load.case import Case, Options
from benchmarks.load.cases import ALL
from benchmarks.load.proxies import KINDS, HAProxy, Peer, Vipgate
from benchmarks.load.results import CaseResult, Run, Sample
from benchmarks.load.testbed import STATE, Processors, Testbed
from testkit import ROOT, TestkitError, commands

PROGRAMS = {"nginx": "nginx-light", "ip": "iproute2", "curl": "curl", "wrk": "wrk", "cc": "gcc", "nsenter": "util-linux",
            "unshare": "util-linux", "setsid": "util-linux", "taskset": "util-linux", "kill": "procps", "sysctl": "procps"}
ALLOWED_CONGESTION = pathlib.Path("/proc/sys/net/ipv4/tcp_allowed_congestion_control")
STREAM = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")


def arguments() -> argparse.Namespace:
    parser = commands.argument_parser("benchmarks/load/run", __doc__)
    add = parser.add_argument
    add("--case", action="append", default=[], metavar="NAMES", help=f"of {', '.join(ALL)}; separated by commas (default: all)")
    add("--peers", metavar="NAMES", help=f"of {', '.join(KINDS)} and the names of jars (default: all)")
    add("--jar", action="append", default=[], metavar="NAME=PATH",
        help="a build of vipgate as a peer of its own; instead of this checkout's, unless --peers names that too")
    add("--java-options", action="append", default=[], metavar="NAME=FLAGS", help="further JVM flags of a build")
    add("--pool", action="append", default=[], metavar="NAME=YAML", help="further keys of a build's pool, such as 'hedged=connect: { hedge: auto }'")
    add("--rounds", type=int, help="of each case (default: as the case has it)")
    add("--seconds", type=int, help="of each measurement")
    add("--warm-up", type=int, metavar="SECONDS", help="of load on each build of vipgate before the first round; in idle of rest since its start")
    add("--fresh-every", type=int, metavar="ROUNDS", help="start and warm up all peers anew after so many rounds")
    add("--connections", type=int, default=64, help="at once, where clients ask in a closed loop (default: 64)")
    add("--workers", type=int, default=1, help="event loops, threads or processes of each gateway, and its processors")
    add("--congestion", metavar="NAMES", default="",
        help="of the kernel, such as bbr,reno; all hosts have each of them by turns in bulk (default: the system's alone)")
    add("--loopback", action="store_true", help="one host, everything on its lo, instead of hosts and cables")
    add("--quick", action="store_true", help="a smoke run: each case once and short; its numbers mean nothing")
    add("--haproxy", metavar="PATH", default="haproxy", help="the program (default: haproxy of the PATH)")
    add("--out", type=pathlib.Path, metavar="DIRECTORY",
        help="for the results (default: benchmarks/results/DATE-CASES; with --quick: target/load/DATE-CASES)")
    args = parser.parse_args()
    args.case = [name for names in args.case for name in names.split(",")] or list(ALL)
    if unknown := set(args.case) - set(ALL):
        parser.error(f"no such case: {', '.join(sorted(unknown))} (there are {', '.join(ALL)})")
    args.jar, args.java_options, args.pool = (_pairs(parser, each) for each in (args.jar, args.java_options, args.pool))
    for name, path in args.jar.items():
        if name in KINDS and name != "vipgate" or not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            parser.error(f"--jar {name}: not a name for a build")
        if not pathlib.Path(path).is_file():
            parser.error(f"--jar {name}={path}: no such file")
    builds = list(args.jar) or ["vipgate"]
    known = [*dict.fromkeys([*builds, *KINDS])]
    default = [*builds, *(kind for kind in KINDS if kind != "vipgate" and not (args.loopback and kind == "iptables"))]
    args.peers = args.peers.split(",") if args.peers else default
    if unknown := set(args.peers) - set(known):
        parser.error(f"no such peer: {', '.join(sorted(unknown))} (there are {', '.join(known)})")
    if args.loopback and "iptables" in args.peers:
        parser.error("iptables: not with --loopback, where connection tracking would slow down all of them")
    args.congestion = tuple(filter(None, args.congestion.split(",")))
    if refused := set(args.congestion) - set(allowed := ALLOWED_CONGESTION.read_text().split()):
        parser.error(f"--congestion {','.join(sorted(refused))}: not among {' '.join(allowed)}, which"
                     " net.ipv4.tcp_allowed_congestion_control has; only these can be chosen within a namespace")
    return args


def _pairs(parser: argparse.ArgumentParser, words: list[str]) -> dict[str, str]:
    for word in words:
        if "=" not in word:
            parser.error(f"{word} (expected: NAME=VALUE)")
    return dict(word.split("=", 1) for word in words)


def missing(args: argparse.Namespace) -> list[str]:
    """What this machine lacks, one line each."""
    needed = dict(PROGRAMS)
    if "haproxy" in args.peers:
        needed[args.haproxy] = "haproxy"
    if "iptables" in args.peers:
        needed["iptables-restore"] = "iptables"
    needs_jar = "vipgate" in args.peers and "vipgate" not in args.jar
    lacking = commands.missing(needed, needs_jar)
    if not STREAM.exists():
        lacking.append(f"{STREAM} (package libnginx-mod-stream)")
    return lacking


def make_peers(args: argparse.Namespace, bed: Testbed, processors: Processors) -> list[Peer]:
    HAProxy.program = args.haproxy
    peers: list[Peer] = []
    for number, name in enumerate(args.peers):
        if name in args.jar or name == "vipgate":
            jar = pathlib.Path(args.jar[name]).resolve() if name in args.jar else None
            peers.append(Vipgate(name, number, bed, processors, jar, args.java_options.get(name, ""), args.pool.get(name, "")))
        else:
            peers.append(KINDS[name](name, number, bed, processors))
    return peers


def spoken_command(args: argparse.Namespace) -> str:
    """The command line without the directories of this machine."""
    words = [re.sub(r"^((?:--\w+=)?[\w.-]+=|--\w+=|)/\S*/([^/\s]+)$", r"\1\2", word) for word in sys.argv[1:]]
    return shlex.join(["benchmarks/load/run", *words])


def turn(case: Case, peers: list[Peer], number: int) -> Iterator[tuple[str, Peer]]:
    """The order of measurements in a round. What is compared stands together; the first one changes from round to round:
    with two of them AB, BA, BA, AB."""
    groups = [[(variant, peer) for peer in peers] for variant in case.variants]
    if case.bases:
        groups = [[pair for group in groups for pair in group]]
    for group in groups:
        first = number // 2 % len(group)
        order = group[first:] + group[:first]
        yield from order if number % 2 == 0 else reversed(order)


def play(case: Case, peers: list[Peer], result: CaseResult) -> None:
    """All rounds of a case."""
    try:
        for number in range(case.rounds):
            if number % case.fresh_every == 0:
                if number:
                    case.end(peers)
                case.begin(peers)
            samples = []
            for variant, peer in turn(case, peers, number):
                sample = case.measure(peer, variant)
                sample.round = number + 1
                samples.append(sample)
                result.samples.append(sample)
                say(case, sample)
            case.compare_with_direct(samples)
    finally:
        case.end(peers)


def say(case: Case, sample: Sample) -> None:
    shown = [f"{metric.key} {sample.values[metric.key]:,.{metric.digits}f}{metric.unit and ' ' + metric.unit}"
             for metric in case.metrics if metric.key in sample.values]
    print(f"  {sample.round:3d}  {' '.join(filter(None, (sample.peer, sample.variant))):24s}  {'; '.join(shown)}"
          + (f"  [{', '.join(sample.marks)}]" if sample.marks else ""), flush=True)


def destination(args: argparse.Namespace, began: datetime.datetime) -> pathlib.Path:
    names = "all" if args.case == list(ALL) else "-".join(args.case)
    parent = ROOT / "target" / "load" if args.quick else ROOT / "benchmarks" / "results"
    first = args.out or parent / f"{began:%Y-%m-%d}-{names}"
    if args.out is not None:
        return first
    return next(path for path in (first, *(first.with_name(f"{first.name}-{i}") for i in range(2, 1000))) if not path.exists())


def duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def measure_all(args: argparse.Namespace, record: Run, bed: Testbed, processors: Processors) -> None:
    options = Options(args.rounds, args.seconds, args.warm_up, args.fresh_every, args.connections, args.workers, args.quick,
                      args.congestion)
    peers = make_peers(args, bed, processors)
    for peer in peers:
        if isinstance(peer, Vipgate):
            peer.train()
        record.kinds[peer.name], record.versions[peer.name] = peer.kind, peer.version()
        if record.versions[peer.name]:
            print(f"{peer.name}: {record.versions[peer.name]}")
    cases = [(case, [peer for peer in peers if peer.kind in case.kinds])
             for case in (ALL[name](bed, processors, options) for name in args.case)]
    cases = [(case, able) for case, able in cases if able]
    print(f"about {duration(sum(case.estimate(able) for case, able in cases))} in all", flush=True)
    for case, able in cases:
        print(f"\n== {case.title} ({case.name}): {case.rounds} rounds, about {duration(case.estimate(able))}", flush=True)
        began = time.monotonic()
        result = CaseResult(case.name, case.title, case.metrics, case.bases, case.rivals, case.parameters())
        record.cases.append(result)
        play(case, able, result)
        print(f"   took {duration(time.monotonic() - began)}\n")
        print("\n".join(report.tables(record, result)), flush=True)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    args = arguments()
    commands.search_system_directories()
    commands.require_nothing_missing("load", missing(args))
    try:
        # Two runs at the same time would measure each other.
        lock = commands.lock(STATE)
        processors = Processors(args.workers)
    except TestkitError as error:
        raise SystemExit(f"load: {error}") from error
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup the end of the terminal does not stop the run.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    # Whatever this command starts, but the gateways, runs where it runs itself.
    os.sched_setaffinity(0, processors.load)
    testbed.clear_leftovers()
    bed = Testbed(args.loopback, 64 if args.quick else 512)
    where = "one host, loopback" if args.loopback else "namespaces joined by veth, MTU 1500"
    pinned = "gateway and the others on the same processors" if processors.is_shared else (
        f"gateway on processor {Processors.words(processors.gateway)}, client and nodes on {Processors.words(processors.load)}")
    record = Run(spoken_command(args), f"{where}; {pinned}", {}, {})
    problem = ""
    try:
        bed.create()
        tools.build()
        measure_all(args, record, bed, processors)
    except KeyboardInterrupt:
        problem = "interrupted"
    except (TestkitError, OSError, subprocess.SubprocessError) as error:
        problem = str(error)
    except Exception:
        # A fault of this program itself must not cost what was measured before it.
        problem = traceback.format_exc()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        bed.destroy()
        lock.close()
    record.interruption = problem.splitlines()[-1 if problem.startswith("Traceback") else 0] if problem else ""
    record.cases = [case for case in record.cases if case.samples]
    if record.cases:
        directory = destination(args, record.began)
        report.write(record, directory)
        print(f"\nresults: {os.path.relpath(directory)}")
    if problem:
        raise SystemExit(f"load: {problem}")


if __name__ == "__main__":
    main()
