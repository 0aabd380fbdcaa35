"""Headers of the PROXY protocol, right and wrong, and what a receiver must make of each: HAProxy's proxy-protocol.txt, sections
2.1 and 2.2, in bytes.

Where the text leaves the answer open (a receiver need not support checksums, or look into fields), a vector says what vipgate
documents; of the others it is only shown what they do.
"""

from __future__ import annotations

from dataclasses import dataclass

from testkit.proxy_header import PEER, SIGNATURE, Address, crc32c, line, tlv, v2

#: 192.168.0.1:56324 to 192.168.0.11:443, as version 2 has them.
ADDRESSES = bytes.fromhex("c0a80001c0a8000bdc0401bb")
CLIENT = ("192.168.0.1", 56324)
DESTINATION = ("192.168.0.11", 443)
LONGEST_IPV6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"


@dataclass(frozen=True)
class Vector:
    """What a connection begins with. ``client`` is who it must be taken for: an address, ``PEER``, or nobody: refused."""

    name: str
    header: bytes
    client: Address | None
    destination: Address | None = None
    #: The protocol's text does not decide.
    is_open: bool = False

    @property
    def must(self) -> str:
        who = "refused" if self.client is None else "the peer" if self.client == PEER else f"{self.client[0]} {self.client[1]}"
        return who + (" (the text leaves it open)" if self.is_open else "")


def with_checksum(rest: bytes, before: bytes = b"", behind: bytes = b"", flaw: int = 0, command: int = 0x21,
                  family: int = 0x11) -> bytes:
    """A header whose addresses, or what stands for them, are ``rest``, with a checksum between other fields."""
    plain = v2(command, family, rest + before + tlv(3, bytes(4)) + behind)
    value = (crc32c(plain) ^ flaw).to_bytes(4, "big")
    return v2(command, family, rest + before + tlv(3, value) + behind)


def ipv6(source: str, destination: str = "20010db8000000000000000000000002") -> bytes:
    return bytes.fromhex(source + destination + "dc0401bb")


def nested(levels: int) -> bytes:
    """Fields of a TLS connection, each within the one before."""
    size = 8 * levels
    return b"".join(tlv(0x20, bytes(5), length=size - 3 - 8 * level) for level in range(levels))


