"""When something runs out: descriptors, ports, accept queues, time itself."""

from __future__ import annotations

import socket
import struct
import subprocess
import time

from conformance import network
from conformance.cases.bounds import half_closed
from conformance.cases.pressure import ask_others
from conformance.peers import Peer, run_together
from conformance.proxies import quick
from conformance.suite import PROXIES, Case, Context, Script

MIB = 1 << 20
MANY = quick(is_logged=False, max_connections=9500)
SHORTS = 60_000


def descriptors_run_out(ctx: Context) -> None:
    """A limit of 512: some clients are served, the others wait or are refused, nothing spins, and places come back."""
    ctx.spawn("echo", route="other")
    clients: list[socket.socket] = []
    for _ in range(400):
        try:
            client = ctx.connect("other")
            client.settimeout(0.5)
            client.sendall(b"x")
            clients.append(client)
        except OSError:
            pass  # refused, which is an answer too
    time.sleep(0.5)
    served = [client for client in clients if _answers(client)]
    ctx.must(100 <= len(served) < 400, f"{len(served)} of 400 clients are served")
    if ctx.proxy.is_inspected:
        started = ctx.proxy.processor_seconds()
        time.sleep(1)
        used = ctx.proxy.processor_seconds() - started
        ctx.must(used < 0.5, f"it spins: {used:.2f} s of processor time in 1 s")
    for client in clients:
        client.close()
    time.sleep(0.5)
    for _ in range(50):
        with ctx.connect("other") as client:
            client.settimeout(3)
            client.sendall(b"y")
            ctx.must(client.recv(1) == b"y", "no place comes back")
    ctx.note(f"{len(served)} of 400 served")


def _answers(client: socket.socket) -> bool:
    client.settimeout(0.01)
    try:
        return client.recv(1) == b"x"
    except OSError:
        return False


def idle_connections(ctx: Context) -> None:
    """Then a byte each: every one of them is still there."""
    count, seconds = 9000, 120
    pairs = []
    for number in range(count):
        client = ctx.connect(source=f"127.0.0.{2 + number % 8}")
        pairs.append((client, ctx.accept()))
    grown = ctx.proxy.memory()
    time.sleep(seconds)
    lost: list[str] = []
    for number, (client, endpoint) in enumerate(pairs):
        byte = bytes((number % 251,))
        try:
            client.sendall(byte)
            endpoint.settimeout(5)
            if endpoint.recv(1) != byte:
                lost.append(f"number {number}: another byte at the endpoint")
            endpoint.sendall(byte)
            if client.recv(1) != byte:
                lost.append(f"number {number}: another byte at the client")
        except OSError as error:
            lost.append(f"number {number}: {error}")
        if len(lost) >= 50:
            # Each costs a timeout; so many are enough to know.
            break
    ctx.must(not lost, f"{len(lost)}{' or more' if len(lost) >= 50 else ''} of {count} are lost, {lost[:1]}")
    for client, endpoint in pairs:
        client.close()
        endpoint.close()
    ctx.note(f"{count} connections, {seconds} s" + (f", proxy's memory {grown >> 20} MiB" if grown else ""))


