"""What the commands of ``lab/bin`` do, but ``lab/bin/test``, which is ``play.py``."""

from __future__ import annotations

import os
import signal
import sys

from lab.site.machines import PUBLIC, STATE, VIP1, VIP2
from lab.site.topology import Site
from testkit import TestkitError, commands

#: Programs that the lab runs, and the Debian packages that have them.
PROGRAMS = {"nginx": "nginx-light", "keepalived": "keepalived", "ip": "iproute2", "iptables-restore": "iptables",
            "curl": "curl", "pidof": "sysvinit-utils", "nsenter": "util-linux", "unshare": "util-linux", "kill": "procps",
            "sysctl": "procps", "setsid": "util-linux", "setpriv": "util-linux", "/lib/systemd/systemd-networkd": "systemd"}
LOCK_SECONDS = 60


def begin() -> object:
    """For every command: checks that nothing is missing on this machine, and that no other command is at work in this lab."""
    # Under nohup the gateways would inherit that they ignore it, and the JVM honours that: no reload by signal.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    commands.search_system_directories()
    commands.require_nothing_missing("the lab", commands.missing(PROGRAMS))
    try:
        return commands.lock(STATE, LOCK_SECONDS)
    except TestkitError as error:
        raise SystemExit(f"lab: {error}") from error


def up() -> None:
    """Builds the site on this machine, in namespaces of its own: two NGINX nodes under keepalived, and two vipgate gateways in
    front of them that share a public address. Does nothing when the site is up already. As root."""
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
    print(f"the site is up: lab/bin/exec client curl http://{PUBLIC}/")


def down() -> None:
    """Removes what lab/bin/up built, and ends whatever runs there. Does nothing when there is no site. As root."""
    Site().destroy()
    print("the site is down")


def status() -> None:
    """What runs on each machine, who holds which address, and the gateways' own status. As root."""
    lab = Site()
    if not lab.is_up():
        print("the site is not up")
        return
    for gateway in lab.gateways:
        runs = [name for name in ("vipgate", "keepalived") if gateway.runs(name)]
        print(f"{gateway.name}  {', '.join(runs) or 'nothing runs'}; {'ready' if gateway.is_ready() else 'not ready'}"
              f"{'; holds ' + PUBLIC if gateway.holds_public() else ''}")
        if gateway.runs("vipgate"):
            said = gateway.vipgate("status")
            print("".join(f"     {line}\n" for line in said.splitlines()), end="")
    for node in lab.nodes:
        runs = [name for name in ("nginx", "keepalived") if node.runs(name)]
        held = [f"{name} {vip}" for name, vip in (("VIP1", VIP1), ("VIP2", VIP2)) if node.holds(vip)]
        print(f"{node.name}    {', '.join(runs) or 'nothing runs'}{'; holds ' + ' and '.join(held) if held else ''}")


def enter(words: list[str]) -> None:
    """Runs a command on a host of the site, in this process's place."""
    by_name = {host.name: host for host in Site().hosts}
    if len(words) < 2 or words[0] not in by_name:
        raise SystemExit(f"usage: lab/bin/exec HOST COMMAND...   (hosts: {', '.join(by_name)})")
    try:
        line = by_name[words[0]].inside(*words[1:])
    except TestkitError as error:
        raise SystemExit(f"lab: {error}; lab/bin/up builds the site") from error
    os.execvp(line[0], line)


def main() -> None:
    name, *words = sys.argv[1:]
    if name == "exec":
        enter(words)
    command = {"up": up, "down": down, "status": status}[name]
    commands.argument_parser(f"lab/bin/{name}", command.__doc__).parse_args(words)
    lock = begin()
    try:
        command()
    except TestkitError as error:
        raise SystemExit(f"lab: {error}") from error
    finally:
        lock.close()


if __name__ == "__main__":
    main()
