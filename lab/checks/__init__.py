"""Checks of one gateway on loopback, which need no site: each executable here is one of them."""
