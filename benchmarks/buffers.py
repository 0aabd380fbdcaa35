"""What the kernel's buffers hold of streams whose clients have stopped reading, and what bounding them costs.

Questions: what does a relay hold whose client read 32 MiB fast, so that the kernel widened the buffers, and then stopped?
How fast is a stream whose endpoint, or whose client, is 10 ms away?
Bad answers: more than 4 MiB a relay; less than nine tenths of the throughput with `buffers` of 4 MiB.

Counted is what the proxy's own sockets hold (ss: r, w, f and o of skmem) and what lies in its pipes, not what the client
and the endpoint on the same machine hold. The distance needs root and /dev/net/tun.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

from benchmarks.delay import FAR, NEAR, delayed
from testkit.checks import check, summary
from testkit.commands import search_system_directories
from testkit.gateway import Gateway
from testkit.namespaces import inside
from testkit.ports import free_port
from testkit.processes import stop

MAX_PER_RELAY = 4 * (1 << 20)
LEAST_SHARE = 0.9
ROUND_TRIP = 0.010
UNBOUNDED = ", buffers: { receive: 4MiB, send: 4MiB }"
READ_BEFORE = 32 << 20
FIONREAD = 0x541B


class StreamingEndpoint:
    """Sends to whoever connects, as fast as it is taken."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._listening = socket.create_server((host, 0), backlog=1024)
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self._listening.accept()[0]
                self._open.append(connection)
                threading.Thread(target=self._stream, args=(connection,), daemon=True).start()

    @staticmethod
    def _stream(connection: socket.socket) -> None:
        block = os.urandom(1 << 20)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(block)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@contextlib.contextmanager
def vipgate(port: int, endpoint: int) -> Iterator[list[int]]:
    gateway = Gateway(f'listeners: {{ web: {{ bind: "127.0.0.1:{port}", pool: p }} }}\n'
                      f'pools: {{ p: {{ probe: {{ type: none }}, endpoints: {{ e: "127.0.0.1:{endpoint}" }} }} }}\n')
    try:
        yield [gateway.process.pid]
    finally:
        gateway.close()


@contextlib.contextmanager
def other(command: list[str], config: str) -> Iterator[list[int]]:
    """HAProxy or nginx, in the foreground; it and its workers."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        file = pathlib.Path(directory) / "config"
        file.write_text(config.replace("DIRECTORY", directory))
        process = subprocess.Popen([word.replace("DIRECTORY", directory) for word in command], stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            yield [process.pid, *map(int, children)]
        finally:
            stop(process, 5)


def haproxy(port: int, endpoint: int):
    return other(["haproxy", "-db", "-f", "DIRECTORY/config"], f"""global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen web
  bind 127.0.0.1:{port}
  server e 127.0.0.1:{endpoint}
""")


def nginx(port: int, endpoint: int):
    module = "/usr/lib/nginx/modules/ngx_stream_module.so"
    load = f"load_module {module};\n" if os.path.exists(module) else ""
    return other(["nginx", "-p", "DIRECTORY", "-c", "DIRECTORY/config"], f"""{load}daemon off;
pid DIRECTORY/pid;
error_log DIRECTORY/log;
worker_processes 1;
events {{ worker_connections 4096; }}
stream {{
  server {{ listen 127.0.0.1:{port}; proxy_pass 127.0.0.1:{endpoint}; proxy_buffer_size 64k; }}
}}
""")


PROXIES = {"vipgate": vipgate, "haproxy": haproxy, "nginx": nginx}


def socket_bytes(port: int, endpoint: int) -> dict[str, int]:
    """What the proxy's sockets hold, towards clients and towards the endpoint."""
    held = {}
    for side, query in (("client side", f"sport = :{port}"), ("endpoint side", f"dport = :{endpoint}")):
        lines = subprocess.run(["ss", "-tnmH", "state", "established", query], check=True, capture_output=True,
                               text=True).stdout
        held[side] = sum(int(number) for number in re.findall(r"(?<=[(,])[rfwo](\d+)", lines))
    return held


def pipe_bytes(pids: list[int]) -> int:
    """Bytes in the pipes of these processes."""
    held, seen = 0, set()
    for pid in pids:
        for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                name = os.readlink(fd)
                if name.startswith("pipe:") and name not in seen:
                    seen.add(name)
                    opened = os.open(fd, os.O_RDONLY | os.O_NONBLOCK)
                    try:
                        answer = bytearray(4)
                        fcntl.ioctl(opened, FIONREAD, answer)
                        held += struct.unpack("i", answer)[0]
                    finally:
                        os.close(opened)
    return held