def _accepted() -> list[Vector]:
    tls = tlv(0x20, bytes.fromhex("0100000000") + tlv(0x21, b"TLSv1.3") + tlv(0x22, b"client.example"))
    documented = ("2001:db8::1", 56324), ("2001:db8::2", 443)
    return [
        Vector("v1-tcp4", line("TCP4 192.168.0.1 192.168.0.11 56324 443"), CLIENT, DESTINATION),
        Vector("v1-tcp4-longest", line("TCP4 255.255.255.254 255.255.255.255 65535 65535"), ("255.255.255.254", 65535),
               ("255.255.255.255", 65535)),
        Vector("v1-tcp4-port-0", line("TCP4 192.168.0.1 192.168.0.11 0 443"), ("192.168.0.1", 0)),
        Vector("v1-tcp6", line("TCP6 2001:db8::1 2001:db8::2 56324 443"), *documented),
        Vector("v1-tcp6-capitals", line("TCP6 2001:DB8::1 2001:DB8:0:0:0:0:0:2 56324 443"), *documented),
        Vector("v1-tcp6-zeros-in-groups", line("TCP6 2001:0db8::0001 2001:0db8::0002 56324 443"), *documented),
        Vector("v1-tcp6-gap-behind", line("TCP6 2001:db8:: 2001:db8::2 56324 443"), ("2001:db8::", 56324)),
        Vector("v1-tcp6-longest", line(f"TCP6 {LONGEST_IPV6.replace('ffff', '2fff', 1)} {LONGEST_IPV6} 65535 65535"),
               (LONGEST_IPV6.replace("ffff", "2fff", 1), 65535), (LONGEST_IPV6, 65535)),
        Vector("v1-tcp6-mapped-is-ipv4", line("TCP6 ::ffff:c0a8:1 ::ffff:c0a8:b 56324 443"), CLIENT, DESTINATION, is_open=True),
        Vector("v1-tcp6-mapped-dotted", line("TCP6 ::ffff:192.168.0.1 ::ffff:192.168.0.11 56324 443"), CLIENT, DESTINATION,
               is_open=True),
        Vector("v1-unknown", line("UNKNOWN"), PEER),
        Vector("v1-unknown-with-anything", line("UNKNOWN 1 2 3 4 5 6"), PEER),
        Vector("v1-unknown-worst-case", line(f"UNKNOWN {LONGEST_IPV6} {LONGEST_IPV6} 65535 65535"), PEER),
        Vector("v2-tcp4", v2(0x21, 0x11, ADDRESSES), CLIENT, DESTINATION),
        Vector("v2-tcp6", v2(0x21, 0x21, ipv6("20010db8000000000000000000000001")), *documented),
        Vector("v2-tcp6-mapped-is-ipv4", v2(0x21, 0x21, ipv6("00000000000000000000ffffc0a80001",
                                                             "00000000000000000000ffffc0a8000b")), CLIENT, DESTINATION, is_open=True),
        Vector("v2-port-0", v2(0x21, 0x11, bytes.fromhex("c0a80001c0a8000b000001bb")), ("192.168.0.1", 0)),
        Vector("v2-unspecified", v2(0x21, 0x00), PEER, is_open=True),
        Vector("v2-unspecified-with-bytes", v2(0x21, 0x00, bytes(40)), PEER, is_open=True),
        Vector("v2-unix", v2(0x21, 0x31, b"/run/a".ljust(108, b"\0") + b"/run/b".ljust(108, b"\0")), PEER, is_open=True),
        Vector("v2-local", v2(0x20, 0x00), PEER),
        Vector("v2-local-with-addresses", v2(0x20, 0x11, ADDRESSES), PEER),
        Vector("v2-local-without-its-addresses", v2(0x20, 0x11), PEER),
        Vector("v2-local-of-any-family", v2(0x20, 0xFF, b"xyz"), PEER),
        Vector("v2-local-aws-check", with_checksum(b"", b"", tlv(4, bytes(74)), command=0x20), PEER),
        Vector("v2-authority", v2(0x21, 0x11, ADDRESSES + tlv(2, b"12345")), CLIENT, DESTINATION),
        Vector("v2-fields-of-every-kind", v2(0x21, 0x11, ADDRESSES + b"".join(
            tlv(kind, b"x") for kind in (1, 2, 4, 5, 0x30, 0xE0, 0xEA, 0xEF, 0xF0, 0xF8, 0xFF))), CLIENT),
        Vector("v2-padding-alone", v2(0x21, 0x11, ADDRESSES + tlv(4)), CLIENT),
        Vector("v2-tls", v2(0x21, 0x11, ADDRESSES + tls), CLIENT),
        Vector("v2-tls-nested-deep", v2(0x21, 0x11, ADDRESSES + nested(2000)), CLIENT, is_open=True),
        Vector("v2-checksum", with_checksum(ADDRESSES), CLIENT),
        Vector("v2-checksum-between-fields", with_checksum(ADDRESSES, tlv(2, b"a"), tlv(0xEA, b"\x01vpce-1")), CLIENT),
        Vector("v2-checksum-tcp6", with_checksum(ipv6("20010db8000000000000000000000001"), family=0x21), documented[0]),
        Vector("v2-536-bytes", v2(0x21, 0x11, ADDRESSES + tlv(4, bytes(536 - 16 - 12 - 3))), CLIENT),
        Vector("v2-16-kib", v2(0x21, 0x11, ADDRESSES + tlv(4, bytes((16 << 10) - 15))), CLIENT, is_open=True),
    ]


