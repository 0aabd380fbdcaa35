"""The whole set-up on one machine; README.md shows it."""
