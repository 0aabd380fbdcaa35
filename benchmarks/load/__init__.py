"""Load, side by side; README.md describes it."""
