"""A path of some milliseconds, where the kernel has no netem: two namespaces joined by a TUN device in each, and a process
between them that passes every packet on when its time has come. Needs root."""

from __future__ import annotations

import collections
import contextlib
import fcntl
import os
import select
import struct
import threading
import time
from collections.abc import Iterator

from testkit.commands import run

NEAR, FAR = "192.0.2.1", "192.0.2.2"
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
#: Large, since every packet passes through this process.
MTU = 65_000
MAX_UNDER_WAY = 4096


def _tun(namespace: str, address: str, device: str) -> int:
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    run("ip", "link", "set", device, "netns", namespace)
    run("ip", "-n", namespace, "link", "set", "lo", "up")
    run("ip", "-n", namespace, "link", "set", device, "mtu", str(MTU), "txqueuelen", "10000")
    run("ip", "-n", namespace, "address", "add", f"{address}/24", "dev", device)
    run("ip", "-n", namespace, "link", "set", device, "up")
    return fd


def _pass_on(fds: tuple[int, int], seconds: float, stopped: threading.Event) -> None:
    under_way: dict[int, collections.deque[tuple[float, bytes]]] = {fd: collections.deque() for fd in fds}
    other = {fds[0]: fds[1], fds[1]: fds[0]}
    while not stopped.is_set():
        now = time.monotonic()
        for fd, packets in under_way.items():
            while packets and packets[0][0] <= now:
                with contextlib.suppress(OSError):
                    os.write(other[fd], packets[0][1])
                packets.popleft()
        due = [packets[0][0] for packets in under_way.values() if packets]
        ready, _, _ = select.select(fds, [], [], max(0, min([*due, now + 0.05]) - now))
        now = time.monotonic()
        for fd in ready:
            with contextlib.suppress(BlockingIOError):
                for _ in range(64):
                    packet = os.read(fd, MTU)
                    if len(under_way[fd]) < MAX_UNDER_WAY:
                        under_way[fd].append((now + seconds, packet))


@contextlib.contextmanager
def delayed(round_trip: float) -> Iterator[tuple[str, str]]:
    """The names of two namespaces, with NEAR in the first and FAR in the second, so many seconds apart and back."""
    names = f"vgd{os.getpid()}-n", f"vgd{os.getpid()}-f"
    stopped = threading.Event()
    fds: list[int] = []
    child = 0
    try:
        for name, address, device in zip(names, (NEAR, FAR), ("vgdn", "vgdf"), strict=True):
            run("ip", "netns", "add", name)
            fds.append(_tun(name, address, f"{device}{os.getpid() % 100_000}"))
        child = os.fork()
        if child == 0:
            try:
                _pass_on((fds[0], fds[1]), round_trip / 2, stopped)
            finally:
                os._exit(0)
        yield names
    finally:
        if child:
            os.kill(child, 9)
            os.waitpid(child, 0)
        for fd in fds:
            os.close(fd)
        for name in names:
            with contextlib.suppress(Exception):
                run("ip", "netns", "delete", name)
