"""ClientHellos, right and wrong, and which endpoint each must reach by the configuration of ``cases/hellos.py``.

Where no standard decides what a gateway makes of a hello that no server accepts, a vector says what vipgate documents; of the
others it is only shown what they do.
"""

from __future__ import annotations

from dataclasses import dataclass

from testkit.client_hello import (ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, EARLY_DATA, ENCRYPTED_CLIENT_HELLO, MAX_RECORD, PADDING,
                                  PRE_SHARED_KEY, SERVER_NAME, bare, extension, host, key_share, message, protocols, record, records,
                                  server_name, sized)

#: Led to the other endpoint by its name.
NAME = "shop.example.com"
#: Led to the other endpoint by a wildcard; what is below DEEP by a longer one to the first; EXACT by its name to the other.
WILD, DEEP = "apps.example.com", "deep.apps.example.com"
EXACT = f"exact.{DEEP}"
PROTOCOL = b"acme-tls/1"
UNKNOWN = "elsewhere.example"
#: The longest hello that is read, its records' heads included.
MAX_HELLO = 32 << 10

NAMED, DEFAULT, REFUSED, ALERTED, RESET = "the named endpoint", "the default", "refused", "alert, FIN", "RST"
RECORDS, NAMES, EXTENSIONS = "RFC 8446 5.1", "RFC 6066 3", "RFC 8446 4.2"


@dataclass(frozen=True)
class Hello:
    """What a connection begins with, whom it must reach, and what says so."""

    name: str
    hello: bytes
    answer: str
    source: str
    #: Where its segments end; None: it is played in four ways.
    cuts: tuple[int, ...] | None = None
    #: No standard decides.
    is_open: bool = False

    @property
    def must(self) -> str:
        return f"{self.answer}; {self.source}" + (" (open)" if self.is_open else "")


HELLO = message(server_name(NAME), protocols(b"h2", b"http/1.1"))
#: Within the name, as a place in the message and, with one record's head, in the bytes.
INSIDE = HELLO.index(NAME.encode()) + 5
BEFORE = HELLO.index(NAME.encode()) - 9
BEHIND = HELLO.index(NAME.encode()) + len(NAME)
HEAD = 5


def _of_bytes(size: int, records_of: int = MAX_RECORD) -> bytes:
    """A hello that takes so many bytes, its name at the end of it."""
    ends = lambda length: range(records_of, length, records_of)  # noqa: E731
    fill = size - 200
    while True:
        content = message(extension(PADDING, bytes(fill)), server_name(NAME))
        made = records(content, *ends(len(content)))
        if len(made) == size:
            return made
        fill += size - len(made)


