"""Time bounds: within 10 % of what is configured, never early. A busy machine is granted 0.15 s on top."""

from __future__ import annotations

import time

from conformance.cases.endings import fill_accept_queue
from conformance.peers import Failed, Peer, Stream, run_together
from conformance.proxies import quick
from conformance.suite import PROXIES, Case, Context

BUSY_SECONDS = 0.15
VIPGATE = frozenset({"vipgate"})


def _check(ctx: Context, what: str, took: float, bound: float) -> None:
    ctx.must(bound * 0.98 - 0.01 <= took <= bound * 1.1 + BUSY_SECONDS, f"{what} after {took:.2f} s, not {bound:g} s")


def _end_of(ctx: Context, peer: Peer, started: float) -> tuple[str, float]:
    ending = peer.until_end()
    took = time.monotonic() - started
    if ctx.proxy.name == "vipgate":
        ctx.must(ending == "reset", f"{peer.name}: {ending} instead of reset")
    return ending, took


def _both_end(ctx: Context, peers: tuple[Peer, Peer], started: float, bound: float, has_fin: bool = False) -> None:
    """Both ends see the end in time. A client whose FIN has been passed on may see FIN or RST."""
    seen: list[str] = []

    def wait(peer: Peer) -> None:
        ending, took = _end_of(ctx, peer, started)
        _check(ctx, f"{peer.name}: {ending}", took, bound)
        seen.append(f"{peer.name} {ending} {took:.2f} s")

    run_together(*(lambda p=peer: wait(p) for peer in (peers[:1] if has_fin else peers)), sockets=peers)
    ctx.note(", ".join(sorted(seen)))


def idle(ctx: Context) -> None:
    client, endpoint = ctx.pair()
    # Bytes in either direction restart the bound.
    for _ in range(4):
        client.send(1)
        endpoint.receive(1)
        time.sleep(0.6)
    endpoint.send(1)
    client.receive(1)
    _both_end(ctx, (client, endpoint), time.monotonic(), 2)
    ctx.expect("idle", 4, 1)


def half_closed(ctx: Context) -> None:
    client, endpoint = ctx.pair()
    client.send(5)
    endpoint.receive(5)
    client.fin()
    endpoint.see("fin")
    started = time.monotonic()
    _both_end(ctx, (client, endpoint), started, 2, has_fin=True)
    ctx.expect("half_closed", 5, 0)


def lifetime(ctx: Context) -> None:
    started = time.monotonic()
    client, endpoint = ctx.pair()

    def chat_and_watch() -> None:
        """One thread for both: a socket reports a reset only once, to the call that comes first."""
        try:
            while True:
                client.send(1)
                time.sleep(0.1)
        except Failed as failed:
            took = time.monotonic() - started
            _check(ctx, f"client: {failed}", took, 3)
            if ctx.proxy.name == "vipgate":
                ctx.must("reset by peer" in str(failed), f"client: {failed} instead of reset")

    def watch() -> None:
        ending, took = _end_of(ctx, endpoint, started)
        _check(ctx, f"endpoint: {ending}", took, 3)

    run_together(chat_and_watch, watch, sockets=(client, endpoint))
    ctx.expect("lifetime", None, 0)


def connect_timeout(ctx: Context) -> None:
    with fill_accept_queue(ctx):
        started = time.monotonic()
        client = Peer(ctx.connect("pending"), Stream(1), Stream(2), "client")
        ending, took = _end_of(ctx, client, started)
        _check(ctx, f"client: {ending}", took, 1)
        ctx.note(f"{ending} after {took:.2f} s")
    ctx.expect("connect_failed", 0, 0)


def slowloris(ctx: Context) -> None:
    """A byte every 0.2 s defeats an idle bound of 1 s; the lifetime of 3 s ends it, and nobody else notices."""
    pairs = []
    started = []
    for _ in range(50):
        started.append(time.monotonic())
        pairs.append(ctx.pair())
    ends: dict[int, float] = {}
    slowest = 0.0
    while len(ends) < len(pairs) and time.monotonic() - started[0] < 6:
        for number, (client, _) in enumerate(pairs):
            if number in ends:
                continue
            try:
                client.sock.send(b"x")
                client.sock.settimeout(0)
                client.sock.recv(1)
            except BlockingIOError:
                client.sock.settimeout(10)
            except OSError:
                ends[number] = time.monotonic() - started[number]
        asked = time.monotonic()
        client, endpoint = ctx.pair("other")
        client.send(1)
        endpoint.receive(1)
        slowest = max(slowest, time.monotonic() - asked)
        client.reset()
        endpoint.close()
        time.sleep(0.15)
    ctx.must(len(ends) == len(pairs), f"{len(pairs) - len(ends)} are still there")
    # They are looked at every 0.2 s or so.
    ctx.must(2.9 <= min(ends.values()) and max(ends.values()) <= 3.3 + 0.5,
             f"{min(ends.values()):.2f} to {max(ends.values()):.2f} s")
    ctx.must(slowest < 0.2, f"another client waited {slowest:.2f} s")
    ctx.note(f"{min(ends.values()):.2f} to {max(ends.values()):.2f} s")


CASES = (
    Case("idle-bound", "send 1 B four times; receive 1 B; wait", "receive; send 1 B; wait", "the end, on both sides",
         "2 s, + 10 % + 0.15 s", script=idle, settings=quick(idle=2, half_closed=2), applies=PROXIES),
    Case("half-closed-bound", "send 5 B; FIN; wait", "see FIN; silent", "the end", "2 s, + 10 % + 0.15 s", script=half_closed,
         settings=quick(idle=60, half_closed=2), applies=PROXIES),
    Case("lifetime-bound", "send 1 B every 0.1 s", "read on", "the end, on both sides", "3 s, + 10 % + 0.15 s",
         script=lifetime, settings=quick(idle=1, lifetime=3), applies=VIPGATE),
    Case("connect-timeout", "connect; wait", "drops SYNs", "the end", "1 s, + 10 % + 0.15 s", script=connect_timeout,
         settings=quick(connect=1), applies=PROXIES),
    Case("slowloris", "50 clients, 1 B every 0.2 s", "reads on", "the end by lifetime; others served within 0.2 s",
         "3 s, + 10 % + 0.5 s", script=slowloris, settings=quick(idle=1, lifetime=3), applies=VIPGATE),
)
