"""The PROXY protocol: whom a client is taken for, whom nobody is taken for, and what endpoints are told."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.peers import Failed, fin, play, receive, run_together, see_fin, send
from conformance.proxies import Settings, quick
from conformance.proxy_vectors import ADDRESSES, CLIENT, DESTINATION, VECTORS, Vector, nested, with_checksum
from conformance.recording import ANSWER, Endpoint, Recorded
from conformance.suite import Case, Context, Script
from testkit.proxy_header import PEER, SIGNATURE, Address, line, normal, read_header, tlv, v2

RECEIVERS = frozenset({"vipgate", "HAProxy", "nginx stream"})
LOOPBACK = ("127.0.0.0/8", "::1")
IN_AND_OUT = quick(header_from=LOOPBACK, sends_header=True)
PAYLOAD_BYTES = 96
#: Within so many seconds of the last byte nobody may be left waiting.
CLOSED_WITHIN = 2.0
GAP = 0.0007
#: A header of more bytes is sent in as many pieces.
MAX_PIECES = 150


def payload_of(name: str) -> bytes:
    """It begins like a header, which it is not."""
    return (line("TCP4 203.0.113.9 203.0.113.10 1 2") + name.encode() + b":").ljust(PAYLOAD_BYTES, b"\xfe")


def whole(header: bytes, payload: bytes) -> list[tuple[bytes, float]]:
    return [(header + payload, 0)]


def apart(header: bytes, payload: bytes) -> list[tuple[bytes, float]]:
    return [(header, 0.03), (payload, 0)]


def in_thirds(header: bytes, payload: bytes) -> list[tuple[bytes, float]]:
    return [(header[:10], 0.01), (header[10:20], 0.01), (header[20:] + payload, 0)]


def byte_by_byte(header: bytes, payload: bytes) -> list[tuple[bytes, float]]:
    size = -(-len(header) // MAX_PIECES)
    every = [header[at:at + size] for at in range(0, len(header), size)] + [payload[:1], payload[1:]]
    return [(piece, GAP) for piece in every]


#: A receiver may reject a header that does not come in one piece, says the text.
OPEN_MODES = ("in three", "byte by byte")
MODES: dict[str, Callable[[bytes, bytes], list[tuple[bytes, float]]]] = {
    "whole": whole, "apart": apart, "in three": in_thirds, "byte by byte": byte_by_byte,
}


@dataclass
class Seen:
    """What became of one client."""

    own: Address = PEER
    #: How it ended before an answer, and how long after its last byte; empty for an answer.
    ending: str = ""
    after: float = 0.0


def converse(ctx: Context, pieces: list[tuple[bytes, float]], seen: Seen, route: str = "main") -> None:
    """Sends the pieces with pauses; waits for the answer, or for the end."""
    try:
        client = ctx.connect(route, timeout=CLOSED_WITHIN)
    except ConnectionResetError:  # the reset has overtaken the end of the connect
        seen.ending = "reset"
        return
    seen.own = client.getsockname()[:2]
    try:
        for piece, pause in pieces:
            if piece:
                client.sendall(piece)
            time.sleep(pause)
    except OSError:
        pass  # it has ended; how, the next call tells
    sent = time.monotonic()
    try:
        seen.ending = "" if client.recv(100) == ANSWER else "fin"
    except TimeoutError:
        seen.ending = "left waiting"
    except OSError:
        seen.ending = "reset"
    seen.after = time.monotonic() - sent
    client.close()


def vector(of: Vector) -> Script:
    def script(ctx: Context) -> None:
        found = {}
        with Endpoint(ctx.place.listeners["main"], PAYLOAD_BYTES) as endpoint:
            seen = {mode: Seen() for mode in MODES}
            run_together(*(lambda mode=mode, cut=cut: converse(ctx, cut(of.header, payload_of(mode)), seen[mode])
                           for mode, cut in MODES.items()))
        for mode in MODES:
            found[mode] = _verdict(of, mode, seen[mode], endpoint)
        problems = {mode: said for mode, said in found.items() if said}
        problems |= {"endpoint": said for said in endpoint.problems}
        shown = "; ".join(f"{mode}: {said}" for mode, said in problems.items())
        is_allowed = all(mode in OPEN_MODES and said.startswith("refused") for mode, said in problems.items())
        if ctx.proxy.name != "vipgate" and (of.is_open or is_allowed):
            ctx.note("in pieces: refused" if problems and is_allowed else shown)
        elif problems:
            raise Failed(shown)

    return script


def _verdict(of: Vector, mode: str, seen: Seen, endpoint: Endpoint) -> str:
    """What is wrong; empty if nothing is."""
    reached = [r for r in endpoint.recorded if mode.encode() + b":" in r.payload]
    if of.client is None:
        if reached:
            return f"taken for {_name(reached[0].client, seen)}"
        return "left waiting" if seen.ending == "left waiting" else ""
    if not reached:
        return f"refused ({seen.ending or 'an answer from nowhere'})"
    if reached[0].payload != payload_of(mode):
        return "another payload"
    wanted = seen.own if of.client == PEER else (normal(of.client[0]), of.client[1])
    return "" if reached[0].client == wanted else f"taken for {_name(reached[0].client, seen)}"


def _name(client: Address, seen: Seen) -> str:
    return "the peer" if client == seen.own else f"{client[0]} {client[1]}"


def show(header: bytes) -> str:
    text = header.decode("latin-1")
    is_text = header[:1] != b"\r" and all(" " <= c <= "~" or c in "\r\n\t" for c in text)
    shown = repr(text)[1:-1].replace("|", "/") if is_text else header.hex().replace(SIGNATURE.hex(), "S ")
    return f"`{shown[:110]}`" + ("" if len(shown) <= 110 else f" and on, {len(header)} B")


# ---- endings ----


def records(ctx: Context, *conversations: list[tuple[bytes, float]], route: str = "main", **of: object) -> tuple[list[Recorded], list[Seen]]:
    with Endpoint(ctx.place.listeners[route], PAYLOAD_BYTES, **of) as endpoint:  # type: ignore[arg-type]
        all_seen = [Seen() for _ in conversations]
        run_together(*(lambda pieces=pieces, seen=seen: converse(ctx, pieces, seen, route)
                       for pieces, seen in zip(conversations, all_seen)))
    if endpoint.problems:
        raise Failed(endpoint.problems[0])
    return endpoint.recorded, all_seen


def destination(ctx: Context) -> None:
    recorded, _ = records(ctx, whole(v2(0x21, 0x11, ADDRESSES), payload_of("a")))
    ctx.must(len(recorded) == 1, "not served")
    ctx.must(recorded[0].client == CLIENT, f"the endpoint is told of {recorded[0].client}")
    ctx.must(recorded[0].destination == DESTINATION, f"the endpoint is told of a destination {recorded[0].destination}")


def silent_until(data: bytes, ends: str) -> Script:
    """A client that sends too little, and then ends or does not; nothing may reach an endpoint."""

    def script(ctx: Context) -> None:
        listener = ctx.place.listeners["main"]
        client = ctx.connect(timeout=8)
        client.sendall(data)
        started = time.monotonic()
        if ends == "fin":
            with contextlib.suppress(OSError):  # it may be closed already
                client.shutdown(socket.SHUT_WR)
        elif ends == "rst":
            time.sleep(0.1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        if ends != "rst":
            try:
                ending = "fin" if client.recv(1) == b"" else "a byte"
            except ConnectionResetError:
                ending = "reset"
            took = time.monotonic() - started
            ctx.note(f"{ending} after {took:.1f} s")
            ctx.must(ending != "a byte", "an answer")
            ctx.must(took <= (5 if ends == "silence" else CLOSED_WITHIN), f"{ending} only after {took:.1f} s")
            # The text lets a receiver reject a part of a header at once.
            is_early_allowed = ends != "silence" or (ctx.proxy.name != "vipgate" and data)
            ctx.must(is_early_allowed or took >= 2.8, f"{ending} after {took:.1f} s instead of 3 s")
        listener.settimeout(0.2)
        try:
            sock, _ = listener.accept()
            sock.close()
        except TimeoutError:
            return
        raise Failed("the endpoint got a connection")

    return script


def late_for_a_greeting(ctx: Context) -> None:
    """As behind a balancer that sends the header with the client's first byte, which waits for the server's greeting."""
    for _ in range(2):
        clients = [ctx.connect(timeout=8) for _ in range(3)]
        for client in clients:
            with contextlib.suppress(ConnectionResetError):
                ctx.must(client.recv(1) == b"", "a greeting")
    log = ctx.proxy.log.read_text()
    hints = re.findall(r"INFO +listener main: (\d+) connections from 127\.0\.0\.1 sent no PROXY header for 3 s; a balancer that sends"
                       r" it with the client's first byte .* cannot serve protocols in which the server speaks first", log)
    ctx.must(len(hints) == 1, f"{len(hints)} lines say why")
    ctx.must(not re.search(r"WARN +listener", log), "a warning")


def fin_behind(ctx: Context) -> None:
    """The client's FIN comes with the header's last byte: the endpoint gets the connection, and its end."""
    client = ctx.connect()
    client.sendall(v2(0x21, 0x11, ADDRESSES))
    client.shutdown(socket.SHUT_WR)
    with Endpoint(ctx.place.listeners["main"], 0) as endpoint:
        try:
            answer = client.recv(100)
        except OSError as error:
            raise Failed(f"the client gets {error}") from None
    ctx.must([r.client for r in endpoint.recorded] == [CLIENT], f"the endpoint: {endpoint.problems or endpoint.recorded}")
    ctx.must(answer == ANSWER, "no answer behind the client's FIN")


def with_much(ctx: Context) -> None:
    """A large payload right behind the header, its end with it."""
    size = (1 if ctx.is_short else 32) << 20
    client_socket = ctx.connect()
    client_socket.sendall(v2(0x21, 0x11, ADDRESSES))
    endpoint_socket = ctx.accept()
    header = read_header(endpoint_socket)
    ctx.must(header.client == CLIENT, f"taken for {header.client}")
    client, endpoint = ctx.peers(client_socket, endpoint_socket)
    if ctx.proxy.name == "nginx stream":  # without half-close it drops the answer to a client that has sent its FIN
        play(client, endpoint, [send(size), receive(size), fin(), see_fin()], [receive(size), send(size), see_fin(), fin()])
    else:
        play(client, endpoint, [send(size), fin(), receive(size), see_fin()], [receive(size), see_fin(), send(size), fin()])


def drip(ctx: Context) -> None:
    """One byte each 50 ms of a header with fields."""
    header = with_checksum(ADDRESSES, tlv(2, b"a.example"), tlv(5, b"0123456789abcdef") + tlv(0xEA, b"\x01vpce-0123456789"))
    recorded, seen = records(ctx, [(header[at:at + 1], 0.05) for at in range(len(header))]
                             + [(payload_of("a"), 0)])
    is_served = len(recorded) == 1 and recorded[0].client == CLIENT and not seen[0].ending
    # The text lets a receiver reject a part of a header.
    ctx.must(is_served or ctx.proxy.name != "vipgate", f"not served: {seen[0].ending}")
    ctx.note(f"{len(header)} B: " + ("served" if is_served else f"refused ({seen[0].ending})"))


def deep_and_often(ctx: Context) -> None:
    """Nested fields, again and again: no memory may be left behind."""
    headers = [v2(0x21, 0x11, ADDRESSES + nested(2000)), v2(0x21, 0x11, nested(8190) + b"abc", length=0xFFFF)]
    rounds = 300 if ctx.is_short else 5000

    def play(count: int) -> None:
        for number in range(count):
            client = ctx.connect(timeout=5)
            try:
                client.sendall(headers[number % 2])
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except OSError:
                pass
            client.close()

    with Endpoint(ctx.place.listeners["main"], 0):
        play(rounds // 3)
        before = ctx.proxy.memory()
        play(rounds)
        grown = (ctx.proxy.memory() - before) / (1 << 20)
    ctx.note(f"{rounds} times: {grown:+.1f} MiB resident")
    ctx.must(grown <= 48, f"{grown:.0f} MiB more after {rounds} connections")


def from_elsewhere(is_served: bool) -> Script:
    """The header of a peer that is not among those that must send one."""

    def script(ctx: Context) -> None:
        if not is_served:
            with Endpoint(ctx.place.listeners["main"], 0) as endpoint:
                seen = Seen()
                converse(ctx, whole(v2(0x21, 0x11, ADDRESSES), payload_of("a")), seen)
            ctx.must(not endpoint.recorded and not endpoint.problems, "the endpoint got a connection")
            ctx.must(seen.ending in ("reset", "fin"), seen.ending or "an answer")
            return
        header = v2(0x21, 0x11, ADDRESSES)
        with Endpoint(ctx.place.listeners["main"], len(header) + PAYLOAD_BYTES) as endpoint:
            seen = Seen()
            converse(ctx, whole(header, payload_of("a")), seen)
        ctx.must(not seen.ending, f"not served: {seen.ending}")
        ctx.must(endpoint.recorded[0].client == seen.own, f"taken for {endpoint.recorded[0].client}")
        ctx.must(endpoint.recorded[0].payload == header + payload_of("a"), "its bytes are not passed on as they are")

    return script


# ---- sent ----


def sent_first(ctx: Context) -> None:
    recorded, seen = records(ctx, *([(payload_of(str(number)), 0)] for number in range(20)))
    ctx.must(len(recorded) == 20, f"{len(recorded)} of 20 were served")
    ctx.must({r.client for r in recorded} == {s.own for s in seen}, "other clients than there were")
    ctx.must({r.payload for r in recorded} == {payload_of(str(number)) for number in range(20)}, "another payload")
    host, port = ctx.proxy.address("main")
    ctx.must({r.destination for r in recorded} == {(host, port)}, f"destination {recorded[0].destination}")


def server_first(ctx: Context) -> None:
    """The endpoint greets before it has read anything; the client says nothing until then."""
    with Endpoint(ctx.place.listeners["main"], PAYLOAD_BYTES, speaks_first=True) as endpoint:
        client = ctx.connect()
        if ctx.proxy.settings.header_from:
            client.sendall(v2(0x21, 0x11, ADDRESSES))
        ctx.must(client.recv(100) == ANSWER, "no greeting")
        client.sendall(payload_of("a"))
        client.shutdown(socket.SHUT_WR)
        own = client.getsockname()[:2]
    wanted = CLIENT if ctx.proxy.settings.header_from else own
    ctx.must([(r.client, r.payload) for r in endpoint.recorded] == [(wanted, payload_of("a"))],
             f"the endpoint: {endpoint.problems or endpoint.recorded}")


def after_a_retry(ctx: Context) -> None:
    """One of two endpoints refuses; the other gets one header a connection, however the connection came to it."""
    for number in range(6):
        recorded, seen = records(ctx, whole(v2(0x21, 0x11, ADDRESSES), payload_of(str(number))))
        ctx.must(len(recorded) == 1 and not seen[0].ending, f"connection {number}: not served: {seen[0].ending}")
        ctx.must(recorded[0].client == CLIENT, f"connection {number}: taken for {recorded[0].client}")
        ctx.must(recorded[0].payload == payload_of(str(number)), f"connection {number}: another payload")


def crossed_families(ctx: Context) -> None:
    """What is conveyed has nothing to do with the family of the sockets."""
    if "from6to4" not in ctx.place.routes:
        ctx.note("no IPv6 here")
        return
    documented = ("2001:db8::1", 56324)
    conveyed = v2(0x21, 0x21, bytes.fromhex("20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "dc0401bb"))
    for route in ("from4to6", "from6to4", "from6to6"):
        for header, wanted in ((v2(0x21, 0x11, ADDRESSES), CLIENT), (conveyed, documented)):
            recorded, seen = records(ctx, whole(header, payload_of("a")), route=route)
            ctx.must(len(recorded) == 1 and not seen[0].ending, f"{route}: not served: {seen[0].ending}")
            ctx.must(recorded[0].client == wanted, f"{route}: taken for {recorded[0].client}")


def case(name: str, client: str, endpoint: str, must: str, script: Script, settings: Settings = IN_AND_OUT,
         bound: str = "2 s", applies: frozenset[str] = RECEIVERS, **more: object) -> Case:
    return Case(f"proxy-{name}", client, endpoint, must, bound, script=script, settings=settings, applies=applies,
                **more)  # type: ignore[arg-type]


SENT = quick(sends_header=True)
SILENT = quick(header_from=LOOPBACK, sends_header=True, idle=3)
HALF = SIGNATURE[:6]
CASES = (
    *(Case(of.name, show(of.header), "records", of.must, "2 s", script=vector(of), settings=IN_AND_OUT, applies=RECEIVERS,
           is_brief=True) for of in VECTORS),
    case("destination", "`v2-tcp4`", "records", "the endpoint is told the first destination too", destination),
    case("crossed-families", "IPv4 and IPv6 headers over IPv6 and IPv4", "records", "who is conveyed", crossed_families),
    case("with-much", "`v2-tcp4`, then 32 MiB (short form: 1 MiB), FIN", "receives all; answers as much", "every byte", with_much,
         bound="10 s per step"),
    case("drip", "a header with fields, 1 B each 50 ms, within a timeout of 8 s", "records", "served", drip,
         quick(header_from=LOOPBACK, sends_header=True, header_timeout=8), bound="none"),
    case("fin-behind", "`v2-tcp4`, FIN", "answers", "who is conveyed, the FIN, the answer", fin_behind),
    case("fin-before-all", "half a signature, FIN", "nothing", "closed, nothing arrives", silent_until(HALF, "fin")),
    case("fin-at-once", "FIN", "nothing", "closed, nothing arrives", silent_until(b"", "fin")),
    case("rst-before-all", "half a signature, RST", "nothing", "nothing arrives", silent_until(HALF, "rst")),
    case("nothing-at-all", "nothing", "nothing", "closed after the 3 s that are set", silent_until(b"", "silence"),
         SILENT, bound="2.8 to 5 s"),
    case("half-a-signature", "half a signature", "nothing", "closed after the 3 s that are set", silent_until(HALF, "silence"), SILENT,
         bound="2.8 to 5 s"),
    case("half-a-length", "`v2-tcp4` but its last byte", "nothing", "closed after the 3 s that are set",
         silent_until(v2(0x21, 0x11, ADDRESSES)[:-1], "silence"), SILENT, bound="2.8 to 5 s"),
    case("half-a-line", "`v1-tcp4` but its LF", "nothing", "closed after the 3 s that are set",
         silent_until(line("TCP4 192.168.0.1 192.168.0.11 56324 443", "\r"), "silence"), SILENT, bound="2.8 to 5 s"),
    case("late-for-a-greeting", "waits for the greeting before it says anything, 6 times", "would greet",
         "closed after 3 s; one line in the log says why", late_for_a_greeting, quick(header_from=LOOPBACK, idle=4),
         bound="3 s each", applies=frozenset({"vipgate"})),
    case("deep-and-often", "fields nested 2,000 deep, and 8,190 deep in 64 KiB, by turns 5,000 times (short form: 300)", "answers",
         "memory stays", deep_and_often, bound="48 MiB"),
    case("from-elsewhere", "`v2-tcp4`, of a peer that must not send one", "nothing", "refused",
         from_elsewhere(is_served=False), quick(header_from=("192.0.2.0/24",), sends_header=True),
         applies=frozenset({"vipgate"})),
    case("from-elsewhere-served", "`v2-tcp4`, of a peer that need not send one", "records", "its bytes are payload, it is the peer",
         from_elsewhere(is_served=True), quick(header_from=("192.0.2.0/24",), serves_others=True, sends_header=True),
         applies=frozenset({"vipgate", "HAProxy"})),
    case("not-accepted", "`v2-tcp4`, where no header is looked for", "records", "its bytes are payload, it is the peer",
         from_elsewhere(is_served=True), SENT),
    case("sent-first", "20 clients", "records", "the header first and once, with both addresses", sent_first, SENT),
    case("sent-server-first", "waits for the greeting", "greets; records", "the header does not wait for the client", server_first,
         SENT),
    case("passed-on-server-first", "`v2-tcp4`; waits for the greeting", "greets; records", "the header does not wait for payload",
         server_first),
    case("sent-after-a-retry", "`v2-tcp4`, 6 times", "one of two refuses; the other records", "one header a connection",
         after_a_retry, quick(header_from=LOOPBACK, sends_header=True, has_dead_endpoint=True), bound="2 s each"),
)
