"""Prints when each FIN came from a port, one line each, in seconds of the system's clock as the kernel stamped it: a program that
is late does not blur it. For IPv4 on one interface of a host; ends when its standard input is closed. As root.

Python's standard library only."""

from __future__ import annotations

import selectors
import socket
import struct
import sys

ETH_P_IP = 0x0800
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
BUFFER = 32 << 20
ETHERNET, FIN = 14, 1
#: Behind the headers nothing is looked at.
SNAP = 128


def main() -> None:
    interface, port = sys.argv[1], int(sys.argv[2])
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.bind((interface, ETH_P_IP))
    selector = selectors.DefaultSelector()
    selector.register(packets, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    seen: set[bytes] = set()
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                return
            data, ancillary, _, _ = packets.recvmsg(SNAP, 64)
            if data[ETHERNET + 9] != socket.IPPROTO_TCP:
                continue
            head = ETHERNET + (data[ETHERNET] & 15) * 4
            # A FIN that is sent again has the same ports and number.
            one = data[head:head + 8]
            if int.from_bytes(one[:2], "big") == port and data[head + 13] & FIN and one not in seen:
                seen.add(one)
                seconds, nanos = struct.unpack("qq", ancillary[0][2][:16])
                print(seconds + nanos / 1e9, flush=True)


if __name__ == "__main__":
    main()
