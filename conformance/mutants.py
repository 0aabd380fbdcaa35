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
}


def table() -> str:
    """For the README."""
    rows = ["| flaw | what | must fail | may fail |", "|---|---|---|---|"]
    for name, flaw in FLAWS.items():
        must = ", ".join(sorted(flaw.must)) + (" (only these are run)" if flaw.cases != CASES else "")
        rows.append(f"| `{name}` | {flaw.what} | {must} | {', '.join(sorted(flaw.may))} |")
    return "\n".join(rows)
