"""A gateway that is killed under load, by kill -9, while a service manager keeps its listening sockets.

No client that comes after the kill may be refused or reset: they wait until the next process serves. Under a stand-in for
systemd (testkit/service_manager.py), on loopback, without root. Also what must not be kept: the sockets of a listener that a
reload takes away, those that another configuration has no use for, those of a gateway that is told to stop; and descriptors
that are none of the gateway's own. And a listener that is paused, and a store that is too small. Needs the jar
(target/vipgate.jar) and Python 3.11.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from lab.checks.loopback import Endpoint
from testkit import ROOT, commands
from testkit.checks import check, summary
from testkit.ports import free_port
from testkit.service_manager import ServiceManager

STORE_MAX = 64


@dataclass
class Exchange:
    """One connection: when it began and ended, and what went wrong."""

    began: float
    ended: float = 0.0
    problem: str = ""


async def exchange(port: int, seconds: float = 15) -> Exchange:
    """Connects, has the endpoint's letter and an echo."""
    one = Exchange(time.monotonic())
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                await reader.readexactly(1)
                writer.write(b"x")
                await reader.readexactly(1)
            finally:
                writer.close()
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        one.problem = repr(error)
    one.ended = time.monotonic()
    return one


async def exchanges(port: int, per_second: int, seconds: float) -> list[Exchange]:
    """So many connections a second, each begun on time whatever becomes of the others."""
    started = time.monotonic()
    tasks = []
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(max(0.0, started + number / per_second - time.monotonic()))
        tasks.append(asyncio.create_task(exchange(port)))
    return await asyncio.gather(*tasks)