def _refused() -> list[Vector]:
    wrong: dict[str, bytes] = {
        "no-header-http": b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "no-header-bogus": b"BOGUS\r\n",
        "no-header-digits": b"0123456789" * 12,
        "no-header-tls": bytes.fromhex("1603010200010001fc0303") + bytes(100),
        "no-header-zeros": bytes(64),
        "v1-lower-case": b"proxy TCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
        "v1-space-before": b" PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
        "v1-other-word": b"PING TCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
        "v1-nothing-behind": b"PROXY\r\n",
        "v1-tab": line("TCP4\t192.168.0.1\t192.168.0.11\t56324\t443"),
        "v1-tab-behind-proxy": b"PROXY\tTCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
        "v1-bare-lf": line("TCP4 192.168.0.1 192.168.0.11 56324 443", "\n") + b"GET / HTTP/1.1\r\n",
        "v1-bare-cr": line("TCP4 192.168.0.1 192.168.0.11 56324 443", "\r") + b"GET / HTTP/1.1\r\n",
        "v1-cr-cr-lf": line("TCP4 192.168.0.1 192.168.0.11 56324 443", "\r\r\n"),
        "v1-unknown-bare-lf": line("UNKNOWN", "\n") + b"GET / HTTP/1.1\r\n",
        "v1-no-end-in-107": b"PROXY TCP4 1.2.3.4 2.3.4.5 100 100" + b" " * 256,
        "v1-unknown-108": line("UNKNOWN " + "x" * 92),
        "v1-endless": b"PROXY UNKNOWN " + b"x" * 4096,
        "v2-wrong-signature": SIGNATURE[:-1] + b"\x0b\x21\x11\x00\x0c" + ADDRESSES,
        "v2-version-1": v2(0x11, 0x11, ADDRESSES),
        "v2-version-3": v2(0x31, 0x11, ADDRESSES),
        "v2-version-0": v2(0x01, 0x11, ADDRESSES),
        "v2-length-short-ipv4": v2(0x21, 0x11, ADDRESSES[:-1]),
        "v2-length-4-ipv4": v2(0x21, 0x11, ADDRESSES[:4]),
        "v2-length-0-ipv4": v2(0x21, 0x11),
        "v2-length-short-ipv6": v2(0x21, 0x21, ipv6("20010db8000000000000000000000001")[:-1]),
        "v2-length-ipv4-of-ipv6": v2(0x21, 0x21, ADDRESSES),
    }
    words = {
        "leading-zero-in-address": "TCP4 192.168.0.01 192.168.0.11 56324 443",
        "leading-zero-in-port": "TCP4 192.168.0.1 192.168.0.11 056324 443",
        "leading-zero-in-port-2": "TCP4 192.168.0.1 192.168.0.11 56324 0443",
        "two-spaces": "TCP4 192.168.0.1  192.168.0.11 56324 443", "two-spaces-in-front": " TCP4 192.168.0.1 192.168.0.11 56324 443",
        "space-behind": "TCP4 192.168.0.1 192.168.0.11 56324 443 ", "no-port": "TCP4 192.168.0.1 192.168.0.11 56324",
        "no-ports": "TCP4 192.168.0.1 192.168.0.11", "one-address": "TCP4 192.168.0.1 56324 443",
        "family-alone": "TCP4", "a-word-more": "TCP4 192.168.0.1 192.168.0.11 56324 443 1",
        "port-65536": "TCP4 192.168.0.1 192.168.0.11 65536 443", "port-99999999999": "TCP4 192.168.0.1 192.168.0.11 56324 99999999999",
        "port-negative": "TCP4 192.168.0.1 192.168.0.11 -1 443", "port-plus": "TCP4 192.168.0.1 192.168.0.11 +5 443",
        "port-hex": "TCP4 192.168.0.1 192.168.0.11 0x50 443", "port-word": "TCP4 192.168.0.1 192.168.0.11 http 443",
        "octet-256": "TCP4 192.168.0.256 192.168.0.11 56324 443", "3-octets": "TCP4 192.168.1 192.168.0.11 56324 443",
        "5-octets": "TCP4 192.168.0.1.1 192.168.0.11 56324 443", "name": "TCP4 localhost 192.168.0.11 56324 443",
        "tcp4-of-ipv6": "TCP4 2001:db8::1 2001:db8::2 56324 443", "tcp6-of-ipv4": "TCP6 192.168.0.1 192.168.0.11 56324 443",
        "families-mixed": "TCP4 192.168.0.1 2001:db8::2 56324 443", "two-gaps": "TCP6 2001::db8::1 2001:db8::2 56324 443",
        "7-groups": "TCP6 1:2:3:4:5:6:7 2001:db8::2 56324 443", "9-groups": "TCP6 1:2:3:4:5:6:7:8:9 2001:db8::2 56324 443",
        "5-digits": "TCP6 20010:db8::1 2001:db8::2 56324 443", "no-hex": "TCP6 2001:dbg::1 2001:db8::2 56324 443",
        "zone": "TCP6 fe80::1%lo 2001:db8::2 56324 443", "brackets": "TCP6 [2001:db8::1] [2001:db8::2] 56324 443",
        "udp4": "UDP4 192.168.0.1 192.168.0.11 56324 443", "udp6": "UDP6 2001:db8::1 2001:db8::2 56324 443",
        "tcp7": "TCP7 192.168.0.1 192.168.0.11 56324 443", "tcp4-lower-case": "tcp4 192.168.0.1 192.168.0.11 56324 443",
        "unknown-lower-case": "unknown", "unknown-with-tail": "UNKNOWNS",
    }
    wrong |= {f"v1-{name}": line(text) for name, text in words.items()}
    wrong |= {f"v2-command-{command:x}": v2(0x20 | command, 0x11, ADDRESSES) for command in range(2, 16)}
    wrong |= {f"v2-family-{family:02x}": v2(0x21, family, bytes(216)) for family in
              (0x03, 0x0F, 0x13, 0x1F, 0x23, 0x2F, 0x33, 0x3F, 0x40, 0x41, 0x51, 0x71, 0x81, 0xF1, 0xFF)}
    left_open = {
        **{f"v2-family-{family:02x}": v2(0x21, family, ADDRESSES.ljust(216, b"\1")) for family in
           (0x01, 0x02, 0x10, 0x12, 0x20, 0x22, 0x30, 0x32)},
        "v2-checksum-wrong": with_checksum(ADDRESSES, flaw=1),
        "v2-checksum-zero": v2(0x21, 0x11, ADDRESSES + tlv(3, bytes(4))),
        "v2-checksum-of-other-fields": with_checksum(ADDRESSES, behind=tlv(2, b"a"))[:-1] + b"b",
        "v2-checksum-of-3-bytes": v2(0x21, 0x11, ADDRESSES + tlv(3, bytes(3))),
        "v2-checksum-of-5-bytes": v2(0x21, 0x11, ADDRESSES + tlv(3, bytes(5))),
        "v1-source-unspecified": line("TCP4 0.0.0.0 192.168.0.11 56324 443"),
        "v1-source-multicast": line("TCP4 224.0.0.1 192.168.0.11 56324 443"),
        "v1-source-ipv6-unspecified": line("TCP6 :: 2001:db8::2 56324 443"),
        "v2-source-unspecified": v2(0x21, 0x11, bytes(4) + ADDRESSES[4:]),
        "v2-source-multicast": v2(0x21, 0x11, bytes.fromhex("e0000001") + ADDRESSES[4:]),
        "v2-source-mapped-multicast": v2(0x21, 0x21, ipv6("00000000000000000000ffffe0000001")),
        "v2-length-unix-short": v2(0x21, 0x31, bytes(215)),
        "v2-field-cut-after-1": v2(0x21, 0x11, ADDRESSES + b"\4"),
        "v2-field-cut-after-2": v2(0x21, 0x11, ADDRESSES + b"\4\0"),
        "v2-field-beyond-by-1": v2(0x21, 0x11, ADDRESSES + tlv(4, b"x", length=2)),
        "v2-field-beyond-by-far": v2(0x21, 0x11, ADDRESSES + tlv(4, b"x", length=0xFFFF)),
        "v2-last-field-beyond-by-1": v2(0x21, 0x11, ADDRESSES + tlv(2, b"a") + tlv(4, b"", length=1)),
        "v2-tls-of-4-bytes": v2(0x21, 0x11, ADDRESSES + tlv(0x20, bytes(4))),
        "v2-tls-field-beyond-by-1": v2(0x21, 0x11, ADDRESSES + tlv(0x20, bytes(5) + tlv(0x21, b"a", length=2))),
        "v2-tls-field-cut": v2(0x21, 0x11, ADDRESSES + tlv(0x20, bytes(5) + b"\x21\0")),
        "v2-16-kib-and-1": v2(0x21, 0x11, ADDRESSES + tlv(4, bytes((16 << 10) - 14))),
        "v2-length-ffff": v2(0x21, 0x11, ADDRESSES + bytes(88), length=0xFFFF),
        "v2-local-length-ffff": v2(0x20, 0x00, bytes(100), length=0xFFFF),
    }
    return ([Vector(name, header, None) for name, header in wrong.items()]
            + [Vector(name, header, None, is_open=True) for name, header in left_open.items()])


VECTORS: tuple[Vector, ...] = (*_accepted(), *_refused())
