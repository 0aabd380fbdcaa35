"""Plays scenarios on the site that lab/bin/up built, and checks what each must show. README.md describes them. As root."""

from __future__ import annotations

import sys
import time
import traceback

from lab import commands
from lab.scenarios import ON_DEMAND, SCENARIOS
from lab.site.topology import Site
from testkit import TestkitError
from testkit.checks import check, summary
from testkit.commands import argument_parser


def show_logs(lab: Site) -> None:
    """The end of every log, to find the cause of a failure; the gateways also print what their threads do."""
    for gateway in lab.gateways:
        if gateway.runs("vipgate"):
            gateway.signal("vipgate", "QUIT")
    time.sleep(1)
    for host in lab.hosts:
        for log in sorted(host.directory.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-400:]
            print(f"---- {host.name}: {log.name}, {len(lines)} lines", *lines, sep="\n", flush=True)


def main() -> int:
    parser = argument_parser("lab/bin/test", __doc__)
    parser.add_argument("scenario", nargs="*", help=f"which ones (default: all): {', '.join(SCENARIOS)}; only when named: {', '.join(ON_DEMAND)}")
    parser.add_argument("--rounds", type=int, default=2, help="how often gateway_pair and compare_dark_vip play each fault (default: 2)")
    arguments = parser.parse_args()
    known = SCENARIOS | ON_DEMAND
    unknown = [name for name in arguments.scenario if name not in known]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)} (there are: {', '.join(known)})")
    lock = commands.begin()
    lab = Site()
    if not lab.is_up():
        print("lab/bin/test: the site is not up; lab/bin/up builds it", file=sys.stderr)
        return 2
    try:
        for name in arguments.scenario or SCENARIOS:
            began = time.monotonic()
            play = known[name]
            print(f"\n==== {name}: {(play.__doc__ or '').strip().splitlines()[0]}", flush=True)
            lab.clear()
            try:
                play(lab, arguments)
            except TestkitError as error:
                check(f"{name}: {error}", False)
                traceback.print_exc(file=sys.stdout)
                show_logs(lab)
            print(f"==== {name}: {time.monotonic() - began:.0f} s", flush=True)
    finally:
        lab.clear()
        lab.start()
        lock.close()
    return summary()


if __name__ == "__main__":
    sys.exit(main())
