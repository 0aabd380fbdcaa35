"""ClientHellos of TLS (RFC 8446 section 4.1.2) in TLS records (section 5.1): made, also wrong ones."""

from __future__ import annotations

HANDSHAKE, ALERT, CHANGE_CIPHER_SPEC, APPLICATION_DATA = 22, 21, 20, 23
SERVER_NAME, ALPN, PADDING, PRE_SHARED_KEY, EARLY_DATA, KEY_SHARE, ENCRYPTED_CLIENT_HELLO = 0, 16, 21, 41, 42, 51, 0xFE0D
#: The longest content of a record.
MAX_RECORD = 1 << 14
SUITES = bytes.fromhex("130113021303c02bc02fc02cc030")
#: A fatal alert, unrecognized_name (RFC 6066 section 3).
UNRECOGNIZED_NAME = bytes.fromhex("15030300020270")


def sized(content: bytes, width: int = 2, off_by: int = 0) -> bytes:
    """Content behind its length, or behind a wrong one."""
    return (len(content) + off_by).to_bytes(width, "big") + content


def extension(kind: int, content: bytes = b"", off_by: int = 0) -> bytes:
    return kind.to_bytes(2, "big") + sized(content, 2, off_by)


def host(name: str | bytes, kind: int = 0) -> bytes:
    """An entry of the list of server names."""
    return bytes((kind,)) + sized(name if isinstance(name, bytes) else name.encode())


def server_name(*names: str | bytes) -> bytes:
    return extension(SERVER_NAME, sized(b"".join(host(name) for name in names)))


def protocols(*names: bytes) -> bytes:
    return extension(ALPN, sized(b"".join(sized(name, 1) for name in names)))


def key_share(size: int) -> bytes:
    """As large as those of post-quantum groups: X25519MLKEM768 takes 1,216 bytes."""
    return extension(KEY_SHARE, sized(bytes.fromhex("11ec") + sized(b"\x5a" * size)))


def message(*extensions: bytes, version: int = 0x0303, session: bytes = b"\x5e" * 32, suites: bytes = SUITES,
            methods: bytes = b"\0", extensions_off_by: int = 0, behind: bytes = b"", off_by: int = 0) -> bytes:
    """The handshake message."""
    body = version.to_bytes(2, "big") + bytes(range(32)) + sized(session, 1) + sized(suites) + sized(methods, 1)
    body += sized(b"".join(extensions), 2, extensions_off_by) + behind
    return b"\1" + sized(body, 3, off_by)


def bare(version: int = 0x0303) -> bytes:
    """A handshake message without extensions."""
    return b"\1" + sized(version.to_bytes(2, "big") + bytes(32) + b"\0" + sized(SUITES) + sized(b"\0", 1), 3)


def record(content: bytes, kind: int = HANDSHAKE, version: int = 0x0301, length: int | None = None) -> bytes:
    return bytes((kind,)) + version.to_bytes(2, "big") + (len(content) if length is None else length).to_bytes(2, "big") + content


def records(content: bytes, *ends: int, version: int = 0x0301) -> bytes:
    """A message in records that end at these places of it, the last one behind them; none longer than is allowed."""
    every = sorted({*ends, *range(MAX_RECORD, len(content), MAX_RECORD), len(content)} if not ends else {*ends, len(content)})
    return b"".join(record(content[begin:end], version=version) for begin, end in zip([0, *every], every))
