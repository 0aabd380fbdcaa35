"""Ports and addresses."""

from __future__ import annotations

import os
import random
import socket

_taken: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """A port below the ephemeral range: a connect to a dead port in that range could connect to itself. None twice."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(200):
        # Two runs at the same time look in different places.
        port = 20000 + os.getpid() % 10 * 1000 + random.randrange(1000)
        if port in _taken:
            continue
        with socket.socket(family) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
        _taken.add(port)
        return port
    raise RuntimeError("no free port found")


def bracketed(host: str, port: int) -> str:
    """As configurations and URLs have it: an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
