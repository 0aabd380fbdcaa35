"""Network namespaces of the run, and what the kernel knows of a socket. Nothing here changes the machine outside of them."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import termios

from testkit.commands import run
from testkit.namespaces import inside as inside

SIOCOUTQ = termios.TIOCOUTQ

# Addresses of the documentation ranges: they can't belong to anybody by accident.
CLIENT = "192.0.2.2"
GATEWAY_OUTER = "192.0.2.1"
GATEWAY_INNER = "198.51.100.1"
ENDPOINT = "198.51.100.2"
SPOOFED_NET = "198.51.100.128/25"
#: Further addresses of the gateway towards the endpoint.
SOURCES = tuple(f"198.51.100.{last}" for last in range(10, 14))


def unacknowledged(sock: socket.socket) -> int:
    """Bytes that the peer's kernel has not acknowledged yet."""
    answer = fcntl.ioctl(sock.fileno(), SIOCOUTQ, b"\0\0\0\0")
    return struct.unpack("i", answer)[0]


def command(*words: str) -> None:
    run(*words, timeout=20)


class Network:
    """Three namespaces in a row: client, gateway, endpoint. Deleted with everything in them by :meth:`delete`."""

    def __init__(self) -> None:
        prefix = f"vgx{os.getpid()}"
        self.client, self.gateway, self.endpoint = prefix + "-c", prefix + "-g", prefix + "-e"
        try:
            self._build()
        except BaseException:
            self.delete()
            raise

    def _build(self) -> None:
        for name in (self.client, self.gateway, self.endpoint):
            command("ip", "netns", "add", name)
            command("ip", "-n", name, "link", "set", "lo", "up")
        for link, near in (("outer", self.client), ("inner", self.endpoint)):
            command("ip", "link", "add", link, "netns", near, "type", "veth", "peer", "name", link, "netns", self.gateway)
        for name, link, address in ((self.client, "outer", CLIENT), (self.gateway, "outer", GATEWAY_OUTER),
                                    (self.gateway, "inner", GATEWAY_INNER), (self.endpoint, "inner", ENDPOINT)):
            command("ip", "-n", name, "address", "add", address + "/25", "dev", link)
            command("ip", "-n", name, "link", "set", link, "up")
        for name, via in ((self.client, GATEWAY_OUTER), (self.endpoint, GATEWAY_INNER)):
            command("ip", "-n", name, "route", "add", "default", "via", via)
        for source in SOURCES:
            command("ip", "-n", self.gateway, "address", "add", source + "/32", "dev", "inner")
        # Answers to spoofed sources go back to the client's namespace, which drops them: no host has these addresses.
        command("ip", "-n", self.gateway, "route", "add", SPOOFED_NET, "via", CLIENT)

    def forward(self) -> None:
        """Lets the direct connection of the comparison pass the gateway's namespace as a router."""
        command("ip", "netns", "exec", self.gateway, "sysctl", "-qw", "net.ipv4.ip_forward=1")

    def sysctl(self, setting: str) -> None:
        command("ip", "netns", "exec", self.gateway, "sysctl", "-qw", setting)

    def vanish(self) -> None:
        """The endpoint's host is gone: nothing reaches it and nothing leaves it, not even an RST."""
        for chain in ("INPUT", "OUTPUT"):
            command("ip", "netns", "exec", self.endpoint, "iptables", "-w", "5", "-A", chain, "!", "-i" if chain == "INPUT"
                    else "-o", "lo", "-j", "DROP")

    def reappear(self) -> None:
        command("ip", "netns", "exec", self.endpoint, "iptables", "-w", "5", "-F")

    def delete(self) -> None:
        for name in (self.client, self.gateway, self.endpoint):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, timeout=20, check=False)
