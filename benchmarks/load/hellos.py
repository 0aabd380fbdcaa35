"""The ClientHello that a TLS client begins with, made by OpenSSL, and as browsers send it that also offer a post-quantum key."""

from __future__ import annotations

import ssl

RECORD_HEAD, MESSAGE_HEAD = 5, 4
KEY_SHARE = 51
#: X25519MLKEM768, and how long a client's share of it is.
POST_QUANTUM, POST_QUANTUM_BYTES = 0x11ec, 1216


def of(name: str, *, is_post_quantum: bool = False) -> bytes:
    """A record with the ClientHello for a server's name: about 517 bytes, or 1.7 KB with a post-quantum key."""
    context, sent = ssl.create_default_context(), ssl.MemoryBIO()
    context.set_alpn_protocols(["h2", "http/1.1"])
    # Newer versions of OpenSSL offer a post-quantum key by themselves.
    context.set_ecdh_curve("X25519")
    try:
        context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = sent.read()
    return _with_key(hello) if is_post_quantum else hello


def _with_key(hello: bytes) -> bytes:
    """Adds a key share in front of those that are there. Its bytes are no key: only the server that ends TLS would notice."""
    share = _two(POST_QUANTUM) + _two(POST_QUANTUM_BYTES) + bytes(i * 151 % 256 for i in range(POST_QUANTUM_BYTES))
    at = RECORD_HEAD + MESSAGE_HEAD + 2 + 32
    at += 1 + hello[at]
    at += 2 + _number(hello, at)
    extensions = at + 1 + hello[at]
    at = extensions + 2
    while _number(hello, at) != KEY_SHARE:
        at += 4 + _number(hello, at + 2)
    longer = bytearray(hello[:at + 6] + share + hello[at + 6:])
    # The record, the extensions, the extension, its list; the message has three bytes, of which the first stays zero.
    for length in (3, RECORD_HEAD + 2, extensions, at + 2, at + 4):
        longer[length:length + 2] = _two(_number(longer, length) + len(share))
    return bytes(longer)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at:at + 2])


def _two(number: int) -> bytes:
    return number.to_bytes(2)
