"""The two ends of a connection, scripted: what they send is known to the byte, so what arrives can be checked to the byte.

A table of :class:`Step` for each end is a whole case; :func:`play` runs both tables at once.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance import network

CHUNK = 256 << 10
_blocks: dict[int, bytes] = {}


class Failed(Exception):
    """A peer saw something else than it must see."""


class Stream:
    """An endless sequence of bytes that a seed determines. The period is no multiple of a page or of a buffer, so bytes
    that are lost, doubled or swapped can't look right."""

    PERIOD = (256 << 10) + 7

    def __init__(self, seed: int) -> None:
        if seed not in _blocks:
            if len(_blocks) > 2000:
                _blocks.clear()
            _blocks[seed] = random.Random(seed).randbytes(self.PERIOD) * 2
        self._block = _blocks[seed]

    def at(self, offset: int, length: int) -> bytes:
        """At most ``PERIOD`` bytes."""
        start = offset % self.PERIOD
        return self._block[start:start + length]


class Peer:
    """One end of a connection. Owns its socket; every wait is bounded by ``timeout``."""

    def __init__(self, sock: socket.socket, out: Stream, into: Stream, name: str, timeout: float = 10.0) -> None:
        self.sock = sock
        self.name = name
        self.sent = 0
        self.received = 0
        self._out = out
        self._into = into
        sock.settimeout(timeout)

    def send(self, count: int) -> None:
        end = self.sent + count
        while self.sent < end:
            piece = self._out.at(self.sent, min(CHUNK, end - self.sent))
            try:
                self.sent += self.sock.send(piece)
            except TimeoutError:
                raise Failed(f"{self.name}: nobody takes byte {self.sent} of {end}") from None
            except OSError as error:
                raise Failed(f"{self.name}: send of byte {self.sent} of {end}: {error}") from None

    def send_and_fin(self, count: int) -> None:
        self.send(count)
        self.fin()

    def receive_to_fin(self, count: int) -> None:
        self.receive(count)
        self.see("fin")

    def outgoing(self, count: int) -> bytes:
        """The next bytes that it will send."""
        return self._out.at(self.sent, count)

    def receive(self, count: int) -> None:
        end = self.received + count
        while self.received < end:
            self._take(min(CHUNK, end - self.received), f"of {end}")

    def receive_some(self, most: int = CHUNK) -> str | None:
        """Reads once; returns how the stream ended ('fin', 'reset', 'timeout'), None while it goes on."""
        try:
            data = self.sock.recv(most)
        except ConnectionResetError:
            return "reset"
        except TimeoutError:
            raise Failed(f"{self.name}: nothing comes after byte {self.received}") from None
        except OSError as error:
            return f"error {error.errno}"
        if not data:
            return "fin"
        if data != self._into.at(self.received, len(data)):
            raise Failed(f"{self.name}: wrong bytes in {self.received}..{self.received + len(data)}")
        self.received += len(data)
        return None

    def _take(self, most: int, what: str) -> None:
        ending = self.receive_some(most)
        if ending is not None:
            raise Failed(f"{self.name}: {ending} after byte {self.received} {what}")

    def until_end(self) -> str:
        """Reads to the end; returns how the stream ended."""
        while True:
            ending = self.receive_some()
            if ending is not None:
                return ending

    def see(self, *endings: str) -> None:
        """The next thing must be one of these endings, with no further byte before it."""
        before = self.received
        ending = self.receive_some()
        if ending is None:
            raise Failed(f"{self.name}: {self.received - before} bytes instead of {' or '.join(endings)}")
        if ending not in endings:
            raise Failed(f"{self.name}: {ending} instead of {' or '.join(endings)}")

    def fin(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise Failed(f"{self.name}: shutdown: {error}") from None

    def reset(self) -> None:
        """Closes with an RST, whatever is queued."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_acknowledged(self, within: float = 10.0) -> None:
        """Until the next hop's kernel has everything."""
        end = time.monotonic() + within
        while network.unacknowledged(self.sock) > 0:
            if time.monotonic() > end:
                raise Failed(f"{self.name}: bytes stay unacknowledged")
            time.sleep(0.002)

    def close(self) -> None:
        self.sock.close()


@dataclass(frozen=True)
class Step:
    """One thing an end does or must see."""

    text: str
    act: Callable[[Peer], None]


def _size(count: int) -> str:
    if count >= 1 << 20 and count % (1 << 20) == 0:
        return f"{count >> 20} MiB"
    return f"{count >> 10} KiB" if count >= 1024 and count % 1024 == 0 else f"{count} B"


def send(count: int) -> Step:
    return Step(f"send {_size(count)}", lambda peer: peer.send(count))


def receive(count: int) -> Step:
    return Step(f"receive {_size(count)}", lambda peer: peer.receive(count))


def fin() -> Step:
    return Step("FIN", lambda peer: peer.fin())


def rst() -> Step:
    return Step("RST", lambda peer: peer.reset())


def acknowledged() -> Step:
    return Step("wait for ACKs", lambda peer: peer.wait_acknowledged())


def see_fin() -> Step:
    return Step("see FIN", lambda peer: peer.see("fin"))


def see_reset() -> Step:
    return Step("see RST", lambda peer: peer.see("reset"))


def see_end() -> Step:
    return Step("see FIN or RST", lambda peer: peer.see("fin", "reset"))


def pause(seconds: float) -> Step:
    return Step(f"pause {seconds:g} s", lambda _: time.sleep(seconds))


def close_unread() -> Step:
    """close(2) with unread input: the kernel answers with RST."""
    return Step("close with unread input", lambda peer: peer.close())


def trickle(pieces: int, every: float) -> Step:
    def act(peer: Peer) -> None:
        for _ in range(pieces):
            peer.send(1)
            time.sleep(every)

    return Step(f"send 1 B every {every:g} s, {pieces} times", act)


def read_slowly(count: int, piece: int, every: float) -> Step:
    def act(peer: Peer) -> None:
        end = peer.received + count
        while peer.received < end:
            peer.receive(min(piece, end - peer.received))
            time.sleep(every)

    return Step(f"read {_size(count)}, {_size(piece)} every {every:g} s", act)


def drain_to_reset() -> Step:
    """Reads what still comes; the end must be a reset, never a FIN that would make a cut stream look whole."""

    def act(peer: Peer) -> None:
        ending = peer.until_end()
        if ending != "reset":
            raise Failed(f"{peer.name}: {ending} after byte {peer.received} instead of reset")

    return Step("read on, see RST and no FIN", act)


def send_until_refused(most: int) -> Step:
    """Sends until the connection is gone."""

    def act(peer: Peer) -> None:
        try:
            peer.send(most)
        except Failed as failure:
            if "nobody takes" in str(failure):
                raise
            return
        raise Failed(f"{peer.name}: all of {most} bytes were taken")

    return Step("send until refused", act)


def urgent() -> Step:
    """One byte with MSG_OOB; a peer that reads inline gets it in the stream's order."""

    def act(peer: Peer) -> None:
        peer.sock.send(peer.outgoing(1), socket.MSG_OOB)
        peer.sent += 1

    return Step("send 1 B urgent", act)


def inline() -> Step:
    return Step("read urgent data inline",
                lambda peer: peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1))


