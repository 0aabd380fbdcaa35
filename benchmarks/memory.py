"""Memory of idle and of busy relays, on loopback, at the launcher's default flags.

Questions: what does an idle relay cost in heap, and 9,000 of them in resident memory? Does memory grow when 4 connections
carry 1 GiB each way, with checksums, and when their readers pause for 5 s?
Bad answers: more than 500 bytes of heap a relay, more than 96 MiB resident, more than 16 MiB of growth after one
warm-up transfer, unequal checksums.

Needs the jar (target/vipgate.jar), Python 3.11 and a limit of 20,000 open files. Ends what it starts.
"""

import argparse
import hashlib
import os
import pathlib
import resource
import socket
import subprocess
import sys
import threading
import time

from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.heap import live_bytes
from testkit.ports import free_port
from testkit.processes import resident_bytes

MAX_HEAP_PER_RELAY = 500
MAX_RESIDENT = 96 << 20
MAX_GROWTH = 16 << 20


class EndpointGateway(Gateway):
    """`vipgate run` in front of one endpoint, which is a listening socket of this process."""

    def __init__(self) -> None:
        self.endpoint = socket.create_server(("127.0.0.1", 0), backlog=4096)
        # A connection that never gets here must not be waited for without end.
        self.endpoint.settimeout(20)
        self.port = free_port()
        super().__init__(
            f'listeners: {{ web: {{ bind: "127.0.0.1:{self.port}", pool: p }} }}\n'
            f'pools: {{ p: {{ probe: {{ type: none }}, endpoints: {{ e: "127.0.0.1:{self.endpoint.getsockname()[1]}" }} }} }}\n')
        self.pid = self.process.pid

    def pair(self, source: str = "127.0.0.1"):
        client = socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0))
        return client, self.endpoint.accept()[0]

    def heap_bytes(self) -> int:
        jcmd = pathlib.Path(os.readlink(f"/proc/{self.pid}/exe")).parent / "jcmd"
        for _ in range(2):
            subprocess.run([jcmd, str(self.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
        histogram = subprocess.run([jcmd, str(self.pid), "GC.class_histogram"], check=True, capture_output=True, text=True)
        return live_bytes(histogram.stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        self.endpoint.close()


def idle(count: int) -> None:
    print(f"-- {count} idle relays", flush=True)
    with EndpointGateway() as gateway:
        for client, endpoint in [gateway.pair() for _ in range(100)]:
            client.close()
            endpoint.close()
        time.sleep(1)
        before = gateway.heap_bytes()
        pairs = [gateway.pair(f"127.0.0.{2 + i // 4000}") for i in range(count)]
        time.sleep(7)  # past the age at which relays get their keepalive
        heap = (gateway.heap_bytes() - before) / count
        resident = resident_bytes(gateway.pid)
        print(f"   {heap:.0f} bytes of heap each; {resident >> 20} MiB resident in all")
        check(f"at most {MAX_HEAP_PER_RELAY} bytes of heap each", heap <= MAX_HEAP_PER_RELAY)
        check(f"at most {MAX_RESIDENT >> 20} MiB resident", resident <= MAX_RESIDENT)
        for client, endpoint in pairs:
            client.close()
            endpoint.close()


def transfer(gateway: EndpointGateway, size: int, piece: int, pause: float) -> bool:
    """Four connections, both ways at once; true when all checksums agree."""
    block = os.urandom(1 << 20)

    def send(sock: socket.socket, digests: list) -> None:
        digest, left = hashlib.sha256(), size
        while left:
            part = block[: min(piece, left)]
            sock.sendall(part)
            digest.update(part)
            left -= len(part)
        sock.shutdown(socket.SHUT_WR)
        digests.append(digest.hexdigest())

    def receive(sock: socket.socket, digests: list) -> None:
        digest, got, has_paused = hashlib.sha256(), 0, pause == 0
        while part := sock.recv(1 << 18):
            digest.update(part)
            got += len(part)
            if not has_paused and got > size // 4:
                has_paused = True
                time.sleep(pause)
        digests.append(digest.hexdigest())

    threads, digests, sockets = [], [], []
    for _ in range(4):
        client, endpoint = gateway.pair()
        sockets += [client, endpoint]
        for source, target in ((client, endpoint), (endpoint, client)):
            sent, received = [], []
            digests.append((sent, received))
            threads += [threading.Thread(target=send, args=(source, sent)),
                        threading.Thread(target=receive, args=(target, received))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for sock in sockets:
        sock.close()
    return all(sent and sent == received for sent, received in digests)


def busy(name: str, size: int, piece: int, pause: float) -> None:
    print(f"-- 4 connections, {size >> 20} MiB each way at once, {name}", flush=True)
    with EndpointGateway() as gateway:
        warm = transfer(gateway, size, piece, pause)
        before = resident_bytes(gateway.pid)
        begun = time.monotonic()
        again = transfer(gateway, size, piece, pause)
        seconds = time.monotonic() - begun
        growth = resident_bytes(gateway.pid) - before
        print(f"   {seconds:.1f} s; resident memory {growth >> 10:+d} KiB after the warm-up")
        check("checksums agree", warm and again)
        check(f"memory grows by less than {MAX_GROWTH >> 20} MiB", growth < MAX_GROWTH)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/memory", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--relays", type=int, default=9000, help="idle relays (default: 9000)")
    parser.add_argument("--mib", type=int, default=1024, help="MiB each way on each connection (default: 1024)")
    arguments = parser.parse_args()
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    idle(arguments.relays)
    busy("in large writes (spliced)", arguments.mib << 20, 1 << 20, 0)
    busy("readers pause for 5 s", arguments.mib << 20, 1 << 20, 5)
    busy("in writes of 8,000 bytes (copied)", max(1, arguments.mib >> 3) << 20, 8000, 0)
    sys.exit(summary())


if __name__ == "__main__":
    main()
