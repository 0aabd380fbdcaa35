"""The conformance suite; README.md describes it."""