def _standing() -> list[Hello]:
    """Hellos that every server accepts, and the ways in which they come."""
    pq = message(key_share(1216), server_name(NAME))
    unknown = message(server_name(UNKNOWN))
    one = records(HELLO)
    split = records(HELLO, INSIDE)
    of = lambda name, hello, source=RECORDS, cuts=None: Hello(name, hello, NAMED, source, cuts)  # noqa: E731
    return [
        of("one-segment", one, cuts=()),
        of("key-share-first-two-segments", records(pq), cuts=(700,)),
        of("3-bytes-first", one, cuts=(3,)),
        of("1-byte-first", one, cuts=(1,)),
        of("record-head-alone-first", one, cuts=(HEAD,)),
        of("segments-of-1-byte", one, cuts=tuple(range(1, len(one)))),
        of("records-split-before-name", records(HELLO, BEFORE), cuts=()),
        of("records-split-inside-name", split, cuts=()),
        of("records-split-behind-name", records(HELLO, BEHIND), cuts=()),
        of("records-split-3-bytes-before-end", records(HELLO, len(HELLO) - 3), cuts=()),
        of("records-in-two-segments", split, cuts=(HEAD + INSIDE,)),
        of("records-cut-in-second-head", split, cuts=(HEAD + INSIDE + 2,)),
        of("records-cut-in-every-way", split),
        of("record-of-1-byte-first", records(HELLO, 1), cuts=()),
        of("record-of-message-head-first", records(HELLO, 4), cuts=()),
        of("records-of-1-byte", records(HELLO, *range(1, len(HELLO)))),
        of("records-of-2-bytes-segments-of-7", (two := records(HELLO, *range(2, len(HELLO), 2))), cuts=tuple(range(7, len(two), 7))),
        of("records-and-key-share", records(pq, 600, 1100)),
        of("12-kb", records(message(extension(PADDING, bytes(12_000)), server_name(NAME)))),
        of("15-5-kb", records(message(extension(PADDING, bytes(15_500)), server_name(NAME)))),
        of("20-kb-in-two-records", records(message(extension(PADDING, bytes(20_000)), server_name(NAME)))),
        of("20-kb-name-first", records(message(server_name(NAME), extension(PADDING, bytes(20_000))))),
        of("name-is-last-of-many", records(message(*(extension(0x6000 + n, b"x" * n) for n in range(100)), server_name(NAME)))),
        of("longest-allowed", _of_bytes(MAX_HELLO), "`maxHello`"),
        of("upper-case", records(message(server_name(NAME.upper()))), "RFC 4343"),
        Hello("last-dot", records(message(server_name(NAME + "."))), NAMED, NAMES, is_open=True),
        of("encrypted-hello-outer-name", records(message(server_name(NAME), extension(ENCRYPTED_CLIENT_HELLO, b"\0" * 186))),
           NAMES),
        of("grease", records(message(extension(0x0A0A), protocols(b"\x1a\x1a", b"h2"), server_name(NAME), extension(0xFAFA, b"\0"),
                                     suites=bytes.fromhex("3a3a130113021303"))), "RFC 8701"),
        of("padding", records(message(server_name(NAME), extension(PADDING, bytes(300)))), "RFC 7685"),
        of("resumed", records(message(server_name(NAME), extension(EARLY_DATA), extension(PRE_SHARED_KEY, sized(sized(bytes(120)) + bytes(4))
                                      + sized(sized(bytes(32), 1))))), "RFC 8446 4.2.11"),
        of("early-data-behind", records(HELLO) + record(bytes(400), APPLICATION_DATA, 0x0303), "RFC 8446 4.2.10"),
        of("change-cipher-spec-behind", records(HELLO) + record(b"\1", CHANGE_CIPHER_SPEC, 0x0303), "RFC 8446 D.4"),
        of("record-version-3-0", records(HELLO, version=0x0300)), of("record-version-3-3", records(HELLO, version=0x0303)),
        of("tls-1-0", records(message(server_name(NAME), version=0x0301)), "RFC 2246 7.4.1.2"),
        of("no-session-id", records(message(server_name(NAME), session=b""))),
        of("protocol-without-name", records(message(protocols(PROTOCOL))), "`alpn`"),
        of("protocol-second", records(message(protocols(b"h2", PROTOCOL))), "`alpn`"),
        of("protocol-before-unknown-name", records(message(server_name(UNKNOWN), protocols(PROTOCOL))), "`alpn`"),
        of("protocol-unknown-name-known", records(message(protocols(b"h3"), server_name(NAME))), "`names`"),
        of("wildcard", records(message(server_name(f"a.{WILD}"))), "`names`"),
        of("wildcard-two-labels", records(message(server_name(f"a.b.{WILD}"))), "`names`"),
        of("wildcard-upper-case", records(message(server_name(f"A.{WILD.upper()}"))), "RFC 4343"),
        of("wildcard-underscore", records(message(server_name(f"_a.{WILD}"))), "`names`"),
        of("name-before-wildcard", records(message(server_name(EXACT))), "`names`"),
        of("wildcard-253-bytes", records(message(server_name(_long(253)))), "RFC 1035 2.3.4"),
        Hello("wildcard-longest", records(message(server_name(f"a.{DEEP}"))), DEFAULT, "`names`"),
        Hello("wildcard-not-itself", records(message(server_name(WILD))), DEFAULT, "`names`"),
        Hello("wildcard-not-within-a-label", records(message(server_name("x" + WILD))), DEFAULT, "`names`"),
        Hello("unknown-name", records(unknown), DEFAULT, "`unknownName`"),
        Hello("name-with-more-behind", records(message(server_name(f"{NAME}.{UNKNOWN}"))), DEFAULT, "`unknownName`"),
        Hello("protocol-longer", records(message(protocols(PROTOCOL + b"0"))), DEFAULT, "RFC 7301 3.2"),
        Hello("protocol-upper-case", records(message(protocols(PROTOCOL.upper()))), DEFAULT, "RFC 7301 3.2"),
        Hello("no-name", records(message(protocols(b"h2"))), DEFAULT, "`noName`"),
        Hello("no-extensions", records(bare()), DEFAULT, "`noName`"),
        Hello("no-extensions-3-0", records(bare(0x0300), version=0x0300), DEFAULT, "`noName`"),
        Hello("empty-extensions", records(message()), DEFAULT, "`noName`"),
    ]


def _long(size: int) -> str:
    label = "a" * 63
    text = f"{label}.{label}.{label}."
    return text + "b" * (size - len(text) - len(WILD) - 1) + "." + WILD


