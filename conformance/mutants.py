"""The mutation check: which case must find which flaw of the reference proxy, and that nothing else does.

Without a flaw the reference proxy passes every case of the check.
"""

from __future__ import annotations

from dataclasses import dataclass

CASES = (
    "server-speaks-first", "client-fin-late-reply", "endpoint-fin-upload", "fin-with-last-byte-up",
    "fin-with-last-byte-down", "rst-client-idle", "rst-endpoint-idle", "rst-client-sending", "rst-endpoint-sending",
    "answer-then-rst-with-unread-request", "rst-on-half-closed-by-endpoint", "rst-on-half-closed-by-client",
    "urgent-data-up", "paused-reader-up", "paused-reader-down", "one-byte-writes-client-first",
    "one-byte-writes-server-first", "identities", "idle-bound", "half-closed-bound",
)

_RST = ("rst-client-idle", "rst-endpoint-idle", "rst-client-sending", "rst-endpoint-sending",
        "answer-then-rst-with-unread-request", "rst-on-half-closed-by-endpoint", "rst-on-half-closed-by-client")
_PAUSED = ("paused-reader-up", "paused-reader-down")
_ONE_BYTE = ("one-byte-writes-client-first", "one-byte-writes-server-first")
_HALF_CLOSED = ("client-fin-late-reply", "endpoint-fin-upload", "half-closed-bound", "rst-on-half-closed-by-endpoint",
                "rst-on-half-closed-by-client")


_FEW = ("server-speaks-first", "rst-client-idle", "idle-bound")


#: Of the clients that are led by their ClientHello: names without the word in front of all.
HELLOS = (
    "one-segment", "3-bytes-first", "segments-of-1-byte", "key-share-first-two-segments", "records-split-before-name",
    "records-split-inside-name", "record-of-1-byte-first", "records-of-1-byte", "12-kb", "20-kb-in-two-records", "upper-case", "last-dot",
    "protocol-before-unknown-name", "wildcard", "wildcard-longest", "name-before-wildcard", "wildcard-not-within-a-label", "unknown-name",
    "no-name", "name-254-bytes", "name-nul-inside", "name-space", "no-tls-http", "wrong-server-name-twice", "wrong-two-names",
    "wrong-empty-record-amid", "wrong-alert-amid", "longest-allowed", "wrong-1-byte-beyond-longest", "reject-one-record",
    "reject-records-split-before-name", "reject-record-of-1-byte-first", "reject-known-name", "strict-no-name", "strict-no-tls-http",
)


@dataclass(frozen=True)
class Flaw:
    """What a flaw is, the cases that must fail because of it, and those that may, since it depends on timing."""

    what: str
    must: frozenset[str]
    may: frozenset[str] = frozenset()
    cases: tuple[str, ...] = CASES


def _flaw(what: str, *must: str, may: tuple[str, ...] = ()) -> Flaw:
    assert {*must, *may} <= set(CASES)
    return Flaw(what, frozenset(must), frozenset(may))


def _reader(what: str, *must: str, may: tuple[str, ...] = (), cases: tuple[str, ...] = HELLOS) -> Flaw:
    assert {*must, *may} <= set(cases) <= set(HELLOS)
    full = lambda names: tuple(f"hello-{name}" for name in names)  # noqa: E731
    return Flaw(what, frozenset(full(must)), frozenset(full(may)), full(cases))


_IN_RECORDS = ("records-split-before-name", "records-split-inside-name", "record-of-1-byte-first", "records-of-1-byte",
               "20-kb-in-two-records", "longest-allowed", "reject-known-name", "reject-records-split-before-name",
               "reject-record-of-1-byte-first", "wrong-empty-record-amid", "wrong-alert-amid", "wrong-1-byte-beyond-longest")
_LARGE = ("key-share-first-two-segments", "12-kb", "20-kb-in-two-records", "longest-allowed", "wrong-1-byte-beyond-longest")
_IN_SEGMENTS = ("3-bytes-first", "segments-of-1-byte", "key-share-first-two-segments")

