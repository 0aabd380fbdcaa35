"""How connections end: FIN for FIN, RST for RST, and nothing lost before either."""

from __future__ import annotations

import socket
import threading
import time

from conformance.peers import (Failed, Peer, Stream, acknowledged, close_unread, drain_to_reset, fin, inline, pause, play,
                   read_slowly, receive, rst, run_together, see_end, see_fin, see_reset, send, send_until_refused, trickle, urgent)
from conformance.proxies import quick
from conformance.suite import PROXIES, Case, Context, Script

KIB, MIB = 1 << 10, 1 << 20
SIZES = (1, 2, 1447, 1448, 1449, 4096, 65535, 65536, 65537, 262144, MIB)
VANISHING = quick(keep_alive=(1, 1, 2), user_timeout=3)
KEPT_ALIVE = quick(keep_alive=(1, 1, 2), user_timeout=0)
#: The relay turns 5 s old before vipgate sets the endpoint side's options.
GROWN_UP_SECONDS = 6.0
#: The readers ask for urgent data inline before any is sent.
URGENT_IN_A_ROW = [pause(0.1), urgent(), urgent(), send(5), urgent(), urgent(), fin(), see_fin()]
URGENT_IN_STREAM = 6 * MIB + 1 + 200_000
URGENT_IN_STREAM_FIN = [pause(0.1), send(6 * MIB), urgent(), send(200_000), fin(), see_fin()]
PAUSE_TO_FIN = [inline(), pause(0.4), receive(URGENT_IN_STREAM), see_fin(), fin()]
URGENT_IN_STREAM_RST = [pause(0.1), send(6 * MIB), urgent(), send(200_000), acknowledged(), rst()]
PAUSE_TO_RST = [inline(), pause(0.4), receive(URGENT_IN_STREAM), see_reset()]


def fin_with_last_byte(is_up: bool) -> Script:
    """Data and FIN leave in one go, so that they can arrive in one segment."""

    def script(ctx: Context) -> None:
        for size in SIZES:
            for _ in range(3 if ctx.is_short else 20):
                client, endpoint = ctx.pair()
                first, last = [send(size), fin(), see_fin()], [receive(size), see_fin(), fin()]
                play(client, endpoint, first if is_up else last, last if is_up else first)
                ctx.expect("client_fin" if is_up else "endpoint_fin", size if is_up else 0, 0 if is_up else size)

    return script


def connect_and_close(ctx: Context) -> None:
    count = 1000 if ctx.is_short else 10000
    failures: list[str] = []

    def clients() -> None:
        for number in range(count):
            try:
                ctx.connect(source=f"127.0.0.{2 + number % 8}").close()
            except OSError as error:
                failures.append(f"connect {number}: {error}")

    thread = threading.Thread(target=clients, daemon=True)
    thread.start()
    for _ in range(count):
        endpoint = ctx.accept()
        endpoint.settimeout(10)
        try:
            if endpoint.recv(1):
                failures.append("a byte from nowhere")
        except OSError as error:
            failures.append(f"endpoint: {error}")
        endpoint.close()
    thread.join(10)
    if failures:
        raise Failed(f"{len(failures)} of {count}: {failures[0]}")


def fill_accept_queue(ctx: Context) -> socket.socket:
    """Fills the accept queue of the endpoint with a backlog of 0: further SYNs are dropped, and connects stay pending."""
    host, port = ctx.place.routes["pending"].endpoint_host, ctx.place.routes["pending"].endpoint_port
    filler = socket.create_connection((host, port), 5)
    time.sleep(0.1)
    return filler


def rst_while_connecting(ctx: Context) -> None:
    with fill_accept_queue(ctx):
        before = ctx.proxy.sockets() if ctx.proxy.is_inspected else 0
        client = Peer(ctx.connect("pending"), Stream(1), Stream(2), "client")
        time.sleep(0.4)
        client.reset()
        time.sleep(0.3)
        if ctx.proxy.is_inspected:
            ctx.must(ctx.proxy.sockets() <= before, "the pending connect goes on after the client's reset")
        ctx.accept("pending").close()
        listener = ctx.place.listeners["pending"]
        listener.settimeout(3.5)  # the retransmitted SYN would come after 1 or 3 s
        try:
            late, _ = listener.accept()
        except TimeoutError:
            pass
        else:
            late.close()
            raise Failed("the endpoint gets a connection of a client that is gone")
    ctx.expect("client_reset", 0, 0)


def fin_while_connecting(ctx: Context) -> None:
    with fill_accept_queue(ctx):
        client_socket = ctx.connect("pending")
        client_socket.sendall(Stream(4).at(0, 1000))
        client_socket.shutdown(socket.SHUT_WR)
        time.sleep(0.4)
        ctx.accept("pending").close()
        endpoint_socket = ctx.accept("pending", 5)
    client = Peer(client_socket, Stream(4), Stream(5), "client")
    endpoint = Peer(endpoint_socket, Stream(5), Stream(4), "endpoint")
    play(client, endpoint, [receive(5000), see_fin()], [receive(1000), see_fin(), send(5000), fin()])
    ctx.expect("client_fin", 1000, 5000)


