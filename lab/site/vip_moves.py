"""When VIPs moved."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterable

from testkit.hosts import Host


class VipMoves:
    """Records the moments at which a VIP came to a node or left it, by the nodes' kernels, or got another hardware address on
    a gateway, by its kernel. When two nodes both hold a VIP, there is the second kind without the first."""

    def __init__(self, hosts: Iterable[Host], gateways: Iterable[Host] = ()) -> None:
        self._moments: list[float] = []
        self._macs: dict[tuple[str, str], str] = {}
        self._processes = [self._watch(host, "address", self._on_address) for host in hosts]
        for gateway in gateways:
            for line in gateway.ip("-o", "-4", "neigh", "show").splitlines():
                self._learn(gateway, line.split())
            self._processes.append(self._watch(gateway, "neigh", self._on_neighbour))
        time.sleep(0.2)

    def _watch(self, host: Host, what: str, on_line: Callable[[Host, list[str]], None]) -> subprocess.Popen[str]:
        process = host.popen("ip", "-o", "-4", "monitor", what, stdout=subprocess.PIPE)

        def read() -> None:
            for line in process.stdout:
                on_line(host, line.split())

        threading.Thread(target=read, daemon=True).start()
        return process

    def _on_address(self, _: Host, __: list[str]) -> None:
        self._moments.append(time.monotonic())

    def _on_neighbour(self, host: Host, words: list[str]) -> None:
        if self._learn(host, words):
            self._moments.append(time.monotonic())

    def _learn(self, host: Host, words: list[str]) -> bool:
        """Whether a line has another hardware address than the one before."""
        if "lladdr" not in words:
            return False
        mac = words[words.index("lladdr") + 1]
        before = self._macs.get((host.name, words[0]))
        self._macs[host.name, words[0]] = mac
        return before is not None and before != mac

    def times(self) -> list[float]:
        return list(self._moments)

    def __enter__(self) -> "VipMoves":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            Host.end(process)