def _unusable() -> list[Hello]:
    """Names that DNS cannot hold, which lead nowhere, and what is no TLS."""
    names: dict[str, str | bytes] = {
        "254-bytes": _long(254), "nul-inside": f"{NAME}\0.{WILD}", "nul-behind": f"{NAME}\0", "space": f"a b.{WILD}",
        "label-of-64-bytes": f"{'a' * 64}.{WILD}", "empty-label": f"a..{WILD}", "two-last-dots": f"{NAME}..", "dot-alone": ".",
        "dot-first": f".{WILD}", "utf-8": f"ä.{WILD}", "latin-1": b"\xe4." + WILD.encode(), "asterisk": f"*.{WILD}",
        "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "slash": f"a/b.{WILD}", "line-feed": f"a\n.{WILD}",
    }
    foreign = {
        "http": b"GET / HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\n\r\n", "ssh": b"SSH-2.0-OpenSSH_9.2\r\n", "zeros": bytes(64),
        "sslv2": bytes.fromhex("8046010301002d0000001000000a0000050700c0") + bytes(52),
        "major-version-2": b"\x16\x02" + records(HELLO)[2:], "proxy-header": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + records(HELLO),
        "byte-before": b"\0" + records(HELLO),
    }
    return [
        *(Hello(f"name-{name}", records(message(server_name(value))), DEFAULT, NAMES, is_open=True) for name, value in names.items()),
        *(Hello(f"no-tls-{name}", value, DEFAULT, "`notTls`") for name, value in foreign.items()),
    ]


def _wrong() -> list[Hello]:
    """No server may accept them, and vipgate leads them nowhere: what two readers may read in two ways is no route."""
    name = server_name(NAME)
    half, rest = record(HELLO[:INSIDE]), record(HELLO[INSIDE:])
    wrong = {
        "extension-twice": (EXTENSIONS, message(name, extension(PADDING), extension(PADDING))),
        "server-name-twice": (EXTENSIONS, message(server_name(UNKNOWN), name)),
        "server-name-twice-known-first": (EXTENSIONS, message(name, server_name(UNKNOWN))),
        "protocols-twice": (EXTENSIONS, message(name, protocols(b"h2"), protocols(b"h2"))),
        "two-names": (NAMES, message(server_name(NAME, UNKNOWN))),
        "two-equal-names": (NAMES, message(server_name(NAME, NAME))),
        "no-names": (NAMES, message(extension(SERVER_NAME, sized(b"")))),
        "server-name-empty": (NAMES, message(extension(SERVER_NAME))),
        "name-of-0-bytes": (NAMES, message(server_name(""))),
        "name-longer-than-list": (NAMES, message(extension(SERVER_NAME, sized(b"\0" + sized(NAME.encode(), 2, 1))))),
        "name-shorter-than-list": (NAMES, message(extension(SERVER_NAME, sized(b"\0" + sized(NAME.encode(), 2, -1))))),
        "list-longer-than-extension": (NAMES, message(extension(SERVER_NAME, sized(host(NAME), 2, 1)))),
        "list-shorter-than-extension": (NAMES, message(extension(SERVER_NAME, sized(host(NAME), 2, -1)))),
        "protocol-of-0-bytes": ("RFC 7301 3.1", message(name, protocols(b""))),
        "protocols-empty": ("RFC 7301 3.1", message(name, protocols())),
        "last-extension-beyond": (EXTENSIONS, message(name, extension(PADDING, b"x", 1))),
        "extensions-too-long": (EXTENSIONS, message(name, extensions_off_by=1)),
        "extensions-too-short": (EXTENSIONS, message(name, extensions_off_by=-1)),
        "bytes-behind-extensions": ("RFC 8446 4.1.2", message(name, behind=b"\0")),
        "session-id-of-33-bytes": ("RFC 8446 4.1.2", message(name, session=bytes(33))),
        "suites-odd": ("RFC 8446 4.1.2", message(name, suites=bytes(3))),
        "suites-none": ("RFC 8446 4.1.2", message(name, suites=b"")),
        "methods-none": ("RFC 8446 4.1.2", message(name, methods=b"")),
        "version-2": ("RFC 8446 4.1.2", message(name, version=0x0200)),
    }
    framed = {
        "alert-first": record(b"\1\x5a", ALERT) + records(HELLO),  # which Java's servers pass over
        "application-data-first": record(records(HELLO), APPLICATION_DATA),
        "empty-record-first": record(b"") + records(HELLO), "empty-record-amid": half + record(b"") + rest,
        "alert-amid": half + record(b"\1\0", ALERT) + rest, "change-cipher-spec-amid": half + record(b"\1", CHANGE_CIPHER_SPEC) + rest,
        "application-data-amid": half + record(b"x", APPLICATION_DATA) + rest,
        "record-of-16385": record(message(extension(PADDING, bytes(MAX_RECORD - 112)), name)[:MAX_RECORD + 1]),
        "record-of-65535": record(HELLO, length=0xFFFF), "second-record-major-version-4": half + record(HELLO[INSIDE:], version=0x0401),
    }
    return [
        *(Hello(f"wrong-{key}", records(content), REFUSED, source, is_open=True) for key, (source, content) in wrong.items()),
        *(Hello(f"wrong-{key}", content, REFUSED, RECORDS, is_open=True) for key, content in framed.items()),
        Hello("wrong-server-hello", records(b"\2" + HELLO[1:]), REFUSED, "RFC 8446 4", is_open=True),
        Hello("wrong-message-of-16-mib", records(HELLO[:1] + b"\xff\xff\xff" + HELLO[4:]), REFUSED, "`maxHello`", is_open=True),
        Hello("wrong-1-byte-beyond-longest", _of_bytes(MAX_HELLO + 1), REFUSED, "`maxHello`", is_open=True),
        Hello("other-kind-of-name-first", records(message(extension(SERVER_NAME, sized(host("x", 7) + host(NAME))))), NAMED, NAMES,
              is_open=True),
        Hello("other-kind-of-name-alone", records(message(extension(SERVER_NAME, sized(host(NAME, 7))))), DEFAULT, NAMES, is_open=True),
        Hello("message-behind-in-the-record", record(HELLO + b"\x14" + sized(bytes(12), 3)), NAMED, RECORDS, is_open=True),
    ]


