"""An endpoint that expects a PROXY header and records, for each connection, whose it was said to be and what came behind."""

from __future__ import annotations

import ipaddress
import socket
import threading
from dataclasses import dataclass, field

from conformance.peers import Failed
from conformance.proxy_vectors import PEER, SIGNATURE, Address

ANSWER = b"answer"


@dataclass(frozen=True)
class Recorded:
    """A connection as the endpoint saw it. ``client`` is ``PEER`` where the header conveys none."""

    client: Address
    destination: Address
    payload: bytes


def header_of(sock: socket.socket) -> tuple[Address, Address]:
    """Reads a header of either version, not a byte more."""
    first = _exactly(sock, 16)
    if first[:12] == SIGNATURE:
        rest = _exactly(sock, int.from_bytes(first[14:16], "big"))
        if first[12] == 0x20:
            return PEER, PEER
        size = {0x11: 4, 0x21: 16}.get(first[13], 0)
        if first[12] != 0x21 or not size:
            raise Failed(f"the endpoint got a header of {first[12:14].hex()}")
        ports = [int.from_bytes(rest[2 * size + 2 * i:2 * size + 2 * i + 2], "big") for i in range(2)]
        return (_text(rest[:size]), ports[0]), (_text(rest[size:2 * size]), ports[1])
    line = first
    while not line.endswith(b"\r\n") and len(line) < 107:
        line += _exactly(sock, 1)
    words = line.decode("latin-1").split()
    if len(words) != 6 or words[0] != "PROXY":
        raise Failed(f"the endpoint got {line[:60]!r} instead of a header")
    return (normal(words[2]), int(words[4])), (normal(words[3]), int(words[5]))


def _text(address: bytes) -> str:
    return normal(str(ipaddress.ip_address(address)))


def normal(address: str) -> str:
    """One form of an address; a mapped one stays what it is."""
    return str(ipaddress.ip_address(address))


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise Failed(f"the endpoint got {len(data)} of {count} bytes: {data[:40]!r}")
        data += piece
    return data


@dataclass
class Endpoint:
    """Answers each connection as soon as so many bytes have come behind the header, and records all of it until its end."""

    listener: socket.socket
    payload_bytes: int
    speaks_first: bool = False
    recorded: list[Recorded] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _is_over: bool = False

    def __enter__(self) -> Endpoint:
        self.listener.settimeout(0.05)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except TimeoutError:
                if self._is_over:
                    return
                continue
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            sock.settimeout(4)
            try:
                if self.speaks_first:
                    sock.sendall(ANSWER)
                client, destination = header_of(sock)
                payload = _exactly(sock, self.payload_bytes)
                if not self.speaks_first:
                    sock.sendall(ANSWER)
                while more := sock.recv(65536):
                    payload += more
                self.recorded.append(Recorded(client, destination, payload))
            except (Failed, OSError, ValueError) as problem:
                self.problems.append(str(problem) or type(problem).__name__)