def endpoint_killed(is_sending: bool) -> Script:
    def script(ctx: Context) -> None:
        held = ctx.spawn("hold", "sends" if is_sending else "silent", route="main")
        client = ctx.connect()
        assert held.stdout is not None
        held.stdout.readline()
        if is_sending:
            got = 0
            while got < MIB:
                got += len(client.recv(65536))
        else:
            client.sendall(b"x" * MIB)
        time.sleep(0.2)
        held.kill()
        held.wait(5)
        wanted = "fin" if is_sending else "reset"
        try:
            while client.recv(65536):
                pass
            ending = "fin"
        except ConnectionResetError:
            ending = "reset"
        ctx.must(ending == wanted, f"the client sees {ending}, and without a proxy {wanted}")
        ctx.expect("endpoint_fin" if is_sending else "endpoint_reset")

    return script


def host_vanishes(is_busy: bool) -> Script:
    def script(ctx: Context) -> None:
        client, endpoint = ctx.pair(timeout=12)
        client.send(10)
        endpoint.receive(10)
        time.sleep(GROWN_UP_SECONDS)
        assert ctx.place.net is not None
        ctx.place.net.vanish()
        try:
            started = time.monotonic()
            if is_busy:
                client.send(64 * KIB)
            ending = client.until_end()
            took = time.monotonic() - started
            ctx.must(took <= 6, f"the client is told after {took:.1f} s, by {ending}")
            ctx.note(f"{ending} after {took:.1f} s")
            ctx.expect("endpoint_reset", None, 0)
        finally:
            ctx.place.net.reappear()

    return script


def answer_to_a_stopped_reader(ctx: Context) -> None:
    """What the proxy has acknowledged is its own to deliver; it can't wait for ever after the endpoint's reset."""
    client, endpoint = ctx.pair()

    def answer() -> None:
        endpoint.send(MIB)
        endpoint.wait_acknowledged()
        endpoint.reset()

    def read() -> None:
        time.sleep(3)
        ending = client.until_end()
        ctx.note(f"{client.received} of {MIB} B, then {ending}")

    run_together(answer, read, sockets=(client, endpoint))
    ctx.expect("endpoint_reset", 0)


