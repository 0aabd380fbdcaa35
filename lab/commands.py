"""The lab's commands."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable

import topology
from topology import LabError, Site


def begin() -> object:
    """What every command needs: the machine's parts, and that no other command is at work."""
    # Under nohup the gateways would inherit that they ignore it, and the JVM honours that: no reload by signal.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = topology.missing()
    if missing:
        raise SystemExit("the lab needs, and this machine lacks:\n" + "".join(f"  {line}\n" for line in missing))
    return topology.locked()


def main(command: Callable[[], None], description: str | None) -> None:
    argparse.ArgumentParser(description=description).parse_args()
    lock = begin()
    try:
        command()
    except LabError as error:
        raise SystemExit(f"lab: {error}") from error
    finally:
        lock.close()


def up() -> None:
    lab = Site()
    if lab.is_up():
        print("the site is up already")
        return
    # Something may be left of a site that lost a host.
    lab.destroy()
    try:
        lab.create()
        lab.start()
    except BaseException:
        lab.destroy()
        raise
    print(f"the site is up: lab/exec client curl http://{topology.PUBLIC}/")


def down() -> None:
    Site().destroy()
    print("the site is down")


def status() -> None:
    lab = Site()
    if not lab.is_up():
        print("the site is not up")
        return
    for gateway in lab.gateways:
        runs = [name for name in ("vipgate", "keepalived") if gateway.runs(name)]
        print(f"{gateway.name}  {', '.join(runs) or 'nothing runs'}; {'ready' if gateway.is_ready() else 'not ready'}"
              f"{'; holds ' + topology.PUBLIC if gateway.holds_public() else ''}")
        if gateway.runs("vipgate"):
            said = gateway.run(topology.TOP / "vipgate", "status", "-c", gateway.directory / "gateway.yaml")
            print("".join(f"     {line}\n" for line in said.splitlines()), end="")
    for node in lab.nodes:
        runs = [name for name in ("nginx", "keepalived") if node.runs(name)]
        held = [f"{name} {vip}" for name, vip in (("VIP1", topology.VIP1), ("VIP2", topology.VIP2)) if node.holds(vip)]
        print(f"{node.name}    {', '.join(runs) or 'nothing runs'}{'; holds ' + ' and '.join(held) if held else ''}")


def enter() -> None:
    lab = Site()
    by_name = {host.name: host for host in lab.hosts}
    if len(sys.argv) < 3 or sys.argv[1] not in by_name:
        raise SystemExit(f"usage: lab/exec HOST COMMAND...   (hosts: {', '.join(by_name)})")
    try:
        words = by_name[sys.argv[1]].inside(*sys.argv[2:])
    except LabError as error:
        raise SystemExit(f"lab: {error}") from error
    os.execvp(words[0], words)
