"""Clients that are led by their ClientHello: whom each reaches, with every byte, and who reaches nobody."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import time
from collections import Counter
from dataclasses import dataclass
from random import Random

from conformance import reference_hellos
from conformance.cases.proxy_headers import CLOSED_WITHIN, GAP, MODES
from conformance.hello_vectors import ALERTED, DEFAULT, HELLO, NAMED, REFUSED, REJECTED, RESET, STRICT, UNKNOWN, VECTORS, Hello
from conformance.peers import Failed, fin, play, receive, run_together, see_fin, send
from conformance.proxies import Settings, quick
from conformance.recording import ANSWER, Taker
from conformance.suite import Case, Context, Script
from testkit.client_hello import UNRECOGNIZED_NAME, message, records, server_name
from testkit.proxy_header import line

READERS = frozenset({"vipgate", "HAProxy", "nginx stream", "reference"})
PASSED_ON = READERS - {"reference"}
#: Also where no standard decides, and by how they refuse.
JUDGED = frozenset({"vipgate", "reference"})
#: What each route is to those whom a hello leads there.
ENDPOINTS = {"main": DEFAULT, "other": NAMED}
MARK = b"\r\n-- end --\r\n"
ONE = records(HELLO)
Pieces = list[tuple[bytes, float]]


def payload_of(mode: str) -> bytes:
    """It begins like a hello that names somebody else."""
    return records(message(server_name(UNKNOWN))) + mode.encode() + MARK


def cut(data: bytes, places: tuple[int, ...]) -> Pieces:
    """In segments that end at these places."""
    pause = 0.03 if len(places) < 10 else GAP
    return [(data[begin:end], pause) for begin, end in itertools.pairwise((0, *places, len(data)))]


@dataclass
class Seen:
    """What a client got, how that ended, and how long after its last byte."""

    said: bytes = b""
    ending: str = ""
    after: float = 0.0

    @property
    def how(self) -> str:
        if self.ending == "answered":
            return self.ending
        return ALERTED if (self.said, self.ending) == (UNRECOGNIZED_NAME, "FIN") else f"{len(self.said)} B, " * bool(self.said) + self.ending


def converse(ctx: Context, pieces: Pieces, seen: Seen) -> None:
    """Sends the pieces with pauses; waits for the answer, or for the end."""
    client = ctx.connect(timeout=CLOSED_WITHIN)
    try:
        for piece, pause in pieces:
            client.sendall(piece)
            time.sleep(pause)
    except OSError:
        seen.ending = "RST"
    sent = time.monotonic()
    try:
        while not seen.ending:
            data = client.recv(100)
            seen.said += data
            seen.ending = "answered" if seen.said == ANSWER else "" if data else "FIN"
    except TimeoutError:
        seen.ending = "left waiting"
    except OSError:
        seen.ending = "RST"
    seen.after = time.monotonic() - sent
    client.close()


def take(ctx: Context, *conversations: Pieces) -> tuple[dict[str, list[bytes]], list[Seen]]:
    """Plays them at the same time; what each endpoint got, what each client saw."""
    with contextlib.ExitStack() as stack:
        takers = {answer: stack.enter_context(Taker(ctx.place.listeners[route], MARK)) for route, answer in ENDPOINTS.items()}
        all_seen = [Seen() for _ in conversations]
        run_together(*(lambda pieces=pieces, seen=seen: converse(ctx, pieces, seen)
                       for pieces, seen in zip(conversations, all_seen)))
    return {answer: taker.taken for answer, taker in takers.items()}, all_seen


def vector(of: Hello) -> Script:
    def script(ctx: Context) -> None:
        if of.answer in (ALERTED, RESET):  # a client sends nothing more before it is answered
            plays = {"": ([(of.hello, 0)] if of.cuts is None else cut(of.hello, of.cuts), b"")}
        elif of.cuts is None:
            plays = {mode: (pieces(of.hello, payload_of(mode)), payload_of(mode)) for mode, pieces in MODES.items()}
        else:
            plays = {"as cut": (cut(of.hello, of.cuts)[:-1] + [(of.hello[max(of.cuts, default=0):] + payload_of("as cut"), 0)],
                                payload_of("as cut"))}
        taken, all_seen = take(ctx, *(pieces for pieces, _ in plays.values()))
        found = {mode: _fault(of, of.hello + payload, payload, taken, seen, ctx.proxy.name in JUDGED)
                 for (mode, (_, payload)), seen in zip(plays.items(), all_seen)}
        told = set(found.values())
        shown = told.pop() if len(told) == 1 else "; ".join(f"{mode}: {said or 'right'}" for mode, said in found.items())
        if shown and (not of.is_open or ctx.proxy.name in JUDGED):
            raise Failed(shown)
        ctx.note(shown or ", ".join(sorted({seen.how for seen in all_seen} - {"answered"})))

    return script


def _fault(of: Hello, sent: bytes, payload: bytes, taken: dict[str, list[bytes]], seen: Seen, is_exact: bool) -> str:
    """What is wrong; empty if nothing is."""
    mine = {answer: [got for got in every if got.endswith(payload) or not got.endswith(MARK)] for answer, every in taken.items()}
    reached = {answer: got[0] for answer, got in mine.items() if got}
    if of.answer in (NAMED, DEFAULT):
        if of.answer not in reached:
            return f"reaches {next(iter(reached))}" if reached else f"refused ({seen.how})"
        return "" if reached[of.answer] == sent else f"{len(reached[of.answer])} B of {len(sent)}, or others, arrive"
    if reached:
        return f"reaches {next(iter(reached))}"
    is_right = seen.how == of.answer if is_exact and of.answer in (ALERTED, RESET) else seen.ending in ("FIN", "RST")
    return "" if is_right else f"not refused like this: {seen.how}"


def silent_until(data: bytes, ends: str) -> Script:
    """A client that sends no whole hello, and then ends or does not. Nothing may reach an endpoint; of others it is shown."""

    def script(ctx: Context) -> None:
        client = ctx.connect(timeout=6)
        client.sendall(data)
        started = time.monotonic()
        seen = Seen()
        with contextlib.ExitStack() as stack:
            takers = {answer: stack.enter_context(Taker(ctx.place.listeners[route], MARK)) for route, answer in ENDPOINTS.items()}
            if ends == "RST":
                time.sleep(0.1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                time.sleep(0.2)
            else:
                if ends == "FIN":
                    client.shutdown(socket.SHUT_WR)
                try:
                    seen.ending = "an answer" if client.recv(1) else "FIN"
                except TimeoutError:
                    seen.ending = "left waiting"
                except ConnectionResetError:
                    seen.ending = "RST"
                seen.after = time.monotonic() - started
                client.close()
        reached = [answer for answer, taker in takers.items() if taker.taken]
        shown = ", ".join([f"{seen.ending} after {seen.after:.1f} s"] * bool(seen.ending) + [f"reaches {answer}" for answer in reached])
        ctx.note(shown)
        if ctx.proxy.name == "vipgate":
            ctx.must(not reached, shown)
            within = (2.8, 5) if ends == "silence" else (0, CLOSED_WITHIN)
            ctx.must(ends == "RST" or (seen.ending in ("FIN", "RST") and within[0] <= seen.after <= within[1]), shown)

    return script


def with_much(ctx: Context) -> None:
    """A large payload right behind the hello, both ways."""
    size = (1 if ctx.is_short else 32) << 20
    client_socket = ctx.connect()
    client_socket.sendall(ONE)
    endpoint_socket = ctx.accept("other")
    got = b""
    while len(got) < len(ONE) and (piece := endpoint_socket.recv(len(ONE) - len(got))):
        got += piece
    ctx.must(got == ONE, "another hello")
    client, endpoint = ctx.peers(client_socket, endpoint_socket)
    play(client, endpoint, [send(size), receive(size), fin(), see_fin()], [receive(size), send(size), see_fin(), fin()])
    ctx.expect("client_fin", size + len(ONE), size)


def all_arrive(ctx: Context, *conversations: Pieces, sent: bytes) -> None:
    """Each reaches the named endpoint with the same bytes."""
    taken, all_seen = take(ctx, *conversations)
    unanswered = [seen.how for seen in all_seen if seen.ending != "answered"]
    ctx.must(not unanswered, f"{len(unanswered)} of {len(all_seen)} are not answered ({unanswered[:1]})")
    ctx.must(not taken[DEFAULT], f"{len(taken[DEFAULT])} of {len(all_seen)} reach {DEFAULT}")
    wrong = [got for got in taken[NAMED] if got != sent]
    ctx.must(not wrong, f"{len(wrong)} of {len(all_seen)} arrive with other bytes, such as {wrong[:1]}")


def every_place(*ends: int) -> Script:
    """Two segments, cut at each byte in turn."""

    def script(ctx: Context) -> None:
        data = records(HELLO, *ends) + payload_of("a")
        for begin in range(1, len(data) - len(payload_of("a")), 40):
            all_arrive(ctx, *([(data[:at], 0.02), (data[at:], 0)] for at in range(begin, begin + 40)), sent=data)

    return script


def behind_a_header(ctx: Context) -> None:
    """A PROXY header and the hello: in one segment, and cut at each byte in turn."""
    header, data = line("TCP4 192.168.0.1 192.168.0.11 56324 443"), ONE + payload_of("a")
    both = header + data
    all_arrive(ctx, [(both, 0)], sent=data)
    # The protocol's text lets a receiver reject a part of a header.
    for begin in range(1 if ctx.proxy.name == "vipgate" else len(header), len(header) + len(ONE) + 1, 40):
        all_arrive(ctx, *([(both[:at], 0.02), (both[at:], 0)] for at in range(begin, begin + 40)), sent=data)


def after_a_retry(ctx: Context) -> None:
    """One of two endpoints refuses: the hello is there for the other one."""
    data = ONE + payload_of("a")
    for _ in range(6):
        all_arrive(ctx, [(data, 0)], sent=data)


def drip(ctx: Context) -> None:
    data = ONE + payload_of("a")
    all_arrive(ctx, [(data[at:at + 1], 0.005) for at in range(len(ONE))] + [(data[len(ONE):], 0)], sent=data)


def flawed(random: Random) -> bytes:
    """A hello with some bytes changed, taken out, repeated or put in, in records that end anywhere."""
    bases = [of.hello for of in VECTORS if len(of.hello) < 600]
    if random.random() < 0.3:
        data = bytearray(random.choice(bases))
    else:
        data = bytearray(records(HELLO, *random.sample(range(1, len(HELLO)), random.randrange(4))))
    for _ in range(random.randrange(4)):
        at = random.randrange(len(data))
        match random.randrange(5):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                data[at] = (data[at] + random.choice((-1, 1))) % 256
            case 2:
                del data[at:at + random.randrange(1, 4)]
            case 3:
                data[at:at] = data[at:at + random.randrange(1, 40)]
            case _:
                data[at:at] = random.randbytes(random.randrange(1, 4))
    return bytes(data)


def random_flaws(ctx: Context) -> None:
    """Another reader says whom each must reach."""
    answers = {"other": NAMED, "main": DEFAULT, "unknown": DEFAULT, "nameless": DEFAULT, "not-tls": DEFAULT, "wrong": REFUSED}
    played: Counter[str] = Counter()
    for number in range(10 if ctx.is_short else 100):
        every: dict[bytes, tuple[bytes, str]] = {}
        while len(every) < 25:
            hello, payload = flawed(ctx.random), payload_of(f"{number} {len(every)}")
            led = reference_hellos.lead(hello + payload, "") if hello else "short"
            if led != "short" and int.from_bytes(hello[6:9], "big") < len(hello):  # who announces more is waited for
                every[payload] = hello, answers[led]
        plays = [cut(hello + payload, tuple(sorted(ctx.random.sample(range(1, len(hello) + 1), ctx.random.randrange(4)))))
                 for payload, (hello, _) in every.items()]
        taken, all_seen = take(ctx, *plays)
        for (payload, (hello, answer)), seen in zip(every.items(), all_seen):
            played[answer] += 1
            mine = {where: [got for got in all_got if got.endswith(payload)] for where, all_got in taken.items()}
            fault = _fault(Hello("", hello, answer, ""), hello + payload, payload, mine, seen, is_exact=False)
            # More may be announced in another place.
            is_waited_for = answer == REFUSED and seen.ending == "left waiting" and not any(mine.values())
            ctx.must(not fault or is_waited_for, f"{fault} instead of {answer}: {hello.hex()}")
    ctx.note(", ".join(f"{answer}: {count}" for answer, count in sorted(played.items())))


def case(name: str, client: str, endpoint: str, must: str, script: Script, settings: Settings, bound: str = "2 s",
         applies: frozenset[str] = PASSED_ON, **more: object) -> Case:
    return Case(f"hello-{name}", client, endpoint, must, bound, script=script, settings=settings, applies=applies,
                **more)  # type: ignore[arg-type]


def show(of: Hello) -> str:
    ways = "in one segment, in two, in three, byte by byte" if of.cuts is None else f"in {len(of.cuts) + 1} segments" if of.cuts else "in one segment"
    return f"`{of.hello[:12].hex()}`…, {len(of.hello)} B, {ways}"


LED = quick(hellos="default")
CASES = (
    *(case(of.name, show(of), "records", of.must, vector(of), quick(hellos=hellos), applies=READERS, is_brief=True)
      for hellos, vectors in (("default", VECTORS), ("unknown", REJECTED), ("all", STRICT)) for of in vectors),
    case("cut-at-every-byte", "a hello, cut at each byte in turn", "records", NAMED, every_place(), LED, applies=READERS),
    case("records-cut-at-every-byte", "a hello in two records, cut at each byte in turn", "records", NAMED,
         every_place(len(HELLO) // 2), LED, applies=READERS),
    case("random-flaws", "2,500 hellos (short form: 250) with up to 3 flaws, in up to 4 segments", "records",
         "whom another reader says", random_flaws, LED, applies=JUDGED),
    case("behind-a-proxy-header", "a PROXY header and a hello, in one segment and cut at each byte in turn", "records",
         f"{NAMED}; the hello whole, without the header", behind_a_header, quick(hellos="default", header_from=("127.0.0.0/8",))),
    case("with-much", "a hello, then 32 MiB (short form: 1 MiB), FIN", "receives all; answers as much", "every byte", with_much, LED,
         bound="10 s per step"),
    case("after-a-retry", "a hello, 6 times", "one of two refuses; the other records", f"{NAMED}, the hello whole", after_a_retry,
         quick(hellos="default", has_dead_endpoint=True)),
    case("drip", "a hello, 1 B each 5 ms, within a timeout of 3 s", "records", NAMED, drip, LED),
    case("nothing-at-all", "nothing", "nothing", "closed after the 3 s that are set", silent_until(b"", "silence"), LED,
         bound="2.8 to 5 s"),
    case("half-and-silence", "half a hello", "nothing", "closed after the 3 s that are set", silent_until(ONE[:100], "silence"), LED,
         bound="2.8 to 5 s"),
    case("half-and-fin", "half a hello, FIN", "nothing", "closed, nothing arrives", silent_until(ONE[:100], "FIN"), LED),
    case("half-and-rst", "half a hello, RST", "nothing", "nothing arrives", silent_until(ONE[:100], "RST"), LED),
    case("fin-at-once", "FIN", "nothing", "closed, nothing arrives", silent_until(b"", "FIN"), LED),
)