def run_together(*actions: Callable[[], None], sockets: Sequence[Peer] = (), within: float = 60.0) -> None:
    """Runs actions in threads; the first failure shuts the sockets, so that the others end soon."""
    failures: list[BaseException] = []

    def guarded(action: Callable[[], None]) -> None:
        try:
            action()
        except BaseException as failure:  # noqa: BLE001 - handed to the caller's thread
            failures.append(failure)
            for peer in sockets:
                try:
                    peer.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    threads = [threading.Thread(target=guarded, args=(action,), daemon=True) for action in actions]
    for thread in threads:
        thread.start()
    end = time.monotonic() + within
    for thread in threads:
        thread.join(max(0.1, end - time.monotonic()))
        if thread.is_alive():
            failures.append(Failed(f"not done within {within:g} s"))
            break
    if failures:
        raise failures[0]


def play(client: Peer, endpoint: Peer, client_steps: Sequence[Step], endpoint_steps: Sequence[Step],
         within: float = 60.0) -> None:
    """Runs both tables. A failed step is named with its place."""

    def script(peer: Peer, steps: Sequence[Step]) -> None:
        for number, step in enumerate(steps, 1):
            try:
                step.act(peer)
            except Failed as failure:
                raise Failed(f"{failure} (step {number}, {step.text})") from None

    try:
        run_together(lambda: script(client, client_steps), lambda: script(endpoint, endpoint_steps),
                     sockets=(client, endpoint), within=within)
    finally:
        client.close()
        endpoint.close()
