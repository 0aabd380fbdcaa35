"""Hosts on one machine: each has network, process, mount and host-name namespaces of its own, and nothing of them is seen
from outside. The namespaces live as long as the host's first process (``host_init.py``), so ending that ends whatever ran
there. Needs iproute2 and util-linux, and root."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
from typing import Any

from testkit import TestkitError, commands
from testkit.processes import children, start_time
from testkit.waiting import await_that

_HOST_INIT = pathlib.Path(__file__).with_name("host_init.py")


class Host:
    """One host. Its processes keep their files in ``directory``, which is NAME below ``state``. Another command that makes a
    ``Host`` of the same name and state finds the same host."""

    def __init__(self, name: str, state: pathlib.Path) -> None:
        self.name = name
        self.directory = state / name
        self._remembered = self.directory / "namespace"

    # ---- its life ----

    @property
    def pid(self) -> int:
        """The first process, as seen from outside; 0 when the host does not exist."""
        with contextlib.suppress(OSError, ValueError):
            pid, started = self._remembered.read_text().split()
            if start_time(int(pid)) == started:
                return int(pid)
        return 0

    def create(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        holder = subprocess.Popen(
            ["unshare", "--net", "--pid", "--mount", "--uts", "--fork", "--kill-child", "--mount-proc",
             sys.executable, _HOST_INIT, self.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        # It says so when its namespaces are ready.
        if holder.stdout.readline() != b"ready\n":
            holder.kill()
            raise TestkitError(f"{self.name}: no namespaces: {holder.stderr.read().decode().strip()}")
        pid = children(holder.pid)[0]
        self._remembered.write_text(f"{pid} {start_time(pid)}")

    def destroy(self) -> None:
        pid = self.pid
        if pid:
            os.kill(pid, signal.SIGKILL)
            await_that(f"{self.name} ends", 10, lambda: not self.pid)
        shutil.rmtree(self.directory, ignore_errors=True)

    # ---- commands and processes in it ----

    def inside(self, *words: object) -> list[str]:
        """The command line that runs a command in the host."""
        pid = self.pid
        if not pid:
            raise TestkitError(f"host {self.name} does not exist")
        return ["nsenter", "--target", str(pid), "--net", "--pid", "--mount", "--uts", "--", *map(str, words)]

    def run(self, *words: object, **options: Any) -> str:
        return commands.run(*self.inside(*words), **options)

    def succeeds(self, *words: object) -> bool:
        return subprocess.run(self.inside(*words), capture_output=True, check=False).returncode == 0

    def popen(self, *words: object, **options: Any) -> subprocess.Popen[str]:
        """A command in the host, which belongs to the caller."""
        return subprocess.Popen(self.inside(*words), text=True, **options)

    @staticmethod
    def end(process: subprocess.Popen[str]) -> None:
        """Ends such a command. The process that the caller sees only waits for it."""
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        process.wait()

    def spawn(self, name: str, *words: object, at_end: str = ":") -> None:
        """
        Starts a process that stays when the caller ends. Its output is in ``NAME.log`` of the directory, its number in
        ``NAME.pid``; ``at_end`` is what the shell does when the process has ended, for whatever reason.
        """
        script = f'"$@" >> {self.directory}/{name}.log 2>&1 < /dev/null & echo $! > {self.directory}/{name}.pid; wait $!; {at_end}'
        (self.directory / f"{name}.pid").unlink(missing_ok=True)
        subprocess.Popen(self.inside("setsid", "--fork", "sh", "-c", script, "sh", *words), stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).wait()
        await_that(f"{self.name} starts {name}", 5, lambda: self.pid_of(name) > 0, 0.002)

    def pid_of(self, name: str) -> int:
        """A spawned process's number inside the host; 0 if it was never started."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.directory / f"{name}.pid").read_text())
        return 0

    def seen_from_outside(self, number: int) -> int:
        """What the number of one of its processes is outside the host; 0 if there is none."""
        pids = [self.pid]
        for pid in pids:
            with contextlib.suppress(OSError):
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                if int(re.search(r"^NSpid:.*\t(\d+)$", status, re.MULTILINE)[1]) == number:
                    return pid
            pids += children(pid)
        return 0

    def runs(self, name: str) -> bool:
        pid = self.pid_of(name)
        return pid > 0 and self.succeeds("kill", "-0", pid)

    def signal(self, name: str, which: str) -> None:
        self.run("kill", f"-{which}", self.pid_of(name))

    def stop(self, name: str, which: str = "TERM", seconds: float = 15) -> None:
        """Ends a spawned process and waits for that; does nothing when it does not run."""
        if self.runs(name):
            self.signal(name, which)
            await_that(f"{name} on {self.name} ends", seconds, lambda: not self.runs(name))
        (self.directory / f"{name}.pid").unlink(missing_ok=True)

    def end_all(self) -> None:
        """Ends every process but the first, at once."""
        # From inside, -1 is everybody but the caller and the first.
        subprocess.run(self.inside("kill", "-KILL", "--", "-1"), capture_output=True, check=False)
        for left in self.directory.glob("*.pid"):
            left.unlink()

    def log(self, name: str) -> str:
        with contextlib.suppress(OSError):
            return (self.directory / f"{name}.log").read_text(errors="replace")
        return ""

    # ---- its network ----

    def ip(self, *words: object) -> str:
        return self.run("ip", *words)

    def sysctl(self, **values: object) -> None:
        """Keys with ``__`` for dots."""
        for key, value in values.items():
            self.run("sysctl", "-qw", f"{key.replace('__', '.')}={value}")

    def mac(self, interface: str) -> str:
        """The hardware address of an interface."""
        words = self.ip("-o", "link", "show", "dev", interface).split()
        return words[words.index("link/ether") + 1]

    def addresses(self, interface: str) -> list[str]:
        """The IPv4 addresses of an interface, without their lengths."""
        words = self.ip("-o", "-4", "addr", "show", "dev", interface).split()
        return [words[i + 1].partition("/")[0] for i, word in enumerate(words) if word == "inet"]