CASES = (
    Case("server-speaks-first", [receive(64), send(10), receive(100), fin(), see_fin()],
         [send(64), receive(10), send(100), see_fin(), fin()], "greeting first, FIN for FIN", close="client_fin"),
    Case("client-fin-late-reply", [send(1000), fin(), receive(100_000), see_fin()],
         [receive(1000), see_fin(), pause(1.5), send(100_000), fin()], "the whole reply after the client's FIN",
         close="client_fin"),
    Case("endpoint-fin-upload", [receive(10), see_fin(), send(10 * MIB), fin()],
         [send(10), fin(), receive(10 * MIB), see_fin()], "the whole upload after the endpoint's FIN",
         close="endpoint_fin"),
    Case("fin-with-last-byte-up", "send 1 B to 1 MiB and FIN at once; see FIN", "receive all; see FIN; FIN",
         "every byte, then FIN", script=fin_with_last_byte(True)),
    Case("fin-with-last-byte-down", "receive all; see FIN; FIN", "send 1 B to 1 MiB and FIN at once; see FIN",
         "every byte, then FIN", script=fin_with_last_byte(False)),
    Case("trickle-after-client-fin", [send(5), fin(), receive(12), see_fin()],
         [receive(5), see_fin(), trickle(12, 0.3), fin()], "12 bytes in 3.6 s with idle and half-closed bounds of 1 s",
         settings=quick(idle=1, half_closed=1), close="client_fin"),
    Case("trickle-after-endpoint-fin", [receive(5), see_fin(), trickle(12, 0.3), fin()],
         [send(5), fin(), receive(12), see_fin()], "12 bytes in 3.6 s with idle and half-closed bounds of 1 s",
         settings=quick(idle=1, half_closed=1), close="endpoint_fin"),
    Case("rst-client-idle", [send(10), receive(10), rst()], [receive(10), send(10), see_reset()], "RST",
         close="client_reset"),
    Case("rst-endpoint-idle", [send(10), receive(10), see_reset()], [receive(10), send(10), rst()], "RST",
         close="endpoint_reset"),
    Case("rst-client-sending", [send(MIB), rst()], [drain_to_reset()], "a cut stream never ends in FIN",
         close="client_reset"),
    Case("rst-endpoint-sending", [drain_to_reset()], [send(MIB), rst()], "a cut stream never ends in FIN",
         close="endpoint_reset"),
    Case("rst-client-receiving", [receive(MIB), rst()], [send_until_refused(256 * MIB)], "the sender is stopped",
         close="client_reset"),
    Case("rst-endpoint-receiving", [send_until_refused(256 * MIB)], [receive(MIB), rst()], "the sender is stopped",
         close="endpoint_reset"),
    Case("answer-then-rst-with-unread-request", [send(10 + 64 * KIB), pause(0.8), receive(64 * KIB), see_reset()],
         [receive(10), send(64 * KIB), acknowledged(), pause(0.3), close_unread()],
         "the whole answer, then RST", close="endpoint_reset"),
    Case("answer-then-rst-stopped-reader", "pause 3 s; read on", "send 1 MiB; wait for ACKs; RST",
         "shown, not judged: how much of the answer arrives", script=answer_to_a_stopped_reader),
    Case("data-fin-rst-slow-reader", [read_slowly(MIB, 16 * KIB, 0.02), see_end()],
         [send(MIB), fin(), acknowledged(), rst()], "all the data; FIN or RST after it",
         close="endpoint_reset|endpoint_fin"),
    Case("rst-on-half-closed-by-endpoint", [send(1), fin(), see_reset()], [receive(1), see_fin(), rst()],
         "RST, 1000 times (short form: 100)", times=1000, close="endpoint_reset"),
    Case("rst-on-half-closed-by-client", [receive(1), see_fin(), rst()], [send(1), fin(), see_reset()],
         "RST, 1000 times (short form: 100)", times=1000, close="client_reset"),
    Case("fin-then-rst-by-client", [send(1), fin(), receive(10), rst()],
         [receive(1), see_fin(), send(10), send_until_refused(64 * MIB)], "the endpoint can't go on sending",
         close="client_reset"),
    Case("fin-then-rst-by-endpoint", [receive(1), see_fin(), send(10), send_until_refused(64 * MIB)],
         [send(1), fin(), receive(10), rst()], "the client can't go on sending", close="endpoint_reset"),
    Case("connect-and-close", "connect, close, 10,000 times (short form: 1000)", "see FIN", "each one, with no byte",
         script=connect_and_close, settings=quick(is_logged=False)),
    Case("client-rst-while-connecting", "connect, RST after 0.4 s", "has not accepted yet",
         "the connect is given up; nothing arrives later", "0.3 s, 3.5 s", script=rst_while_connecting,
         settings=quick(connect=8), applies=PROXIES - {"reference"}),
    Case("client-fin-while-connecting", "send 1000 B; FIN; receive 5000 B; see FIN",
         "accepts after 0.4 s; receive 1000 B; see FIN; send 5000 B", "a half-close is no reason to give up",
         script=fin_while_connecting, settings=quick(connect=8), applies=PROXIES),
    Case("endpoint-killed-with-unread-input", "send 1 MiB; read", "SIGKILL with input unread",
         "RST, as without a proxy", script=endpoint_killed(False)),
    Case("endpoint-killed-while-sending", "read on", "SIGKILL while it sends", "what was sent, then FIN, as without a proxy",
         script=endpoint_killed(True)),
    Case("endpoint-host-vanishes-user-timeout", "send 64 KiB after the endpoint's host is gone; read",
         "its host drops everything, both ways", "the client is told; userTimeout 3 s", "6 s", settings=VANISHING,
         script=host_vanishes(True), on_network=True, is_short=False, applies=PROXIES),
    Case("endpoint-host-vanishes-keepalive", "read", "its host drops everything, both ways",
         "the client is told; keepAlive 1 s + 2 x 1 s", "6 s", settings=KEPT_ALIVE, script=host_vanishes(False),
         on_network=True, is_short=False, applies=PROXIES),
    Case("urgent-data-up", [pause(0.2), send(100 * KIB), urgent(), send(MIB), fin(), see_fin()],
         [inline(), receive(100 * KIB + 1 + MIB), see_fin(), fin()], "the urgent byte in its place",
         close="client_fin"),
    Case("urgent-data-down", [inline(), receive(100 * KIB + 1 + MIB), see_fin(), fin()],
         [pause(0.2), send(100 * KIB), urgent(), send(MIB), fin(), see_fin()], "the urgent byte in its place",
         close="endpoint_fin"),
    Case("urgent-in-a-row-up", URGENT_IN_A_ROW, [inline(), receive(9), see_fin(), fin()],
         "every urgent byte in its place", close="client_fin", times=10),
    Case("urgent-in-a-row-down", [inline(), receive(9), see_fin(), fin()], URGENT_IN_A_ROW,
         "every urgent byte in its place", close="endpoint_fin", times=10),
    Case("urgent-in-stream-fin-up", URGENT_IN_STREAM_FIN, PAUSE_TO_FIN, "everything behind the mark, then FIN",
         close="client_fin", times=10),
    Case("urgent-in-stream-fin-down", PAUSE_TO_FIN, URGENT_IN_STREAM_FIN, "everything behind the mark, then FIN",
         close="endpoint_fin", times=10),
    Case("urgent-in-stream-rst-up", URGENT_IN_STREAM_RST, PAUSE_TO_RST, "everything behind the mark, then RST",
         close="client_reset", times=10),
    Case("urgent-in-stream-rst-down", PAUSE_TO_RST, URGENT_IN_STREAM_RST, "everything behind the mark, then RST",
         close="endpoint_reset", times=10),
)