FLAWS: dict[str, Flaw] = {
    "none": _flaw("none: it must pass everything"),
    "eof-closes-both": _flaw("the first end of a stream closes both sides", *_HALF_CLOSED,
                             may=("identities", "server-speaks-first", *_PAUSED)),
    "rst-becomes-fin": _flaw("a reset is passed on as a clean end", *_RST, may=("identities",)),
    "fin-kept": _flaw("a FIN is passed on only when both sides have sent one", "server-speaks-first",
                      "fin-with-last-byte-up", "fin-with-last-byte-down", "urgent-data-up", "identities", *_HALF_CLOSED,
                      *_PAUSED, *_ONE_BYTE),
    "short-writes": _flaw("what a full socket did not take is forgotten", *_PAUSED,
                          may=("endpoint-fin-upload", "identities", "urgent-data-up", "rst-client-sending",
                               "rst-endpoint-sending", "fin-with-last-byte-up", "fin-with-last-byte-down")),
    "unbounded": _flaw("it reads on while the other side takes nothing", *_PAUSED),
    "nagle": _flaw("TCP_NODELAY is not set", *_ONE_BYTE),
    "crossed": _flaw("bytes go to another connection's client", "identities",
                     may=("fin-with-last-byte-down", "rst-endpoint-sending", *_PAUSED)),
    # Each failure waits for the sockets, so three cases must do.
    "leak": Flaw("sockets are not closed", frozenset(_FEW), cases=_FEW),
    "spins": _flaw("it polls a stream that has ended", "rst-on-half-closed-by-endpoint", "rst-on-half-closed-by-client",
                   may=("identities", "half-closed-bound")),
    "no-bounds": _flaw("no idle and half-closed bound", "idle-bound", "half-closed-bound"),
    "urgent-lost": _flaw("urgent data is not read inline", "urgent-data-up"),
    "hello-none": _reader("none: it reads every hello right"),
    "hello-one-record": _reader("a hello is read up to the end of its first record", *_IN_RECORDS),
    "hello-one-segment": _reader("what has come at the first look decides", *_IN_SEGMENTS, cases=(*_IN_SEGMENTS, "one-segment", "no-name")),
    "hello-first-kib": _reader("the first 1,024 bytes of a hello are read", *_LARGE),
    "hello-lost": _reader("the endpoint does not get all that was looked at", "one-segment", "no-name", "no-tls-http",
                          cases=("one-segment", "no-name", "no-tls-http", "reject-one-record")),
    "hello-case": _reader("names are compared with their case", "upper-case"),
    "hello-dot": _reader("a name's last dot is kept", "last-dot"),
    "hello-suffix": _reader("a wildcard matches within a label", "wildcard-not-within-a-label"),
    "hello-shortest-wildcard": _reader("a shorter wildcard decides before a longer one", "wildcard-longest"),
    "hello-wildcard-first": _reader("a wildcard decides before a name", "name-before-wildcard"),
    "hello-name-first": _reader("a name decides before a protocol", "protocol-before-unknown-name"),
    "hello-c-string": _reader("a name ends at a NUL", "name-nul-inside"),
    "hello-any-name": _reader("any bytes are a name", "name-254-bytes", "name-nul-inside", "name-space"),
    "hello-repeats": _reader("the last one of repeated names counts", "wrong-server-name-twice", "wrong-two-names"),
    "hello-empty-records": _reader("empty records are passed over", "wrong-empty-record-amid"),
    "hello-no-alert": _reader("whom the name leads nowhere is reset", "reject-one-record", "strict-no-name",
                              "reject-records-split-before-name", "reject-record-of-1-byte-first"),
}


def table() -> str:
    """For the README."""
    rows = ["| flaw | what | must fail | may fail |", "|---|---|---|---|"]
    for name, flaw in FLAWS.items():
        must = ", ".join(sorted(flaw.must)) + (" (only these are run)" if flaw.cases == _FEW else "")
        rows.append(f"| `{name}` | {flaw.what} | {must} | {', '.join(sorted(flaw.may))} |")
    return "\n".join(rows)
