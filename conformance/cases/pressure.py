"""One connection's trouble is not another's. `loops=1` puts all of them on one event loop."""

from __future__ import annotations

import socket
import struct
import statistics
import time

from conformance.cases.bytes import percentile
from conformance.cases.endings import fill_accept_queue
from conformance.cases.hellos import ONE as WHOLE, PASSED_ON
from conformance.peers import Peer
from conformance.proxies import quick
from conformance.suite import PROXIES, Case, Context, Script

MIB = 1 << 20
MAX_EACH = 6 * MIB
ONE_LOOP = quick(loops=1)
P99_MILLIS = 60.0
HELLO_SECONDS = 3.0
LED = quick(hellos="default", hello_timeout=HELLO_SECONDS, is_logged=False)


def ask_others(ctx: Context, others: list[socket.socket], rounds: int) -> str:
    """One byte there and back on each of the others in turn; the echo is another process."""
    times = []
    for _ in range(rounds):
        for other in others:
            started = time.monotonic()
            other.sendall(b"x")
            other.recv(1)
            times.append(time.monotonic() - started)
    p99 = percentile(times, 0.99) * 1000
    found = f"others: median {statistics.median(times) * 1000:.2f} ms, p99 {p99:.2f} ms"
    ctx.must(p99 < P99_MILLIS, found)
    return found


def connect_others(ctx: Context, count: int = 50) -> list[socket.socket]:
    ctx.spawn("echo", route="other")
    others = [ctx.connect("other") for _ in range(count)]
    for other in others:
        other.sendall(b"x")
        other.recv(1)
    return others


def slow_readers(ctx: Context) -> None:
    """A hundred readers that take 16 KiB now and then, from senders that never wait for them."""
    memory = ctx.proxy.memory()
    pairs = [ctx.pair(timeout=30) for _ in range(100)]
    for _, endpoint in pairs:
        endpoint.sock.settimeout(0)
    grown = 0
    end = time.monotonic() + (4 if ctx.is_short else 10)
    while time.monotonic() < end:
        for client, endpoint in pairs:
            try:
                # More than the kernel keeps for the client; not so much that a hundred use up the machine's tcp_mem.
                while endpoint.sent < MAX_EACH:
                    endpoint.sent += endpoint.sock.send(endpoint.outgoing(256 << 10))
            except BlockingIOError:
                pass
        for client, endpoint in pairs:
            if endpoint.sent - client.received >= MIB:
                client.receive_some(16 << 10)
        time.sleep(0.02)
        grown = max(grown, ctx.proxy.memory() - memory)
    ctx.must(grown < 32 * MIB, f"memory has grown by {grown >> 20} MiB")
    for client, endpoint in pairs:
        endpoint.sock.settimeout(30)

        def rest(client: Peer = client, endpoint: Peer = endpoint) -> None:
            client.receive(endpoint.sent - client.received)

        rest()
        endpoint.fin()
        client.see("fin")
        client.close()
        ctx.expect("endpoint_fin", 0, endpoint.sent)
    ctx.note(f"memory +{grown / MIB:.0f} MiB")


def stalled(ctx: Context) -> None:
    others = connect_others(ctx)
    client, endpoint = ctx.pair()
    endpoint.sock.settimeout(0)
    for _ in range(20):
        try:
            while True:
                endpoint.sent += endpoint.sock.send(endpoint.outgoing(256 << 10))
        except BlockingIOError:
            time.sleep(0.02)
    ctx.note(ask_others(ctx, others, 20))
    client.reset()


def streaming(ctx: Context) -> None:
    others = connect_others(ctx)
    ctx.spawn("blast", 5 if ctx.is_short else 12, route="main")
    sink = ctx.spawn("sink", *ctx.proxy.address("main"))
    time.sleep(0.5)
    found = ask_others(ctx, others, 20)
    assert sink.stdout is not None
    total = int(sink.stdout.readline())
    ctx.must(total > 100 * MIB, f"the stream moved only {total >> 20} MiB")
    ctx.note(found)


