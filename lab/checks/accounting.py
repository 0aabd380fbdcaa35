"""Accounting: clients, endpoints, metrics and access log of one gateway must agree, while relays end in every way there is:
FIN both ways, resets from either side, timeouts, refusals, an operator's close, a drain.

Exact: bytes of relays that end by FIN both ways; lines of the access log = relays that ended = relays accepted - relays
open. Otherwise: received by the far end <= counted <= sent by the near end. On loopback, without root. Needs the jar
(target/vipgate.jar) and Python 3.11.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import pathlib
import random
import re
import socket
import struct
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass

from testkit import commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port

#: Ways to end, with new relays a second of each.
KINDS = {"fin": 60, "client_reset": 20, "endpoint_reset": 20, "idle": 10, "half_closed": 10, "refused": 10, "operator": 10}
#: The reasons that the metrics may name for such relays; a reset may also be noticed on the other side first.
REASONS = {
    "fin": {"client_fin", "endpoint_fin"},
    "client_reset": {"client_reset", "endpoint_reset"},
    "endpoint_reset": {"client_reset", "endpoint_reset"},
    "idle": {"idle"},
    "half_closed": {"half_closed"},
    "refused": {"connect_failed"},
    "operator": {"operator"},
}
STAYING = 20


@dataclass
class Account:
    """Bytes of one kind of relays, counted at their ends."""

    sent_by_clients: int = 0
    got_by_endpoints: int = 0
    sent_by_endpoints: int = 0
    got_by_clients: int = 0


def reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Run:
    def __init__(self, seconds: float, seed: int) -> None:
        self.seconds = seconds
        self.random = random.Random(seed)
        self.accounts: dict[str, Account] = collections.defaultdict(Account)
        self.ports = {kind: free_port() for kind in (*KINDS, "stay")}
        self.endpoint_ports = {kind: free_port() for kind in (*KINDS, "stay")}
        self.metrics_port, self.admin_port = free_port(), free_port()
        self.directory = tempfile.TemporaryDirectory()
        self.access_log = pathlib.Path(self.directory.name) / "access.log"
        self.token = pathlib.Path(self.directory.name) / "token"
        self.under_way: set[asyncio.Task[None]] = set()

    def config(self) -> str:
        more = {"stay": "timeouts: { idle: 1h }", "idle": "timeouts: { idle: 1s }", "half_closed": "timeouts: { halfClosed: 1s }"}
        listeners = "".join(f'  {kind}: {{ bind: "127.0.0.1:{port}", pool: {kind} }}\n' for kind, port in self.ports.items())
        pools = "".join(f'  {kind}:\n    endpoints: {{ one: "127.0.0.1:{port}" }}\n    probe: {{ type: none }}\n'
                        + (f"    {more[kind]}\n" if kind in more else "") for kind, port in self.endpoint_ports.items())
        return (f"listeners:\n{listeners}pools:\n{pools}"
                f'admin: {{ bind: "127.0.0.1:{self.admin_port}", tokenFile: "{self.token}" }}\n'
                f'metrics: {{ bind: "127.0.0.1:{self.metrics_port}" }}\n'
                f'accessLog: {{ format: json, file: "{self.access_log}" }}\nshutdown: {{ drain: 2s }}\n')

    # ---- endpoints ----

    async def serve(self, kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Echoes, and ends as its kind does."""
        account = self.accounts[kind]
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65536):
                account.got_by_endpoints += len(data)
                account.sent_by_endpoints += len(data)
                writer.write(data)
                if kind == "endpoint_reset":
                    reset(writer)
                    return
                await writer.drain()
            if kind == "half_closed":
                # Keeps its FIN back until the gateway ends the relay.
                while not writer.transport.is_closing():
                    await asyncio.sleep(0.1)
                    writer.write(b"")
                    if reader.exception() is not None:
                        break
        writer.close()

    # ---- clients ----

    async def client(self, kind: str) -> None:
        account = self.accounts[kind]
        data = self.random.randbytes(self.random.choice((1, 100, 4_000, 70_000, 300_000)))
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(30):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[kind])
                try:
                    await self.converse(kind, account, reader, writer, data)
                finally:
                    writer.close()

    async def converse(self, kind: str, account: Account, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
                       data: bytes) -> None:
        # All of it at once, so that what the kernel has not taken by a reset still counts as sent.
        account.sent_by_clients += len(data)
        writer.write(data)
        if kind == "client_reset":
            account.got_by_clients += len(await reader.read(self.random.choice((1, 65536))))
            reset(writer)
            return
        if kind in ("fin", "half_closed"):
            await writer.drain()
            writer.write_eof()
        while got := await reader.read(65536):
            account.got_by_clients += len(got)

    async def arrive(self, kind: str, per_second: float, until: float) -> None:
        while time.monotonic() < until:
            task = asyncio.create_task(self.client(kind))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
            await asyncio.sleep(self.random.expovariate(per_second))

    async def close_by_operator(self, until: float) -> None:
        while time.monotonic() < until or any(not task.done() for task in self.under_way):
            await asyncio.to_thread(self.close_relays)
            await asyncio.sleep(0.5)

    def close_relays(self) -> None:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.admin_port}/api/v1/relays?endpoint=operator/one", method="DELETE",
                                       headers={"Authorization": f"Bearer {self.token.read_text().strip()}",
                                                "Content-Type": "application/json"})
        urllib.request.urlopen(asked, timeout=10).read()

    # ---- comparison ----

    def scrape(self) -> str:
        return urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10).read().decode()

    @staticmethod
    def total(scraped: str, name: str, **labels: str) -> int:
        lines = re.findall(rf"^{name}(?:\{{([^}}]*)\}})? ([0-9.eE+]+)$", scraped, re.MULTILINE)
        if not lines:
            raise RuntimeError(f"no {name} among the metrics")
        return int(sum(float(value) for found, value in lines if all(f'{key}="{label}"' in found for key, label in labels.items())))

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.access_log.read_text().splitlines()]

    async def play(self) -> None:
        servers = [await asyncio.start_server(lambda r, w, kind=kind: self.serve(kind, r, w), "127.0.0.1", port, backlog=1024)
                   for kind, port in self.endpoint_ports.items() if kind != "refused"]
        gateway = await asyncio.to_thread(Gateway, self.config())
        try:
            stay = [await asyncio.open_connection("127.0.0.1", self.ports["stay"]) for _ in range(STAYING)]
            for number, (reader, writer) in enumerate(stay):
                writer.write(b"x")
                await reader.readexactly(1)
                if number % 2:
                    # An answer is due, so that a drain must wait for it.
                    writer.write(b"y" * 4096)
            until = time.monotonic() + self.seconds
            await asyncio.gather(self.close_by_operator(until), *(self.arrive(kind, rate, until) for kind, rate in KINDS.items()))
            await self.settle()
            self.compare()
            before = self.total(await asyncio.to_thread(self.scrape), "vipgate_listener_connections_total")
            await asyncio.to_thread(gateway.close)
            lines = self.lines()
            check(f"after the drain: {len(lines)} lines, {before} relays accepted in its life", len(lines) == before)
        finally:
            await asyncio.to_thread(gateway.close)
            for server in servers:
                server.close()

    async def settle(self) -> None:
        """Waits until only the lasting relays are open, and the access log has been written."""
        for _ in range(100):
            scraped = await asyncio.to_thread(self.scrape)
            if (self.total(scraped, "vipgate_listener_connections") == STAYING
                    and len(self.lines()) == self.total(scraped, "vipgate_relay_closed_total")):
                return
            await asyncio.sleep(0.1)

    def compare(self) -> None:
        scraped = self.scrape()
        accepted = self.total(scraped, "vipgate_listener_connections_total")
        ended = self.total(scraped, "vipgate_relay_closed_total")
        is_open = self.total(scraped, "vipgate_listener_connections")
        lines = self.lines()
        check(f"{accepted} relays accepted = {ended} ended + {is_open} open", accepted == ended + is_open)
        check(f"{len(lines)} lines in the access log = {ended} ended", len(lines) == ended)
        check(f"none was dropped from it: {self.total(scraped, 'vipgate_access_log_dropped_total')}",
              self.total(scraped, "vipgate_access_log_dropped_total") == 0)
        for kind in KINDS:
            self.compare_kind(kind, scraped, [line for line in lines if line["pool"] == kind])

    def compare_kind(self, kind: str, scraped: str, lines: list[dict[str, object]]) -> None:
        reasons = collections.Counter({
            reason: self.total(scraped, "vipgate_relay_closed_total", pool=kind, reason=reason)
            for reason in re.findall(rf'vipgate_relay_closed_total\{{[^}}]*pool="{kind}"[^}}]*reason="(\w+)"', scraped)})
        found = {reason: count for reason, count in reasons.items() if count}
        check(f"{kind}: {len(lines)} lines = sum of {found}", len(lines) == sum(found.values()) > 0)
        check(f"{kind}: they end for the expected reason", set(found) <= REASONS[kind])
        account = self.accounts[kind]
        for direction, field, sent, got in (("client_to_backend", "in", account.sent_by_clients, account.got_by_endpoints),
                                            ("backend_to_client", "out", account.sent_by_endpoints, account.got_by_clients)):
            counted = self.total(scraped, "vipgate_relay_bytes_total", pool=kind, direction=direction)
            logged = sum(int(line[field]) for line in lines)
            holds = got == counted == sent if kind == "fin" else got <= counted <= sent
            check(f"{kind}: {direction}: {got} received, {counted} counted, {logged} logged, {sent} sent",
                  holds and counted == logged)


def main() -> int:
    parser = commands.argument_parser("lab/checks/accounting", __doc__)
    parser.add_argument("--seconds", type=float, default=20, help="how long new clients arrive (default: 20)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31), help="of the random choices; printed")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.seconds:.0f} s", flush=True)
    asyncio.run(Run(arguments.seconds, arguments.seed).play())
    return summary()


if __name__ == "__main__":
    sys.exit(main())
