"""A flood of source addresses, each of which connects once, against a listener with limits per source.

Questions: is the one client that goes beyond its rate limited as if it were alone, although the table of rates has room for a
tenth of the sources? Are all others served? Does memory grow with the number of sources?
Bad answers: the one client gets more than its rate and its burst; any stranger is refused; more than 16 MiB of growth
after the first tenth of the sources; more than 192 MiB resident.

The sources are IPv6 networks of 64 bits in 2001:db8::/32, all of them local to this network namespace. Needs root, iproute2
and the jar (target/vipgate.jar). Ends what it starts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pathlib
import re
import select
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port
from testkit.processes import resident_bytes

MAX_GROWTH = 16 << 20
MAX_RESIDENT = 192 << 20
PER_SECOND = 2
BURST = 4
ABUSER = "2001:db8:ffff:ffff::1"
RESET = struct.pack("ii", 1, 0)


def prepare_network() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "-6", "route", "add", "local", "2001:db8::/32", "dev", "lo"], check=True)
    pathlib.Path("/proc/sys/net/ipv6/ip_nonlocal_bind").write_text("1")


def echo(listening: socket.socket) -> None:
    """Sends back the first bytes of each connection, until it is ended itself."""
    poller = select.epoll()
    listening.setblocking(False)
    poller.register(listening, select.EPOLLIN)
    connections: dict[int, socket.socket] = {}
    while True:
        for number, _ in poller.poll():
            try:
                if number == listening.fileno():
                    connection = listening.accept()[0]
                    connections[connection.fileno()] = connection
                    poller.register(connection, select.EPOLLIN)
                else:
                    data = connections[number].recv(100)
                    if data:
                        connections[number].send(data)
                    else:
                        connections.pop(number).close()
            except BlockingIOError:
                pass
            except OSError:
                if number in connections:
                    connections.pop(number).close()


def is_served(source: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6) as client:
        client.settimeout(20)
        client.bind((source, 0))
        try:
            client.connect(("::1", port))
            client.send(b"x")
            return client.recv(1) == b"x"
        except ConnectionError:
            return False
        finally:
            # No TIME_WAIT: a million of them would be the kernel's memory, not the gateway's.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def strangers(port: int, first: int, last: int, served: Synchronized) -> None:
    for number in range(first, last):
        if is_served(f"2001:db8:{number >> 16:x}:{number & 0xffff:x}::1", port):
            with served.get_lock():
                served.value += 1


def abuse(port: int, end: Event, tries: Synchronized, served: Synchronized) -> None:
    while not end.is_set():
        tries.value += 1
        served.value += is_served(ABUSER, port)
        time.sleep(0.02)


class Scrape:
    """The gateway's own numbers."""

    def __init__(self, port: int) -> None:
        with urllib.request.urlopen(f"http://[::1]:{port}/metrics", timeout=20) as page:
            self._text = page.read().decode()

    def value(self, series: str) -> int:
        found = re.search(rf"^{re.escape(series)} (\S+)$", self._text, re.MULTILINE)
        return int(float(found.group(1))) if found else 0


def flood(count: int, entries: int) -> None:
    port, metrics_port = free_port(), free_port()
    endpoint = socket.create_server(("127.0.0.1", 0), backlog=4096)
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=echo, args=(endpoint,), daemon=True)]
    processes[0].start()
    gateway = Gateway(
        f'listeners: {{ web: {{ bind: "[::1]:{port}", pool: p, perSource: {{ maxConnections: 10, newPerSecond: {PER_SECOND}, '
        f'burst: {BURST}, maxEntries: {entries} }} }} }}\n'
        f'pools: {{ p: {{ probe: {{ type: none }}, endpoints: {{ e: "127.0.0.1:{endpoint.getsockname()[1]}" }} }} }}\n'
        f'metrics: {{ bind: "[::1]:{metrics_port}" }}\n')
    try:
        end = context.Event()
        tries, abuser_served, served = (context.Value("i", 0) for _ in range(3))
        begun = time.monotonic()
        abuser = context.Process(target=abuse, args=(port, end, tries, abuser_served), daemon=True)
        processes.append(abuser)
        abuser.start()
        warm = 0
        for first, last in ((0, count // 10), (count // 10, count)):
            middle = (first + last) // 2
            both = [context.Process(target=strangers, args=(port, *part, served), daemon=True)
                    for part in ((first, middle), (middle, last))]
            processes += both
            for process in both:
                process.start()
            for process in both:
                process.join()
            warm = warm or resident_bytes(gateway.process.pid)
        end.set()
        abuser.join()
        seconds = time.monotonic() - begun
        time.sleep(0.5)
        resident = resident_bytes(gateway.process.pid)
        scrape = Scrape(metrics_port)
        refused = scrape.value('vipgate_listener_refused_total{listener="web",reason="source_rate"}')
        evictions = scrape.value('vipgate_source_evictions_total{listener="web"}')
        print(f"   {count} sources in {seconds:.1f} s; the one beyond its rate: {tries.value} connections, "
              f"{abuser_served.value} served\n   {resident >> 20} MiB resident, {(resident - warm) >> 10:+d} KiB after the "
              f"first tenth; {evictions} buckets went before they were full", flush=True)
        check("every stranger is served", served.value == count)
        check(f"the one gets at most {PER_SECOND} a second and its burst of {BURST}",
              abuser_served.value <= BURST + PER_SECOND * seconds + 1)
        check("all else of it is refused for its rate, and nobody but it", refused == tries.value - abuser_served.value)
        check("no connection stays open", scrape.value('vipgate_listener_connections{listener="web"}') == 0)
        check(f"memory grows by less than {MAX_GROWTH >> 20} MiB", resident - warm < MAX_GROWTH)
        check(f"at most {MAX_RESIDENT >> 20} MiB resident", resident <= MAX_RESIDENT)
    finally:
        for process in processes:
            process.kill()
            process.join()
        gateway.close()
        endpoint.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/sources", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--sources", type=int, default=1_000_000, help="how many (default: 1000000)")
    parser.add_argument("--entries", type=int, default=100_000, help="perSource.maxEntries (default: 100000)")
    arguments = parser.parse_args()
    prepare_network()
    flood(arguments.sources, arguments.entries)
    sys.exit(summary())


if __name__ == "__main__":
    main()