def connecting(ctx: Context) -> None:
    others = connect_others(ctx)
    with fill_accept_queue(ctx):
        waiting = [ctx.connect("pending") for _ in range(200)]
        ctx.note(ask_others(ctx, others, 10))
        fresh = []
        for _ in range(20):
            started = time.monotonic()
            with ctx.connect("other") as other:
                other.sendall(b"x")
                other.recv(1)
            fresh.append(time.monotonic() - started)
        worst = percentile(fresh, 0.9) * 1000
        ctx.must(worst < P99_MILLIS, f"a new connection takes {worst:.0f} ms")
        for one in waiting:
            # RST: a FIN would leave a half-closed relay behind for whichever connect is still answered.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
        time.sleep(0.3)


def half_hellos(drips: bool) -> Script:
    """Clients that never send a whole ClientHello, some of them a byte now and then; whole ones come in between."""

    def script(ctx: Context) -> None:
        ctx.spawn("echo", route="other")
        count = 500 if ctx.is_short else 5000
        memory = ctx.proxy.memory()
        waiting: dict[socket.socket, float] = {}
        lasted: list[float] = []
        times: list[float] = []
        grown = 0

        def serve_one() -> None:
            started = time.monotonic()
            with ctx.connect(timeout=5) as client:
                client.sendall(WHOLE)
                got = b""
                while len(got) < len(WHOLE):
                    piece = client.recv(len(WHOLE))
                    ctx.must(bool(piece), "a whole hello is not served")
                    got += piece
                ctx.must(got == WHOLE, "another answer")
            times.append(time.monotonic() - started)

        def look() -> None:
            """Who has been ended; the others send a byte where they drip."""
            for client, since in list(waiting.items()):
                try:
                    if drips:
                        client.send(b"\0")
                    client.recv(1)  # FIN, since nobody says anything
                except BlockingIOError:
                    continue
                except OSError:
                    pass
                lasted.append(time.monotonic() - since)
                del waiting[client]
                client.close()

        for number in range(count):
            client = ctx.connect(source=f"127.0.0.{2 + number % 8}")
            client.sendall(WHOLE[:20])
            client.setblocking(False)
            waiting[client] = time.monotonic()
            if number % (count // 50) == 0:
                serve_one()
                look()
        end = time.monotonic() + 2 * HELLO_SECONDS
        while waiting and time.monotonic() < end:
            serve_one()
            look()
            grown = max(grown, ctx.proxy.memory() - memory)
            time.sleep(0.1)
        found = (f"{len(lasted)} of {count} ended after {min(lasted, default=0):.1f} to {max(lasted, default=0):.1f} s; {len(times)} others within"
                 f" {max(times) * 1000:.0f} ms; memory +{grown / MIB:.0f} MiB")
        if waiting:
            found += f"; {len(waiting)} are still there after {2 * HELLO_SECONDS:g} s"
        # HAProxy leads to the default whom it has waited for.
        ctx.must(not waiting or ctx.proxy.name != "vipgate", found)
        ctx.must(max(times) < 1, found)
        ctx.must(grown < 48 * MIB, found)
        ctx.note(found)

    return script


CASES = (
    Case("slow-readers", "100 clients, 16 KiB now and then; then the rest", "sends 6 MiB to each as fast as it can; FIN",
         "every byte; memory within 32 MiB", script=slow_readers),
    Case("stalled-relay", "one reads nothing; 50 others exchange bytes", "sends without end; echo",
         "the others go on, on one event loop", f"p99 < {P99_MILLIS:g} ms", script=stalled, settings=ONE_LOOP),
    Case("streaming-relay", "one reads at full speed; 50 others exchange bytes", "sends at full speed; echo",
         "the others go on, on one event loop", f"p99 < {P99_MILLIS:g} ms", script=streaming, settings=ONE_LOOP),
    Case("connecting-relays", "200 wait for a connect; 50 others exchange bytes", "drops SYNs; echo",
         "the others go on, on one event loop", f"p99 < {P99_MILLIS:g} ms", script=connecting,
         settings=quick(loops=1, connect=3), applies=PROXIES),
    *(Case(name, f"5,000 (short form: 500) send 20 B of a hello{more}; whole hellos in between", "echo",
           f"the end after {HELLO_SECONDS:g} s; whole ones are served meanwhile; memory within 48 MiB", "1 s for whole ones",
           script=half_hellos(drips), settings=LED, applies=PASSED_ON, alone=True)
      for name, more, drips in (("half-hellos", "", False), ("dripped-hellos", ", then 1 B now and then", True))),
)