class Switch:
    """A host with bridges: each a switch that other hosts are plugged into."""

    def __init__(self, name: str, state: pathlib.Path) -> None:
        self.host = Host(name, state)

    def create(self, *bridges: str) -> None:
        self.host.create()
        for bridge in bridges:
            self.host.ip("link", "add", bridge, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0")
            self.host.ip("link", "set", bridge, "up")

    def plug(self, bridge: str, host: Host, interface: str, *addresses: str) -> None:
        """A cable between a host's new interface and a bridge."""
        port = f"{bridge}-{host.name}"
        cable(self.host, port, host, interface)
        self.host.ip("link", "set", port, "master", bridge, "up")
        for address in addresses:
            # No duplicate address detection: IPv6 addresses would not answer for a second.
            more = ("nodad",) if ":" in address else ()
            host.ip("addr", "add", address, "dev", interface, *more)
        host.ip("link", "set", interface, "up")

    def cut(self, bridge: str, host: Host, is_cut: bool = True) -> None:
        """Pulls the cable, or puts it back. The host sees that its link is down."""
        self.host.ip("link", "set", f"{bridge}-{host.name}", "down" if is_cut else "up")


def cable(a: Host, interface_a: str, b: Host, interface_b: str) -> None:
    """A cable of MTU 1500 between new interfaces of two hosts, which are down and have no addresses yet."""
    a.ip("link", "add", interface_a, "mtu", "1500", "type", "veth", "peer", "name", "cable", "mtu", "1500")
    # A process number from outside means nothing inside: the move is made from outside, into both namespaces.
    commands.run("nsenter", "--target", a.pid, "--net", "--", "ip", "link", "set", "cable", "netns", b.pid)
    b.ip("link", "set", "cable", "name", interface_b)
