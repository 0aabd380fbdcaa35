"""What lives on a JVM's heap, by its class histogram."""

import re

# "  12:   345   6789  java.lang.String (java.base@25)"
_ROW = re.compile(r"^ *\d+: +\d+ +(\d+) +(\S+)", re.MULTILINE)


def live_bytes(histogram: str) -> int:
    """The sum of one histogram. The objects that the collector fills gaps with are nobody's memory."""
    return sum(int(size) for size, name in _ROW.findall(histogram) if "jdk.internal.vm.Filler" not in name)
