"""Counts what a script has checked."""

passed = failed = 0


def check(what: str, holds: bool) -> None:
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(("ok    " if holds else "FAIL  ") + what, flush=True)


def summary() -> int:
    """Prints the closing line; returns the exit status."""
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1
