"""What goes in comes out: every byte, in order, on its own connection, without stalls."""

from __future__ import annotations

import random
import socket
import statistics
import time

from conformance.cases.tls import tls
from conformance.network import unacknowledged
from conformance.peers import Failed, Peer, run_together
from conformance.proxies import quick
from conformance.suite import Case, Context, Script

KIB, MIB = 1 << 10, 1 << 20
#: More than the kernel's buffers along the way can hold, less than 50 MiB.
MAX_UNDER_WAY = 40 * MIB
MAX_MEMORY = 24 * MIB
SHORT_TIMEOUT = quick(keep_alive=(1, 1, 2), user_timeout=3)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _send_all(sender: Peer, size: int) -> None:
    sender.send_and_fin(size)
    sender.see("fin")


def _to_paused_reader(ctx: Context, sender: Peer, reader: Peer, seconds: float) -> None:
    size = 50 * MIB
    memory = ctx.proxy.memory()

    def read() -> None:
        time.sleep(seconds)
        ctx.must(sender.sent <= MAX_UNDER_WAY, f"{sender.sent >> 20} MiB were taken while nobody read")
        grown = ctx.proxy.memory() - memory
        ctx.must(grown <= MAX_MEMORY, f"its memory has grown by {grown >> 20} MiB")
        reader.receive_to_fin(size)
        reader.fin()

    run_together(lambda: _send_all(sender, size), read, sockets=(sender, reader), within=seconds + 60)


def paused_reader(is_up: bool, seconds: float) -> Script:
    def script(ctx: Context) -> None:
        client, endpoint = ctx.pair(timeout=seconds + 30)
        sender, reader = (client, endpoint) if is_up else (endpoint, client)
        _to_paused_reader(ctx, sender, reader, seconds)
        ctx.expect("client_fin" if is_up else "endpoint_fin", client.sent, endpoint.sent)

    return script


def paused_readers_each_way(seconds: float) -> Script:
    """Two connections at the same time, so that the wait is spent once."""

    def script(ctx: Context) -> None:
        up_client, up_endpoint = ctx.pair(timeout=seconds + 30)
        down_client, down_endpoint = ctx.pair(timeout=seconds + 30)
        run_together(lambda: _to_paused_reader(ctx, up_client, up_endpoint, seconds),
                     lambda: _to_paused_reader(ctx, down_endpoint, down_client, seconds), within=seconds + 90)
        ctx.expect("client_fin", 50 * MIB, 0)
        ctx.expect("endpoint_fin", 0, 50 * MIB)

    return script


def slow_readers_each_way(ctx: Context) -> None:
    """Readers that never stop, but open their windows by less than a burst of segments at a time. The kernel's user
    timeout does not take that for progress."""
    rounds, piece, size = 20, 20_000, 16 * MIB

    def to_slow_reader(sender: Peer, reader: Peer) -> None:
        reader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * KIB)

        def read() -> None:
            for _ in range(rounds):
                time.sleep(0.5)
                reader.receive(piece)
            reader.receive_to_fin(size - rounds * piece)
            reader.fin()

        run_together(lambda: _send_all(sender, size), read, sockets=(sender, reader), within=rounds + 60)

    up_client, up_endpoint = ctx.pair(timeout=40)
    down_client, down_endpoint = ctx.pair(timeout=40)
    run_together(lambda: to_slow_reader(up_client, up_endpoint), lambda: to_slow_reader(down_endpoint, down_client),
                 within=100)
    ctx.expect("client_fin", size, 0)
    ctx.expect("endpoint_fin", 0, size)


def one_byte_writes(is_client_first: bool) -> Script:
    """Two writes, then an answer: what Nagle's algorithm and delayed ACKs turn into 40 ms. And the first byte of new
    connections: what a delayed handshake ACK turns into 40 or 200 ms."""

    def script(ctx: Context) -> None:
        rounds = 400 if ctx.is_short else 3000
        client, endpoint = ctx.pair()
        first, second = (client, endpoint) if is_client_first else (endpoint, client)
        times: list[float] = []

        def ask() -> None:
            for _ in range(rounds):
                started = time.monotonic()
                first.send(1)
                first.send(1)
                first.receive(1)
                times.append(time.monotonic() - started)
            first.fin()
            first.see("fin")

        def answer() -> None:
            for _ in range(rounds):
                second.receive(2)
                second.send(1)
            second.see("fin")
            second.fin()

        run_together(ask, answer, sockets=(client, endpoint))
        ctx.expect("client_fin" if is_client_first else "endpoint_fin", client.sent, endpoint.sent)
        p99 = percentile(times, 0.99) * 1000
        fresh = []
        for _ in range(100):
            started = time.monotonic()
            client, endpoint = ctx.pair()
            first, second = (client, endpoint) if is_client_first else (endpoint, client)
            first.send(1)
            second.receive(1)
            fresh.append(time.monotonic() - started)
            client.fin()
            endpoint.see("fin")
            endpoint.close()
            client.see("fin")
            client.close()
            ctx.expect("client_fin", client.sent, endpoint.sent)
        p95 = percentile(fresh, 0.95) * 1000
        ctx.note(f"p99 {p99:.2f} ms, first byte p95 {p95:.2f} ms")
        ctx.must(p99 < 25, f"p99 is {p99:.1f} ms, median {statistics.median(times) * 1000:.2f} ms")
        ctx.must(p95 < 25, f"first byte of a new connection: p95 {p95:.1f} ms")

    return script


