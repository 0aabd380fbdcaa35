"""What it costs to route a TLS connection by its server's name: beside a port of the same process that leads to one pool. Neither
client nor server does TLS: the one sends a ClientHello that OpenSSL has made, the other answers with some fixed bytes and closes."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.load import hellos
from benchmarks.load.case import Case, Options
from benchmarks.load.proxies import SERVER_NAMES, Peer, Settings
from benchmarks.load.results import Metric, Sample
from benchmarks.load.testbed import BODY_BYTES, STATE, TLS, Processors, Testbed
from benchmarks.load.tools import Program
from testkit import TestkitError

CLASSIC, POST_QUANTUM = "517 bytes", "1.7 KB in two segments"
PLAIN, BY_NAME = "one pool", "by name"
#: Of the longer one: what follows does not fit into a packet of an Ethernet with it.
FIRST_SEGMENT = 1400


def _variant(hello: str, route: str) -> str:
    return f"{hello}, {route}"


class Sni(Case):
    name = "sni"
    title = "TLS by server name"
    metrics = (
        Metric("cpu", "gateway CPU per connection", "µs", True),
        Metric("user", "of it user", "µs", True, is_charted=False),
        Metric("rate", "connections per second", "1/s", False, 0, False, False),
        Metric("failed", "failed", "", True, 0, False, False),
    )
    variants = tuple(_variant(hello, route) for hello in (CLASSIC, POST_QUANTUM) for route in (PLAIN, BY_NAME))
    bases = {_variant(hello, BY_NAME): _variant(hello, PLAIN) for hello in (CLASSIC, POST_QUANTUM)}
    kinds = ("vipgate", "haproxy", "nginx")
    rounds = 20
    seconds = 2
    quick_seconds = 0.5

    def __init__(self, testbed: Testbed, processors: Processors, options: Options) -> None:
        super().__init__(testbed, processors, options)
        self._servers = contextlib.ExitStack()

    def settings(self, variant: str = "") -> Settings:
        return replace(super().settings(), passes_tls=True)

    def begin(self, peers: Sequence[Peer]) -> None:
        for node in self.testbed.nodes:
            server = self._servers.enter_context(Program(node.host, "answer", node.address, TLS, BODY_BYTES))
            server.line("ready")
        for hello in (CLASSIC, POST_QUANTUM):
            for number, name in enumerate(SERVER_NAMES):
                data = hellos.of(name.replace("*", "one"), is_post_quantum=hello == POST_QUANTUM)
                self._file(hello, number).write_bytes(data)
        super().begin(peers)

    @staticmethod
    def _file(hello: str, number: int) -> pathlib.Path:
        return STATE / f"hello-{'classic' if hello == CLASSIC else 'post-quantum'}-{number}"

    def warm(self, peer: Peer) -> None:
        if seconds := self.warm_up_of(peer):
            for variant in self.variants:
                self._ask(peer, variant, 1000 * seconds)

    def measure(self, peer: Peer, variant: str) -> Sample:
        meter = self.meter(peer)
        done, failed = self._ask(peer, variant, self.milliseconds())
        usage = meter.stop()
        return self.sample(peer, variant, usage, rate=done / usage.wall, failed=failed, **self.costs(peer, usage, done))

    def _ask(self, peer: Peer, variant: str, milliseconds: int) -> tuple[int, int]:
        hello, route = variant.rsplit(", ", 1)
        words = [word for number in range(len(SERVER_NAMES)) for word in ("-q", self._file(hello, number))]
        words += ["-g", FIRST_SEGMENT] if hello == POST_QUANTUM else []
        where = peer.by_name if route == BY_NAME else peer.passthrough
        with Program(self.client, "closedloop", "-c", self.connections, "-t", milliseconds, *words, *where) as client:
            done, failed, *_ = map(int, client.line("done"))
        if not done:
            raise TestkitError(f"{peer.name} served nobody {route}:\n{peer.log()[-1000:]}")
        return done, failed

    def end(self, peers: Sequence[Peer]) -> None:
        super().end(peers)
        self._servers.close()
