"""An endpoint that expects a PROXY header and records, for each connection, whose it was said to be and what came behind."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import Self

from testkit.proxy_header import Address, HeaderFault, exactly, read_header

ANSWER = b"answer"


@dataclass(frozen=True)
class Recorded:
    """A connection as the endpoint saw it. ``client`` is ``PEER`` where the header conveys none."""

    client: Address
    destination: Address
    payload: bytes


@dataclass
class _Accepting:
    """Serves every connection in a thread of its own, until its end."""

    listener: socket.socket
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    _is_over: bool = field(default=False, init=False)

    def __enter__(self) -> Self:
        self.listener.settimeout(0.02)
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
        raise NotImplementedError


@dataclass
class Endpoint(_Accepting):
    """Answers each connection as soon as so many bytes have come behind the header, and records all of it until its end."""

    payload_bytes: int
    speaks_first: bool = False
    recorded: list[Recorded] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            sock.settimeout(4)
            try:
                if self.speaks_first:
                    sock.sendall(ANSWER)
                header = read_header(sock)
                payload = exactly(sock, self.payload_bytes)
                if not self.speaks_first:
                    sock.sendall(ANSWER)
                while more := sock.recv(65536):
                    payload += more
                self.recorded.append(Recorded(header.client, header.destination, payload))
            except (HeaderFault, OSError, ValueError) as problem:
                self.problems.append(f"the endpoint got {str(problem) or type(problem).__name__}")


@dataclass
class Taker(_Accepting):
    """Takes what comes from the first byte on, answers when the mark has come, and records each connection at its end."""

    mark: bytes
    taken: list[bytes] = field(default_factory=list)

    def _serve(self, sock: socket.socket) -> None:
        data, is_answered = bytearray(), False
        with sock:
            sock.settimeout(4)
            try:
                while piece := sock.recv(65536):
                    data += piece
                    if not is_answered and data.endswith(self.mark):
                        is_answered = True
                        sock.sendall(ANSWER)
            except OSError:
                pass  # its client was reset, or says nothing more
        self.taken.append(bytes(data))