def _rejected() -> list[Hello]:
    """With ``unknownName: reject``: no way of cutting the hello leads around it."""
    content = message(server_name(UNKNOWN), protocols(b"h2"))
    begin = content.index(UNKNOWN.encode())
    ways = {
        "one-record": (records(content), ()), "3-bytes-first": (records(content), (3,)),
        "key-share-first": (records(message(key_share(1216), server_name(UNKNOWN))), (700,)),
        "records-split-before-name": (records(content, begin - 9), ()),
        "records-split-inside-name": (records(content, begin + 5), ()),
        "records-split-behind-name": (records(content, begin + len(UNKNOWN)), ()),
        "records-split-3-bytes-before-end": (records(content, len(content) - 3), ()),
        "records-in-two-segments": (records(content, begin + 5), (HEAD + begin + 5,)),
        "record-of-1-byte-first": (records(content, 1), ()),
        "records-of-1-byte": ((ones := records(content, *range(1, len(content)))), tuple(range(100, len(ones), 100))),
        "20-kb-in-two-records": (records(message(extension(PADDING, bytes(20_000)), server_name(UNKNOWN))), ()),
        "wildcard-itself": (records(message(server_name(WILD))), ()),
        "nul-inside": (records(message(server_name(f"{NAME}\0.{UNKNOWN}"))), ()),
        "last-dot": (records(message(server_name(UNKNOWN + "."))), ()),
    }
    return [Hello(f"reject-{name}", made, ALERTED, NAMES, cuts) for name, (made, cuts) in ways.items()]


#: Played where everything that is not named goes to the default.
VECTORS: tuple[Hello, ...] = (*_standing(), *_unusable(), *_wrong())
#: Played with ``unknownName: reject``.
REJECTED: tuple[Hello, ...] = (
    *_rejected(),
    Hello("reject-known-name", records(HELLO, INSIDE), NAMED, "`names`"),
    Hello("reject-protocol-before-unknown-name", records(message(server_name(UNKNOWN), protocols(PROTOCOL))), NAMED, "`alpn`"),
    Hello("reject-no-name", records(message(protocols(b"h2"))), DEFAULT, "`noName`"),
)
#: Played with all three of ``reject``.
STRICT: tuple[Hello, ...] = (
    Hello("strict-known-name", records(HELLO), NAMED, "`names`"),
    Hello("strict-unknown-name", records(message(server_name(UNKNOWN))), ALERTED, NAMES, ()),
    Hello("strict-no-name", records(message(protocols(b"h2"))), ALERTED, NAMES, ()),
    *(Hello(f"strict-{of.name}", of.hello, RESET, "`notTls`", ()) for of in VECTORS
      if of.name in ("no-tls-http", "no-tls-zeros", "no-tls-sslv2")),
    *(Hello(f"strict-{of.name}", of.hello, RESET, of.source, (), is_open=True) for of in VECTORS
      if of.name in ("wrong-server-name-twice-known-first", "wrong-empty-record-amid", "wrong-two-names")),
)
