"""Headers of the PROXY protocol: made, also wrong ones, and read."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field

SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")
Address = tuple[str, int]
#: Stands for the address of a header that conveys none.
PEER: Address = ("", 0)


class HeaderFault(Exception):
    """What came is no header."""


@dataclass(frozen=True)
class Header:
    """A header as read. ``client`` and ``destination`` are ``PEER`` where it conveys none."""

    client: Address
    destination: Address
    version: int
    fields: dict[int, bytes] = field(default_factory=dict)


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def line(words: str, end: str = "\r\n") -> bytes:
    """Version 1."""
    return f"PROXY {words}{end}".encode("latin-1")


def v2(command: int, family: int, rest: bytes = b"", length: int | None = None) -> bytes:
    """Version 2: the head, and what follows it; the length is that of the rest unless another is given."""
    return SIGNATURE + bytes([command, family]) + (len(rest) if length is None else length).to_bytes(2, "big") + rest


def tlv(kind: int, value: bytes = b"", length: int | None = None) -> bytes:
    """A field of version 2."""
    return bytes([kind]) + (len(value) if length is None else length).to_bytes(2, "big") + value


def normal(address: str) -> str:
    """One form of an address; a mapped one stays what it is."""
    return str(ipaddress.ip_address(address))


def read_header(sock: socket.socket) -> Header:
    """Reads a header of either version, and not a byte more."""
    first = exactly(sock, 16)
    if first[:12] != SIGNATURE:
        return _text(sock, first)
    rest = exactly(sock, int.from_bytes(first[14:16], "big"))
    if first[12] == 0x20:
        return Header(PEER, PEER, 2)
    size = {0x11: 4, 0x21: 16}.get(first[13], 0)
    if first[12] != 0x21 or not size:
        raise HeaderFault(f"a header of {first[12:14].hex()}")
    ports = [int.from_bytes(rest[at:at + 2], "big") for at in (2 * size, 2 * size + 2)]
    hosts = [str(ipaddress.ip_address(rest[at:at + size])) for at in (0, size)]
    return Header((hosts[0], ports[0]), (hosts[1], ports[1]), 2, _fields(rest[2 * size + 4:]))


def _fields(data: bytes) -> dict[int, bytes]:
    fields = {}
    while data:
        length = int.from_bytes(data[1:3], "big")
        if len(data) < 3 + length or data[0] in fields:
            raise HeaderFault(f"fields end in {data.hex()}")
        fields[data[0]], data = data[3:3 + length], data[3 + length:]
    return fields


def _text(sock: socket.socket, first: bytes) -> Header:
    text = first
    while not text.endswith(b"\r\n") and len(text) < 107:
        text += exactly(sock, 1)
    words = text.decode("latin-1").split()
    if len(words) != 6 or words[0] != "PROXY":
        raise HeaderFault(f"{text[:60]!r} instead of a header")
    return Header((normal(words[2]), int(words[4])), (normal(words[3]), int(words[5])), 1)


def exactly(sock: socket.socket, count: int) -> bytes:
    """So many bytes, or a fault where the stream ends before."""
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise HeaderFault(f"{len(data)} of {count} bytes: {data[:40]!r}")
        data += piece
    return data
