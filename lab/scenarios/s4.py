"""S4: persistence as LVS has it."""

from __future__ import annotations

from topology import Site


def play(lab: Site, _: object) -> None:
    """Persistence: a keepalived virtual_server, imported"""