class Crashes:
    def __init__(self, rounds: int, per_second: int) -> None:
        self.rounds = rounds
        self.per_second = per_second
        self.web, self.other = free_port(), free_port()
        self.endpoint = Endpoint("1")
        self.directory = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.directory.name) / "gateway.yaml"
        self.write([self.web, self.other])
        self.manager = ServiceManager([ROOT / "vipgate", "run", "-c", self.file], STORE_MAX)
        self.manager.await_ready(1)

    def write(self, ports: list[int], loops: int = 2) -> None:
        listeners = "".join(f'  on{port}: {{ bind: "127.0.0.1:{port}", pool: p, backlog: 4096 }}\n' for port in ports)
        self.file.write_text(f"listeners:\n{listeners}pools:\n  p:\n"
                             f'    endpoints: {{ one: "127.0.0.1:{self.endpoint.port}" }}\n'
                             f"runtime: {{ eventLoops: {loops} }}\nshutdown: {{ grace: 2s, drain: 2s }}\n"
                             f"admin: {{ bind: 'unix:{self.directory.name}/admin', tokenFile: {self.directory.name}/token }}\n"
                             f"stateFile: {self.directory.name}/state\n")

    async def killed(self, what: str, expected: int) -> None:
        """Kills it under load, and looks at who came after that."""
        times = self.manager.ready + 1
        load = asyncio.create_task(exchanges(self.web, self.per_second, 4))
        await asyncio.sleep(1)
        at = await asyncio.to_thread(self.manager.kill)
        took = await asyncio.to_thread(self.manager.await_ready, times)
        done = await load
        after = [each for each in done if each.began >= at]
        lost = [each.problem for each in after if each.problem]
        cut = sum(1 for each in done if each.problem and each.began < at)
        longest = max(each.ended - each.began for each in after)
        print(f"   {what}: {len(done)} connections, {len(after)} of them after the kill; served again after {took:.2f} s; "
              f"the longest wait {longest:.2f} s; {cut} cut that were open", flush=True)
        check(f"{what}: nobody who came after the kill was refused or reset {lost[:3]}", not lost)
        check(f"{what}: some came while nobody served", any(each.ended - each.began > 0.1 for each in after))
        check(f"{what}: {expected} sockets are kept", len(self.manager.store) == expected)

    async def others(self) -> None:
        check("the socket of a port is kept for each event loop, by the port's name",
              self.manager.names() == {f"listen-127.0.0.1_{port}" for port in (self.web, self.other)})
        for number in range(self.rounds):
            await self.killed(f"kill {number + 1}", 4)
        self.write([self.web, self.other], loops=1)
        await self.killed("killed, and fewer event loops after that", 2)
        self.write([self.web, self.other], loops=3)
        await self.killed("killed, and more event loops after that", 6)

    async def elsewhere(self) -> None:
        """The file has changed before the crash: what it does not name any more is not kept open for nobody."""
        moved = free_port()
        self.write([self.web, moved])
        await self.killed("killed, with another port in the file", 4)
        gone, there = await exchange(self.other), await exchange(moved)
        check(f"the port that the file does not name is refused ({gone.problem})", "Refused" in gone.problem)
        check("the port that it names is served", not there.problem)
        self.other = moved

    async def reloaded(self) -> None:
        self.write([self.web])
        times = self.manager.ready + 1
        self.manager.signal(signal.SIGHUP)
        await asyncio.to_thread(self.manager.await_ready, times)
        gone = await exchange(self.other, 2)
        check(f"a port that a reload takes away is refused, not left in a queue ({gone.problem})", "Refused" in gone.problem)
        check("and is not kept", len(self.manager.names()) == 1)

    async def strangers(self) -> None:
        """Descriptors that are none of the gateway's own, and a number that is not true."""
        name = f"listen-127.0.0.1_{self.web}"
        with socket.socket() as listening, socket.socket(type=socket.SOCK_DGRAM) as datagrams, \
                socket.socket() as elsewhere, open(os.devnull, "rb") as file:
            for each in (listening, elsewhere):
                each.bind(("127.0.0.1", 0))
                each.listen()
            times = self.manager.ready + 1
            await asyncio.to_thread(self.manager.kill, [("http.socket", listening.fileno()), (name, datagrams.fileno()),
                                                        (name, elsewhere.fileno()), (name, file.fileno())], 40)
            await asyncio.to_thread(self.manager.await_ready, times)
        check("it serves whatever it was handed", not (await exchange(self.web)).problem)
        check("and says what was none of its own", "http.socket that are none of the gateway's own" in self.manager.log())
        links = open_files(self.manager.pid())
        listening_now = set(await asyncio.to_thread(listening_inodes, self.web))
        check("each socket that it holds of the port listens there",
              len(listening_now) == 2 and all(f"socket:[{inode}]" in links for inode in listening_now))

    async def operate(self, command: str) -> None:
        line = [ROOT / "vipgate", command, f"on{self.web}", "-c", self.file]
        await asyncio.to_thread(subprocess.run, line, check=True, stdout=subprocess.DEVNULL, timeout=30)

    async def paused(self) -> None:
        """Who waits at a paused listener waits on: the next process has it paused too."""
        await self.operate("pause")
        times = self.manager.ready + 1
        before = asyncio.create_task(exchange(self.web))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(self.manager.kill)
        await asyncio.to_thread(self.manager.await_ready, times)
        after = asyncio.create_task(exchange(self.web))
        await asyncio.sleep(0.5)
        check("who waited at a paused listener, and who came after the kill, waits on", not before.done() and not after.done())
        await self.operate("ready")
        problems = [(await each).problem for each in (before, after)]
        check(f"and is served when it is ready {problems}", not any(problems))

    async def small(self) -> None:
        """Of four sockets of a port the store keeps three: those of the wildcard, and one of an address that it covers."""
        port = free_port()
        file = self.file.with_name("small.yaml")
        file.write_text(f'listeners:\n  every: {{ bind: "0.0.0.0:{port}", pool: p }}\n'
                        f'  one: {{ bind: "127.0.0.1:{port}", pool: p }}\n'
                        f'pools: {{ p: {{ endpoints: {{ e: "127.0.0.1:{self.endpoint.port}" }} }} }}\n'
                        f"runtime: {{ eventLoops: 2 }}\n")
        for most in (3, 2):
            manager = ServiceManager([ROOT / "vipgate", "run", "-c", file], most)
            try:
                await asyncio.to_thread(manager.await_ready, 1)
                await asyncio.to_thread(manager.kill)
                await asyncio.to_thread(manager.await_ready, 2)
                done = await exchanges(port, 100, 0.3)
                check(f"{most} of 4 sockets were kept: the next process serves", not any(each.problem for each in done))
                check(f"and says that {most} are too few", f"FileDescriptorStoreMax={most} of the unit is too small"
                      in manager.log())
            finally:
                manager.close()

    async def stopped(self) -> None:
        status = asyncio.create_task(asyncio.to_thread(self.manager.end))
        await asyncio.sleep(0.3)
        in_grace = await exchange(self.web, 2)
        await status
        late = await exchange(self.web, 2)
        check("in its time of grace it serves", not in_grace.problem)
        check(f"then clients are refused ({late.problem})", "Refused" in late.problem)
        check("nothing is kept of a gateway that was told to stop", not self.manager.store and await status == 0)

    async def run(self) -> None:
        await self.others()
        await self.elsewhere()
        await self.reloaded()
        await self.strangers()
        await self.paused()
        await self.small()
        await self.stopped()
        check("no ERROR in the log", " ERROR " not in self.manager.log())

    def close(self) -> None:
        self.manager.close()
        self.endpoint.close()
        self.directory.cleanup()


def open_files(pid: int) -> list[str]:
    """What the descriptors of a process are."""
    links = []
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(descriptor))
    return links


def listening_inodes(port: int) -> list[str]:
    """The sockets that listen on a port of IPv4, as the kernel numbers them."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    return [words[9] for words in map(str.split, lines) if words[3] == "0A" and words[1].endswith(f":{port:04X}")]


def main() -> int:
    parser = commands.argument_parser("lab/checks/crash", __doc__)
    parser.add_argument("--rounds", type=int, default=3, help="kills under load (default: 3)")
    parser.add_argument("--per-second", type=int, default=500, help="new connections a second (default: 500)")
    arguments = parser.parse_args()
    crashes = Crashes(arguments.rounds, arguments.per_second)
    try:
        asyncio.run(crashes.run())
    finally:
        crashes.close()
    return summary()


if __name__ == "__main__":
    sys.exit(main())