def _both_ways(client: Peer, endpoint: Peer, count: int) -> None:
    run_together(lambda: client.send_and_fin(count), lambda: endpoint.send_and_fin(count),
                 lambda: client.receive_to_fin(count), lambda: endpoint.receive_to_fin(count),
                 sockets=(client, endpoint), within=400)


def full_duplex(ctx: Context) -> None:
    size = 32 * MIB if ctx.is_short else 1 << 30
    pairs = [ctx.pair(timeout=60) for _ in range(4)]
    started = time.monotonic()
    run_together(*(lambda c=client, e=endpoint: _both_ways(c, e, size) for client, endpoint in pairs), within=420)
    took = time.monotonic() - started
    ctx.note(f"{8 * size / took / 1e9:.2f} GB/s in all")
    for _ in pairs:
        ctx.expect("client_fin|endpoint_fin", size, size)


def identities(ctx: Context) -> None:
    """Each connection has a stream of its own, and many are cut with bytes under way, in buffers and in pipes."""
    waves = 2 if ctx.is_short else 10
    for _ in range(waves):
        pairs = [ctx.pair(timeout=20) for _ in range(50)]
        order = [ctx.random.choice(("whole", "client", "endpoint")) for _ in pairs]
        sizes = [ctx.random.randrange(1, 2 * MIB) for _ in pairs]

        def one(number: int) -> None:
            client, endpoint = pairs[number]
            size, cut_by = sizes[number], order[number]
            if cut_by == "whole":
                run_together(lambda: endpoint.send_and_fin(size), lambda: client.receive(size),
                             sockets=(client, endpoint))
                client.see("fin")
            else:
                # The receiver leaves in the middle: with bytes queued in the proxy for it.
                sender, leaver = (endpoint, client) if cut_by == "client" else (client, endpoint)

                def push() -> None:
                    try:
                        sender.send(8 * MIB)
                    except Failed:
                        pass

                run_together(push, lambda: (leaver.receive(size), leaver.reset()), sockets=(sender,))
            client.close()
            endpoint.close()

        for start in range(0, len(pairs), 10):
            run_together(*(lambda n=number: one(n) for number in range(start, min(start + 10, len(pairs)))), within=60)
    ctx.note(f"{waves * 50} connections, seed {ctx.seed}")


def trickle_and_stream(ctx: Context) -> None:
    client, endpoint = ctx.pair()
    sizes = [size for _ in range(4 if ctx.is_short else 20) for size in (*[1] * 20, 4 * MIB)]

    def out(peer: Peer) -> None:
        for size in sizes:
            peer.send(size)
            if size == 1:
                time.sleep(0.003)
        peer.fin()

    run_together(lambda: out(client), lambda: out(endpoint), lambda: client.receive_to_fin(sum(sizes)),
                 lambda: endpoint.receive_to_fin(sum(sizes)), sockets=(client, endpoint), within=60)
    ctx.expect("client_fin|endpoint_fin", sum(sizes), sum(sizes))


def random_walks(ctx: Context) -> None:
    count = 30 if ctx.is_short else 400
    for number in range(count):
        seed = ctx.seed + number
        try:
            _walk(ctx, random.Random(seed))
        except Failed as failure:
            raise Failed(f"seed {seed}: {failure}") from None
    ctx.note(f"seeds {ctx.seed} to {ctx.seed + count - 1}")


