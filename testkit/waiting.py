"""Waiting until something holds."""

from __future__ import annotations

import time
from collections.abc import Callable

from testkit import TestkitError


def holds_within(seconds: float, holds: Callable[[], object], step: float = 0.05) -> bool:
    """Waits until something holds; false when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


def await_that(what: str, seconds: float, holds: Callable[[], object], step: float = 0.02) -> float:
    """Waits until something holds, which must happen in time; returns how long that took."""
    began = time.monotonic()
    if not holds_within(seconds, holds, step):
        raise TestkitError(f"not within {seconds} s: {what}")
    return time.monotonic() - began
