"""Clients that stay, run inside a host's namespaces: most of them idle, which connect again when their connection is ended, and
some that are in the midst of something. Prints JSON, one line for each thing that happens; times are of the monotonic clock,
which all hosts of one machine share. Ends when its standard input is closed, and has the busy ones finish before.

Python's standard library only."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

HEAD = b"Host: lab\r\n\r\n"
#: A client that waits for its answer has sent so much.
BEGUN = b"GET / HTTP/1.1\r\n"
REQUEST = BEGUN + HEAD
BIG = b"GET /big HTTP/1.1\r\n" + HEAD
#: So many connect at the same time.
AT_ONCE = 50
#: Of a client that asks again and again.
EVERY = 1.0
#: What a client that reads nothing has room for, in the kernel.
SMALL = 16_384


class Client:
    """One of them."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind = kind
        self.number = number

    def tell(self, what: str, **more: object) -> None:
        print(json.dumps({"kind": self.kind, "number": self.number, "what": what, "at": time.monotonic()} | more), flush=True)


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The body of one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return await reader.readexactly(length) if b" 200 " in head.partition(b"\r\n")[0] else b""


async def idle(client: Client, arguments: argparse.Namespace, on_connected: Callable[[], None], told: asyncio.Event) -> None:
    """Asks once, and then waits until its connection ends; then it does so again."""
    while not told.is_set():
        reader, writer = await asyncio.open_connection(arguments.address, arguments.port)
        writer.write(REQUEST)
        node = (await answer(reader)).decode().strip()
        client.tell("connected", node=node)
        on_connected()
        end = asyncio.create_task(reader.read(1))
        await asyncio.wait({end, asyncio.ensure_future(told.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set():
            end.cancel()
        else:
            try:
                client.tell("bytes that nobody asked for" if end.result() else "fin", node=node)
            except OSError as error:
                client.tell("reset", node=node, problem=str(error))
        writer.close()


async def due(client: Client, arguments: argparse.Namespace, on_connected: Callable[[], None], told: asyncio.Event) -> None:
    """Has begun a request, and ends it last."""
    reader, writer = await asyncio.open_connection(arguments.address, arguments.port)
    writer.write(REQUEST)
    node = (await answer(reader)).decode().strip()
    writer.write(BEGUN)
    client.tell("connected", node=node)
    on_connected()
    await told.wait()
    writer.write(HEAD)
    client.tell("complete" if (await answer(reader)).decode().strip() == node else "another node")
    writer.close()


async def stuck(client: Client, arguments: argparse.Namespace, on_connected: Callable[[], None], told: asyncio.Event) -> None:
    """Has asked for much, and reads it last."""
    reader, writer = await asyncio.open_connection(arguments.address, arguments.port, limit=SMALL)
    writer.write(BIG)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    client.tell("connected")
    on_connected()
    await told.wait()
    left = length
    while left and (data := await reader.read(min(left, 1 << 16))):
        left -= len(data)
    client.tell("complete" if not left else f"{left} of {length} bytes are missing")
    writer.close()


async def active(client: Client, arguments: argparse.Namespace, on_connected: Callable[[], None], told: asyncio.Event) -> None:
    """Asks every second."""
    reader, writer = await asyncio.open_connection(arguments.address, arguments.port)
    is_first = True
    while not told.is_set():
        writer.write(REQUEST)
        await answer(reader)
        if is_first:
            client.tell("connected")
            on_connected()
            is_first = False
        await asyncio.sleep(EVERY)
    client.tell("complete")
    writer.close()


async def run(arguments: argparse.Namespace) -> None:
    told, room = asyncio.Event(), asyncio.Semaphore(AT_ONCE)
    kinds: dict[str, Callable[..., Awaitable[None]]] = {"idle": idle, "due": due, "stuck": stuck, "active": active}

    async def one(client: Client) -> None:
        await room.acquire()
        is_held = [True]

        def on_connected() -> None:
            if is_held:
                is_held.clear()
                room.release()

        try:
            await kinds[client.kind](client, arguments, on_connected, told)
        except (OSError, asyncio.IncompleteReadError) as error:
            client.tell("failed", problem=repr(error))
        finally:
            on_connected()

    tasks = [asyncio.create_task(one(Client(kind, number))) for kind in kinds for number in range(getattr(arguments, kind))]
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    told.set()
    await asyncio.gather(*tasks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--port", type=int, default=80)
    parser.add_argument("--idle", type=int, default=0, help="clients that are idle and connect again")
    parser.add_argument("--due", type=int, default=0, help="clients whose request is half sent")
    parser.add_argument("--stuck", type=int, default=0, help="clients that do not read their answer")
    parser.add_argument("--active", type=int, default=0, help="clients that ask every second")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