def _walk(ctx: Context, chance: random.Random) -> None:
    """Random reads, writes and pauses of both ends; then an ending whose outcome is known."""
    ends = client, endpoint = ctx.pair()
    for _ in range(chance.randrange(1, 60)):
        peer = chance.choice(ends)
        match chance.randrange(5):
            case 0 | 1:
                _try_send(peer, chance.choice((1, 100, 5000, 200_000)))
            case 2 | 3:
                _try_receive(peer, chance.choice((1, 1000, 250_000)))
            case 4:
                time.sleep(chance.choice((0, 0.001, 0.01)))
    first = chance.choice(ends)
    second = endpoint if first is client else client
    if chance.random() < 0.5:
        for peer, other in ((first, second), (second, first)):
            peer.fin()
            other.sock.settimeout(10)
            other.receive(peer.sent - other.received)
            other.see("fin")
        ctx.expect("client_fin" if first is client else "endpoint_fin", client.sent, endpoint.sent)
    else:
        end = time.monotonic() + 10
        while unacknowledged(first.sock) > 0:
            _try_receive(second, 100_000)
            if time.monotonic() > end:
                raise Failed("bytes stay unacknowledged")
        first.reset()
        second.sock.settimeout(10)
        ending = second.until_end()
        ctx.must(ending == "reset", f"{ending} instead of reset")
        ctx.must(second.received == first.sent, f"{first.sent - second.received} bytes lost before a reset")
        ctx.expect("client_reset" if first is client else "endpoint_reset",
                   client.sent if first is client else None, endpoint.sent if first is endpoint else None)
    client.close()
    endpoint.close()


def _try_send(peer: Peer, count: int) -> None:
    peer.sock.setblocking(False)
    try:
        peer.sent += peer.sock.send(peer.outgoing(count))
    except BlockingIOError:
        pass


def _try_receive(peer: Peer, most: int) -> None:
    peer.sock.settimeout(0.0005)
    try:
        ending = peer.receive_some(most)
    except Failed as failure:
        if "nothing comes" not in str(failure):
            raise
        return
    if ending is not None:
        raise Failed(f"{peer.name}: {ending} with nothing ended")


def ipv6(ctx: Context) -> None:
    for route in ("from4to6", "from6to4", "from6to6"):
        ctx.must(route in ctx.place.routes, "there is no IPv6 loopback here")
        for _ in range(5):
            client, endpoint = ctx.pair(route)
            _both_ways(client, endpoint, 300_000)
            client.close()
            endpoint.close()
            ctx.expect("client_fin|endpoint_fin", 300_000, 300_000)


CASES = (
    Case("paused-reader-up", "send 50 MiB; FIN", "pause 2 s; read all",
         f"at most {MAX_UNDER_WAY >> 20} MiB taken meanwhile, proxy's memory within {MAX_MEMORY >> 20} MiB",
         script=paused_reader(True, 2)),
    Case("paused-reader-down", "pause 2 s; read all", "send 50 MiB; FIN",
         f"at most {MAX_UNDER_WAY >> 20} MiB taken meanwhile, proxy's memory within {MAX_MEMORY >> 20} MiB",
         script=paused_reader(False, 2)),
    Case("paused-beyond-user-timeout", "50 MiB each way on two connections", "each reader pauses 11 s; userTimeout 3 s",
         "a slow reader is not dead", settings=SHORT_TIMEOUT, script=paused_readers_each_way(11)),
    Case("slow-beyond-user-timeout", "16 MiB each way on two connections",
         "each reader takes 20 kB every 0.5 s for 10 s, window 64 KiB; userTimeout 3 s", "a slow reader is not dead",
         settings=SHORT_TIMEOUT, script=slow_readers_each_way, on_network=True, is_short=False, waits=True),
    Case("paused-beyond-default-user-timeout", "50 MiB each way on two connections",
         "each reader pauses 70 s; userTimeout 60 s", "a slow reader is not dead", is_short=False, waits=True,
         script=paused_readers_each_way(70)),
    Case("one-byte-writes-client-first", "write 1 B, write 1 B, read 1 B, 3000 times (short: 400); 100 new connections",
         "read 2 B, write 1 B", "no stalls", "p99 < 25 ms", script=one_byte_writes(True)),
    Case("one-byte-writes-server-first", "read 2 B, write 1 B",
         "write 1 B, write 1 B, read 1 B, 3000 times (short: 400); 100 new connections", "no stalls", "p99 < 25 ms",
         script=one_byte_writes(False)),
    Case("full-duplex", "send 1 GiB and receive 1 GiB at once, 4 connections (short: 32 MiB)", "the same",
         "every byte in its place", "60 s without progress", script=full_duplex),
    Case("identities", "500 connections with a stream each (short: 100), a third cut by the client",
         "a third cut by the endpoint, a third whole", "no byte crosses over", script=identities),
    Case("trickle-and-stream", "20 x 1 B with pauses, 4 MiB, over and over", "the same at once", "every byte in its place",
         script=trickle_and_stream),
    Case("random-walks", "random reads, writes, pauses, then FIN or RST, 400 times (short: 30)", "the same",
         "what a model says: all acknowledged bytes, and the ending", script=random_walks),
    Case("tls", "openssl s_client, twice; Python's TLS client", "TLS server",
         "handshake, resumption, close_notify both ways", script=tls, tools=("openssl",)),
    Case("ipv6", "send 300 kB and receive 300 kB; FIN", "the same", "4 to 6, 6 to 4 and 6 to 6", script=ipv6),
)
