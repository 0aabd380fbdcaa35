"""Ends of many connections at once, each a process of its own, since threads would wait for Python's interpreter lock.

``python3 load_peers.py MODE ...``; listening sockets are inherited as descriptors. Started by the suite only.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
import time


def echo(listen_fd: int) -> None:
    """Answers every byte with the same byte."""
    listener = socket.socket(fileno=listen_fd)
    listener.setblocking(False)
    poll = select.epoll()
    poll.register(listen_fd, select.EPOLLIN)
    peers: dict[int, socket.socket] = {}
    while True:
        for fd, _ in poll.poll():
            if fd == listen_fd:
                try:
                    while True:
                        peer, _ = listener.accept()
                        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        peer.setblocking(False)
                        peers[peer.fileno()] = peer
                        poll.register(peer.fileno(), select.EPOLLIN)
                except OSError:
                    continue
            peer = peers.get(fd)
            if peer is None:
                continue
            try:
                data = peer.recv(65536)
                if data:
                    peer.sendall(data)
                    continue
            except OSError:
                pass
            poll.unregister(fd)
            peers.pop(fd).close()


def blast(listen_fd: int, seconds: float) -> None:
    """Sends at full speed to the first connection, then closes it."""
    listener = socket.socket(fileno=listen_fd)
    peer, _ = listener.accept()
    block = b"x" * (1 << 20)
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            peer.sendall(block)
    except OSError:
        pass
    peer.close()
    time.sleep(60)


def sink(host: str, port: int) -> None:
    """Reads all there is and prints how much it was."""
    buffer = bytearray(1 << 20)
    total = 0
    with socket.create_connection((host, port), timeout=30) as peer:
        while count := peer.recv_into(buffer):
            total += count
    print(total, flush=True)


def hold(listen_fd: int, sends: bool) -> None:
    """Takes one connection; sends without end, or never reads."""
    listener = socket.socket(fileno=listen_fd)
    peer, _ = listener.accept()
    print("accepted", flush=True)
    while sends:
        peer.sendall(b"x" * 65536)
    time.sleep(60)


def short_endpoint(listen_fd: int, closes_first: bool) -> None:
    """Answers one byte per connection. Who closes first holds the connection in TIME_WAIT."""
    listener = socket.socket(fileno=listen_fd)
    listener.setblocking(True)
    while True:
        peer, _ = listener.accept()
        try:
            peer.settimeout(5)
            if peer.recv(1):
                peer.sendall(b"a")
                if closes_first:
                    peer.shutdown(socket.SHUT_WR)
                peer.recv(1)
        except OSError:
            pass
        peer.close()


def shorts(host: str, port: int, count: int, endpoint_closes_first: bool, sources: list[str]) -> None:
    """Makes short connections one after the other; prints how many worked, how many failed, and the first error."""
    ok = failed = 0
    first = ""
    for number in range(count):
        with socket.socket() as client:
            client.settimeout(5)
            try:
                if sources:
                    client.setsockopt(socket.SOL_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
                    client.bind((sources[number % len(sources)], 0))
                client.connect((host, port))
                client.sendall(b"q")
                if client.recv(1) != b"a":
                    raise OSError("no answer")
                if endpoint_closes_first and client.recv(1) != b"":
                    raise OSError("no FIN")
                ok += 1
            except OSError as error:
                failed += 1
                first = first or f"{number}: {error}"
    print(f"{ok}\t{failed}\t{first}", flush=True)


def flood(host: str, port: int, seconds: float, per_second: int) -> None:
    """SYNs from addresses that never answer; raw sockets, so only inside a namespace of the suite's own."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    target = socket.inet_aton(host)
    started = time.monotonic()
    sent = 0
    while (now := time.monotonic()) - started < seconds:
        while sent < (now - started) * per_second:
            source = socket.inet_aton(f"198.51.100.{129 + sent % 120}")
            header = struct.pack("!HHIIBBHHH", 1024 + sent % 60000, port, sent, 0, 5 << 4, 2, 8192, 0, 0)
            check = checksum(source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(header)) + header)
            header = header[:16] + struct.pack("!H", check) + header[18:]
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_TCP, 0, source, target)
            raw.sendto(ip + header, (host, 0))
            sent += 1
        time.sleep(0.002)
    print(sent, flush=True)


def checksum(data: bytes) -> int:
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def main(mode: str, *args: str) -> None:
    match mode:
        case "echo":
            echo(int(args[0]))
        case "blast":
            blast(int(args[0]), float(args[1]))
        case "sink":
            sink(args[0], int(args[1]))
        case "hold":
            hold(int(args[0]), args[1] == "sends")
        case "short-endpoint":
            short_endpoint(int(args[0]), args[1] == "endpoint")
        case "shorts":
            shorts(args[0], int(args[1]), int(args[2]), args[3] == "endpoint", list(args[4:]))
        case "flood":
            flood(args[0], int(args[1]), float(args[2]), int(args[3]))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
