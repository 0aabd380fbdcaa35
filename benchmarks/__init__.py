"""Measurements: `count`, `memory`, `load`; and `jmh` for the code itself."""