def read_fast(client: socket.socket) -> None:
    buffer, left = bytearray(1 << 18), READ_BEFORE
    while left > 0:
        read = client.recv_into(buffer)
        if read == 0:
            raise RuntimeError("the stream ended")
        left -= read


def hold(name: str, count: int) -> float:
    """Bytes that a relay holds, on average."""
    endpoint, port = StreamingEndpoint(), free_port()
    clients = []
    try:
        with PROXIES[name](port, endpoint.port) as pids:
            for _ in range(count):
                client = socket.create_connection(("127.0.0.1", port))
                clients.append(client)
                read_fast(client)
            time.sleep(3)
            held = {**socket_bytes(port, endpoint.port), "pipes": pipe_bytes(pids)}
            total = sum(held.values()) / count
            parts = ", ".join(f"{part} {size / count / (1 << 20):.2f}" for part, size in held.items())
            print(f"   {name}: {total / (1 << 20):.2f} MiB a relay ({parts})", flush=True)
            return total
    finally:
        for client in clients:
            client.close()
        endpoint.close()


def stalled(count: int) -> None:
    print(f"-- {count} streams whose clients stop reading after {READ_BEFORE >> 20} MiB", flush=True)
    ours = hold("vipgate", count)
    check(f"at most {MAX_PER_RELAY / (1 << 20):.0f} MiB a relay", ours <= MAX_PER_RELAY)
    for name in ("haproxy", "nginx"):
        if shutil.which(name):
            hold(name, count)


def throughput(host: str, port: int, seconds: float) -> float:
    """Bytes a second of one stream, its beginning left out."""
    buffer, got = bytearray(1 << 20), 0
    with socket.create_connection((host, port)) as client:
        client.settimeout(10)
        begin = time.monotonic() + 1
        while (now := time.monotonic()) < begin + seconds:
            read = client.recv_into(buffer)
            got += read if now >= begin else 0
    return got / seconds


def distant(is_endpoint_far: bool, rounds: int, seconds: float) -> None:
    where = "endpoint" if is_endpoint_far else "client"
    print(f"-- one stream, its {where} {ROUND_TRIP * 1000:.0f} ms away", flush=True)
    with delayed(ROUND_TRIP) as (near, far), contextlib.ExitStack() as stack:
        endpoint_at, endpoint_host = (far, FAR) if is_endpoint_far else (near, NEAR)
        with inside(endpoint_at):
            endpoint = StreamingEndpoint(endpoint_host)
        stack.callback(endpoint.close)
        ports = {}
        for name, keys in (("default", ""), ("unbounded", UNBOUNDED)):
            ports[name] = free_port()
            with inside(near):
                gateway = Gateway(f'listeners: {{ web: {{ bind: "{NEAR}:{ports[name]}", pool: p{keys} }} }}\n'
                                  f'pools: {{ p: {{ probe: {{ type: none }}{keys}, '
                                  f'endpoints: {{ e: "{endpoint_host}:{endpoint.port}" }} }} }}\n')
            stack.callback(gateway.close)
        rates: dict[str, list[float]] = {name: [] for name in ports}
        with inside(near if is_endpoint_far else far):
            for _ in range(rounds):
                for name, port in ports.items():
                    rates[name].append(throughput(NEAR, port, seconds))
        medians = {name: statistics.median(found) for name, found in rates.items()}
        print("   " + "; ".join(f"{name} {medians[name] / 1e6:.0f} MB/s ({min(found) / 1e6:.0f} to {max(found) / 1e6:.0f})"
                                for name, found in rates.items()), flush=True)
        check(f"at least {LEAST_SHARE:.0%} of the throughput without bounds",
              medians["default"] >= LEAST_SHARE * medians["unbounded"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/buffers", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--stalled", type=int, default=60, metavar="N", help="clients that stop reading (default: 60)")
    parser.add_argument("--rounds", type=int, default=5, help="of each measure over the distance (default: 5; 0: none)")
    parser.add_argument("--seconds", type=float, default=3, help="of each such round (default: 3)")
    arguments = parser.parse_args()
    search_system_directories()
    if arguments.stalled:
        stalled(arguments.stalled)
    if arguments.rounds:
        for is_endpoint_far in (True, False):
            distant(is_endpoint_far, arguments.rounds, arguments.seconds)
    sys.exit(summary())


if __name__ == "__main__":
    main()
