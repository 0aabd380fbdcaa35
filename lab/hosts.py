"""Hosts on one machine: each has network, process, mount and host-name namespaces of its own, and nothing of them is seen
from outside. A namespace lives as long as its host's first process, so ending that ends whatever ran there.

Python's standard library, iproute2 and util-linux only. As root."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

#: Where the hosts' processes keep files, and where this module remembers the hosts between commands.
#: Another directory is another lab, beside the first.
STATE = pathlib.Path(os.environ.get("VIPGATE_LAB", "/var/lib/vipgate-lab")).resolve()

_FIRST_PROCESS = pathlib.Path(__file__).with_name("first_process.py")


class LabError(Exception):
    """Something the lab needs is not there, or did not happen."""


def run(*words: object, **options: object) -> str:
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise LabError(f"{' '.join(map(str, words))}: exit {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def await_that(what: str, seconds: float, holds: object, step: float = 0.02) -> float:
    """Waits until something holds; returns how long that took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise LabError(f"not within {seconds} s: {what}")
        time.sleep(step)
    return time.monotonic() - began


def _start_time(pid: int) -> str:
    """When a process started: with its number, what tells it from a later one with the same number."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


class Host:
    """One host. Files of its processes are in ``directory``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.directory = STATE / name
        self._remembered = self.directory / "namespace"

    # ---- its life ----

    @property
    def pid(self) -> int:
        """The first process, as seen from outside; 0 when the host is not there."""
        with contextlib.suppress(OSError, ValueError):
            pid, started = self._remembered.read_text().split()
            if _start_time(int(pid)) == started:
                return int(pid)
        return 0

    def create(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        holder = subprocess.Popen(
            ["unshare", "--net", "--pid", "--mount", "--uts", "--fork", "--kill-child", "--mount-proc",
             sys.executable, _FIRST_PROCESS, self.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        # It says so when its namespaces are ready.
        if holder.stdout.readline() != b"ready\n":
            holder.kill()
            raise LabError(f"{self.name}: no namespaces: {holder.stderr.read().decode().strip()}")
        children = pathlib.Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        pid = int(children[0])
        self._remembered.write_text(f"{pid} {_start_time(pid)}")

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
            raise LabError(f"{self.name} is not there; lab/up first")
        return ["nsenter", "--target", str(pid), "--net", "--pid", "--mount", "--uts", "--", *map(str, words)]

    def run(self, *words: object, **options: object) -> str:
        return run(*self.inside(*words), **options)

    def succeeds(self, *words: object) -> bool:
        return subprocess.run(self.inside(*words), capture_output=True, check=False).returncode == 0

    def popen(self, *words: object, **options: object) -> subprocess.Popen[str]:
        """A command in the host, that belongs to the caller."""
        return subprocess.Popen(self.inside(*words), text=True, **options)

    @staticmethod
    def end(process: subprocess.Popen[str]) -> None:
        """Ends such a command. The process that the caller sees only waits for it."""
        for child in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        process.wait()

    def spawn(self, name: str, *words: object, at_end: str = ":") -> None:
        """
        Starts a process that stays when the caller ends. Its output is in ``NAME.log`` of the directory, its number in
        ``NAME.pid``; ``at_end`` is what the shell does when it has ended, however that came.
        """
        script = f'"$@" >> {self.directory}/{name}.log 2>&1 < /dev/null & echo $! > {self.directory}/{name}.pid; wait $!; {at_end}'
        (self.directory / f"{name}.pid").unlink(missing_ok=True)
        subprocess.Popen(self.inside("setsid", "--fork", "sh", "-c", script, "sh", *words), stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).wait()
        await_that(f"{self.name} starts {name}", 5, lambda: self.number(name) > 0, 0.002)

    def number(self, name: str) -> int:
        """A spawned process's number inside the host; 0 if it was never started."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.directory / f"{name}.pid").read_text())
        return 0

    def runs(self, name: str) -> bool:
        number = self.number(name)
        return number > 0 and self.succeeds("kill", "-0", number)

    def signal(self, name: str, which: str) -> None:
        self.run("kill", f"-{which}", self.number(name))

    def stop(self, name: str, which: str = "TERM", seconds: float = 15) -> None:
        """Ends a spawned process and waits for that; nothing when it does not run."""
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

    def __init__(self, name: str) -> None:
        self.host = Host(name)

    def create(self, *bridges: str) -> None:
        self.host.create()
        for bridge in bridges:
            self.host.ip("link", "add", bridge, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0")
            self.host.ip("link", "set", bridge, "up")

    def plug(self, bridge: str, host: Host, interface: str, *addresses: str) -> None:
        """A cable between a host's new interface and a bridge."""
        port = f"{bridge}-{host.name}"
        self.host.run("ip", "link", "add", port, "mtu", "1500", "type", "veth", "peer", "name", "cable")
        self.host.run("ip", "link", "set", port, "master", bridge, "up")
        # A process number from outside means nothing in there: the move is made from outside, into both namespaces.
        run("nsenter", "--target", self.host.pid, "--net", "--", "ip", "link", "set", "cable", "netns", host.pid)
        host.ip("link", "set", "cable", "name", interface, "mtu", "1500")
        for address in addresses:
            # No duplicate address detection: IPv6 addresses would not answer for a second.
            more = ("nodad",) if ":" in address else ()
            host.ip("addr", "add", address, "dev", interface, *more)
        host.ip("link", "set", interface, "up")

    def cut(self, bridge: str, host: Host, is_cut: bool = True) -> None:
        """Pulls the cable, or puts it back. The host sees that its link is down."""
        self.host.ip("link", "set", f"{bridge}-{host.name}", "down" if is_cut else "up")
