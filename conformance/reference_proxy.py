"""A proxy for the mutation check: without a flaw it passes the cases of the check, with a flaw it must fail some of them.

Threads and blocking sockets, so back-pressure comes by itself. Not meant for any other use.
"""

from __future__ import annotations

import argparse
import fcntl
import select
import socket
import struct
import sys
import termios
import threading
import time

from conformance import reference_hellos
from testkit.client_hello import UNRECOGNIZED_NAME

BUFFER = 64 << 10


class Relay:
    """One connection: two pumps, one per direction."""

    last: "Relay | None" = None

    def __init__(self, client: socket.socket, endpoint: tuple[str, int], args: argparse.Namespace, first: bytes = b"") -> None:
        self.args = args
        self.client = client
        self.lock = threading.Lock()
        self.open = 2
        self.is_dead = False
        self.last_byte = time.monotonic()
        try:
            self.backend = socket.create_connection(endpoint, args.connect)
        except OSError:
            self.backend = client
            self.abort()
            return
        self.backend.settimeout(None)
        if first:
            self.backend.sendall(first)
        if args.flaw != "nagle":
            for side in (client, self.backend):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for side in (client, self.backend):
            if args.flaw != "urgent-lost":
                side.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        for source, target in ((client, self.backend), (self.backend, client)):
            threading.Thread(target=self.pump, args=(source, target), daemon=True).start()
        if args.flaw != "no-bounds":
            threading.Thread(target=self.bound, daemon=True).start()

    def abort(self) -> None:
        """RST to both."""
        with self.lock:
            if self.is_dead:
                return
            self.is_dead = True
        for side in {self.client, self.backend}:
            if self.args.flaw != "rst-becomes-fin":
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                # Wakes a pump that waits in recv, without sending anything.
                side.shutdown(socket.SHUT_RD)
            except OSError:
                pass
            if self.args.flaw != "leak":
                side.close()

    def finish(self) -> None:
        with self.lock:
            self.open -= 1
            if self.open or self.is_dead:
                return
            self.is_dead = True
        if self.args.flaw != "leak":
            self.client.close()
            self.backend.close()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        flaw = self.args.flaw
        try:
            while True:
                if flaw == "rst-becomes-fin":
                    try:
                        data = source.recv(BUFFER)
                    except OSError:
                        data = b""
                else:
                    data = source.recv(BUFFER)
                if self.is_dead:
                    return
                if not data:
                    break
                self.last_byte = time.monotonic()
                if flaw == "crossed" and Relay.last is not self and Relay.last and len(data) == BUFFER:
                    target = Relay.last.client if source is self.backend else target
                if flaw == "unbounded":
                    self.unbounded(source, target, data)
                    break
                if flaw == "short-writes":
                    try:
                        target.send(data, socket.MSG_DONTWAIT)
                    except BlockingIOError:
                        pass
                else:
                    target.sendall(data)
                Relay.last = self
            if flaw == "eof-closes-both":
                with self.lock:
                    self.is_dead = True
                for side in (self.client, self.backend):
                    side.shutdown(socket.SHUT_RDWR)
                    side.close()
                return
            elif flaw != "fin-kept":
                target.shutdown(socket.SHUT_WR)
            self.finish()
            while flaw == "spins" and self.open:
                select.select([], [], [], 0)
        except OSError:
            self.discard(target)
            self.abort()

    def discard(self, target: socket.socket) -> None:
        """What was relayed before a reset must have arrived."""
        end = time.monotonic() + 1
        try:
            while time.monotonic() < end and fcntl.ioctl(target.fileno(), termios.TIOCOUTQ, b"\0\0\0\0") != b"\0\0\0\0":
                time.sleep(0.01)
        except (OSError, ValueError):
            pass

    def unbounded(self, source: socket.socket, target: socket.socket, first: bytes) -> None:
        """Reads all it can get before it thinks of writing."""
        held = [first]
        end = threading.Event()

        def write() -> None:
            try:
                while held or not end.is_set():
                    if held:
                        target.sendall(held.pop(0))
                    else:
                        time.sleep(0.001)
            except OSError:
                pass

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        try:
            while data := source.recv(BUFFER):
                held.append(data)
                self.last_byte = time.monotonic()
        finally:
            end.set()
            writer.join()

    def bound(self) -> None:
        """Idle and half-closed bounds."""
        while not self.is_dead:
            limit = self.args.half_closed if self.open == 1 else self.args.idle
            left = self.last_byte + limit - time.monotonic()
            if left <= 0:
                self.abort()
                return
            time.sleep(min(left, 0.05))


class Led:
    """A client that its first bytes lead to an endpoint."""

    def __init__(self, client: socket.socket, endpoints: dict[str, tuple[str, int]], args: argparse.Namespace) -> None:
        data, led = b"", "short"
        client.settimeout(3)
        try:
            while led == "short":
                piece = client.recv(BUFFER)
                if not piece:
                    break
                data += piece
                led = reference_hellos.lead(data, args.flaw)
        except OSError:
            pass
        client.settimeout(None)
        is_rejected = led == "unknown" and args.hellos != "default" or led in ("nameless", "not-tls") and args.hellos == "all"
        if led in ("short", "wrong") or is_rejected:
            if led in ("unknown", "nameless") and args.flaw != "hello-no-alert":
                client.sendall(UNRECOGNIZED_NAME)
            else:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            return
        Relay(client, endpoints["other" if led == "other" else "main"], args, data[5:] if args.flaw == "hello-lost" else data)


def serve(name: str, host: str, port: str, endpoints: dict[str, tuple[str, int]], args: argparse.Namespace) -> None:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(4096)
    while True:
        client, _ = listener.accept()
        if name == "main" and args.hellos:
            threading.Thread(target=Led, args=(client, endpoints, args), daemon=True).start()
        else:
            threading.Thread(target=Relay, args=(client, endpoints[name], args), daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--route", action="append", required=True)
    parser.add_argument("--idle", type=float, required=True)
    parser.add_argument("--half-closed", type=float, required=True)
    parser.add_argument("--connect", type=float, required=True)
    parser.add_argument("--flaw", default="none")
    parser.add_argument("--hellos", default="", help="as in the settings")
    args = parser.parse_args()
    sys.setswitchinterval(0.0005)
    routes = [route.split(",") for route in args.route]
    endpoints = {name: (host, int(port)) for name, _, _, host, port in routes}
    for name, host, port, *_ in routes:
        threading.Thread(target=serve, args=(name, host, port, endpoints, args), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
