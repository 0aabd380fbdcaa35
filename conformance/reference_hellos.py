"""How the reference proxy reads a ClientHello and finds its endpoint, with a flaw or without; see ``mutants.py``."""

from __future__ import annotations

import re

from conformance.hello_vectors import DEEP, EXACT, MAX_HELLO, NAME, PROTOCOL, WILD
from testkit.client_hello import ALPN, HANDSHAKE, MAX_RECORD, SERVER_NAME

USABLE = re.compile(rb"(?!.{254})[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")


class Short(Exception):
    """More has to come."""


class Wrong(Exception):
    """No ClientHello as the standards allow it."""


class Cut(Wrong):
    """It goes on in a place that a flaw does not look at."""


#: Of records of TLS: change_cipher_spec to heartbeat.
CONTENTS = range(20, 25)


class NotTls(Exception):
    """No TLS record comes first."""


class Reader:
    """Takes from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, count: int) -> bytes:
        if len(self.data) < count:
            raise Wrong("ends too early")
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def sized(self, width: int, least: int = 0) -> Reader:
        content = self.take(self.number(width))
        if len(content) < least:
            raise Wrong("too short")
        return Reader(content)


def handshake(data: bytes, flaw: str) -> bytes:
    """The first message, out of its records."""
    if data[0] not in CONTENTS or data[1:2] not in (b"", b"\3"):
        raise NotTls
    if data[0] != HANDSHAKE:
        raise Wrong("a record before it") if len(data) > 1 else Short
    content, at = b"", 0
    while len(content) < 4 or len(content) < 4 + int.from_bytes(content[1:4], "big"):
        head = data[at:at + 5]
        if head[:1] not in (b"", b"\x16") or head[1:2] not in (b"", b"\3"):
            raise Wrong("a foreign record")
        if len(head) < 5:
            raise Short
        size = int.from_bytes(head[3:], "big")
        if (size == 0 and flaw != "hello-empty-records") or size > MAX_RECORD:
            raise Wrong("a record of another size")
        content += data[at + 5:at + 5 + size]
        at += 5 + size
        if content[:1] not in (b"", b"\1") or int.from_bytes(content[1:4], "big") > MAX_HELLO:
            raise Wrong("another message")
        if at > len(data):
            raise Short
        if flaw == "hello-one-record" and len(content) < 4 + int.from_bytes(content[1:4], "big"):
            raise Cut
    if at > MAX_HELLO:
        raise Wrong("too long")
    return content[4:4 + int.from_bytes(content[1:4], "big")]


def read(data: bytes, flaw: str) -> tuple[bytes | None, list[bytes]]:
    """The server's name and the protocols."""
    body = Reader(handshake(data, flaw))
    if body.number(2) >> 8 != 3:
        raise Wrong("no version of TLS")
    body.take(32)
    if len(body.sized(1).data) > 32 or len(body.sized(2, 2).data) % 2:
        raise Wrong("a session ID or suites of another size")
    body.sized(1, 1)
    if not body.data:
        return None, []
    extensions = body.sized(2)
    if body.data:
        raise Wrong("bytes behind")
    name, spoken, seen = None, [], set()
    while extensions.data:
        kind, content = extensions.number(2), extensions.sized(2)
        if kind in seen and flaw != "hello-repeats":
            raise Wrong("an extension twice")
        seen.add(kind)
        if kind in (SERVER_NAME, ALPN):
            items = content.sized(2, 1)
            if content.data:
                raise Wrong("bytes behind a list")
            while items.data:
                item_kind = items.number(1) if kind == SERVER_NAME else 0
                item = items.sized(2 if kind == SERVER_NAME else 1, 1).data
                if kind == ALPN:
                    spoken.append(item)
                elif item_kind == 0:
                    if name is not None and flaw != "hello-repeats":
                        raise Wrong("two names")
                    name = item
    return name, spoken


def endpoint_of(name: bytes | None, spoken: list[bytes], flaw: str) -> str:
    """"other", "main", "unknown" or "nameless"."""
    if PROTOCOL in spoken and (flaw != "hello-name-first" or name is None):
        return "other"
    if name is None:
        return "nameless"
    if flaw == "hello-c-string":
        name = name.split(b"\0")[0]
    if name.endswith(b".") and flaw != "hello-dot":
        name = name[:-1]
    if not USABLE.fullmatch(name) and flaw != "hello-any-name":
        return "unknown"
    text = name.decode("latin-1")
    text = text if flaw == "hello-case" else text.lower()
    wild = "other" if text.endswith(("" if flaw == "hello-suffix" else ".") + WILD) else "unknown"
    if text == NAME or (text == EXACT and flaw != "hello-wildcard-first"):
        return "other"
    return "main" if text.endswith("." + DEEP) and flaw != "hello-shortest-wildcard" else wild


def lead(data: bytes, flaw: str) -> str:
    """As ``endpoint_of``, or "short", "wrong", "not-tls"."""
    looked_at = data[:1024] if flaw == "hello-first-kib" else data
    try:
        return endpoint_of(*read(looked_at, flaw), flaw)
    except Short:
        if flaw == "hello-one-segment" or len(looked_at) < len(data):
            return "nameless"
        return "wrong" if len(data) > MAX_HELLO else "short"
    except NotTls:
        return "not-tls"
    except Cut:
        return "nameless"
    except Wrong:
        return "wrong"