def short_connections(order: str, reuse: int, total: int, must_work: bool = True) -> Script:
    """All in one network namespace with 28,000 ports: each order leaves TIME_WAIT on another side."""

    def script(ctx: Context) -> None:
        net = ctx.place.net
        assert net is not None
        net.sysctl(f"net.ipv4.tcp_tw_reuse={reuse}")
        ctx.spawn("short-endpoint", order, route="main", namespace=net.endpoint)
        # The clients have addresses enough; only the proxy's ports are in question.
        sources = [f"192.0.2.{last}" for last in range(10, 18)]
        for source in sources:
            subprocess.run(["ip", "-n", net.client, "address", "replace", source + "/32", "dev", "outer"], check=True, timeout=5)
        host, port = ctx.proxy.address("main")
        ok = failed = 0
        first = ""
        workers = [ctx.spawn("shorts", host, port, total // 3, order, *sources, namespace=net.client) for _ in range(3)]
        for worker in workers:
            assert worker.stdout is not None
            line = worker.stdout.readline().rstrip("\n").split("\t")
            ok, failed, first = ok + int(line[0]), failed + int(line[1]), first or line[2]
        ctx.note(f"{ok} worked, {failed} failed" + (f" (first: number {first})" if first else ""))
        if must_work:
            ctx.must(failed == 0 and ok == total // 3 * 3, f"{failed} of {total} failed, first: number {first}")

    return script


def syn_flood(ctx: Context) -> None:
    net = ctx.place.net
    assert net is not None
    ctx.spawn("echo", route="main", namespace=net.endpoint)
    others = [ctx.connect() for _ in range(20)]
    flood = ctx.spawn("flood", *ctx.proxy.address("main"), 5, 4000, namespace=net.client)
    time.sleep(1)
    found = ask_others(ctx, others, 20)
    fresh = 0
    for _ in range(20):
        try:
            with ctx.connect(timeout=4) as client:
                client.sendall(b"x")
                fresh += client.recv(1) == b"x"
        except OSError:
            pass
    ctx.must(flood.poll() is None, "the flood ended before the case")
    assert flood.stdout is not None
    sent = int(flood.stdout.readline())
    ctx.must(sent > 5000, f"only {sent} SYNs were sent")
    ctx.must(fresh == 20, f"{20 - fresh} of 20 new connections failed during the flood")
    ctx.note(f"{sent} SYNs, {found}")


def clock_jumps(ctx: Context) -> None:
    """An hour ahead, a day back: relays stay, and a bound measured meanwhile is right."""
    offset = ctx.proxy.directory / "offset"
    client, endpoint = ctx.pair()
    client.send(1)
    endpoint.receive(1)
    for hours in (1, -24, 0):
        with open(offset, "r+b") as file:
            file.write(struct.pack("q", hours * 3600))
        time.sleep(0.4)
        client.send(1000)
        endpoint.receive(1000)
        half_closed(ctx)
        client.send(1)
        endpoint.receive(1)
        log = ctx.proxy.log.read_text(errors="replace")
        ctx.notes.clear()
    ctx.must("close=half_closed" in log, "the log shows no relay")
    # Date and hour: whichever of the jumps a line was written in, it differs from the others' by an hour at least.
    hours = {line[:13] for line in log.splitlines() if line[:4].isdigit()}
    ctx.must(len(hours) > 1, "the clock did not jump, so nothing was tested")
    client.fin()
    endpoint.see("fin")
    endpoint.fin()
    client.see("fin")
    ctx.expect("client_fin", client.sent, 0)


def stopped(ctx: Context) -> None:
    """3 s without the proxy: streams continue where they were, and a client that connected meanwhile is served."""
    pairs = [ctx.pair(timeout=15) for _ in range(4)]
    quiet = ctx.pair(timeout=15)
    size = 200 * MIB

    def stop() -> None:
        time.sleep(0.1)
        ctx.proxy.stopped(True)
        try:
            late = ctx.connect()
            late.sendall(b"late")
            time.sleep(3)
        finally:
            ctx.proxy.stopped(False)
        served = ctx.accept()
        served.settimeout(5)
        ctx.must(served.recv(4) == b"late", "who connected meanwhile is not served")
        late.close()
        served.close()

    def read(client: Peer) -> None:
        client.receive_to_fin(size)
        client.close()

    run_together(stop, *(lambda e=endpoint: e.send_and_fin(size) for _, endpoint in pairs),
                 *(lambda c=client: read(c) for client, _ in pairs))
    quiet[0].send(10)
    quiet[1].receive(10)
    for _, endpoint in pairs:
        ctx.expect("endpoint_fin", 0, size)
    quiet[0].fin()
    quiet[1].see("fin")
    quiet[1].fin()
    quiet[0].see("fin")
    ctx.expect("client_fin", 10, 0)
    ctx.expect("client_fin", 4, 0)


UNLOGGED = quick(is_logged=False)
CASES = (
    Case("descriptors-run-out", "400 clients; all leave; 50 new ones", "echo",
         "with a limit of 512 descriptors at least 100 are served, nothing spins, places come back", "0.5 s, 1 s",
         script=descriptors_run_out, settings=quick(open_files=512), applies=PROXIES - {"reference"}),
    Case("idle-9000", "9000 connections, idle for 120 s, then 1 B each", "answers it", "none is lost", "5 s each",
         script=idle_connections, settings=MANY, is_short=False, alone=True),
    Case("short-client-closes-first", "60,000 connections, one byte each, closes first", "one endpoint; answers",
         "none fails with tcp_tw_reuse = 1", script=short_connections("client", 1, SHORTS), settings=UNLOGGED,
         is_short=False, on_network=True),
    Case("short-endpoint-closes-first", "60,000 connections, one byte each", "one endpoint; answers and closes first",
         "none fails with tcp_tw_reuse = 1", script=short_connections("endpoint", 1, SHORTS), settings=UNLOGGED,
         is_short=False, on_network=True),
    Case("short-with-sources", "60,000 connections, closes first", "one endpoint; answers",
         "none fails with four `source` addresses and tcp_tw_reuse = 0", script=short_connections("client", 0, SHORTS),
         settings=quick(is_logged=False, sources=network.SOURCES), applies=frozenset({"vipgate"}), is_short=False,
         on_network=True),
    Case("short-without-either", "36,000 connections, closes first", "one endpoint; answers",
         "shown, not judged: what fails with one address and tcp_tw_reuse = 0",
         script=short_connections("client", 0, 36_000, must_work=False), settings=UNLOGGED,
         applies=PROXIES - {"nginx stream, half close"}, is_short=False, on_network=True),
    Case("syn-flood", "4000 SYNs/s from false addresses for 5 s; 20 connections exchange bytes; 20 new ones", "echo",
         "they go on; all new ones are served", "p99 < 60 ms", script=syn_flood, is_short=False, on_network=True),
    Case("clock-jumps", "exchanges bytes while CLOCK_REALTIME jumps: + 1 h, - 24 h, back", "the same",
         "relays stay; a half-closed bound of 2 s is right each time", "2 s, + 10 % + 0.15 s", script=clock_jumps,
         settings=quick(half_closed=2, has_shifted_clock=True), tools=("cc",), applies=frozenset({"vipgate"})),
    Case("stopped-for-3-s", "reads 4 streams of 200 MiB; one connects meanwhile", "sends them", "every byte; all served",
         "15 s without progress", script=stopped, applies=PROXIES),
)
