"""A client, run inside a host's namespaces: HTTP requests over connections of their own, or connections that stay. Prints
JSON, one line for each request or connection; times are of the monotonic clock, which all hosts of one machine share.

Python's standard library only."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator

REQUEST = b"GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"
NEXT_REQUEST = b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n"


def body_of(answer: bytes) -> str:
    """The body of a whole answer with status 200; empty for anything else."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")), -1)
    return body.decode().strip() if blank and b" 200 " in lines[0] and len(body) == length else ""


async def ask(address: str, port: int, source: str, timeout: float) -> dict[str, object]:
    """One request."""
    asked: dict[str, object] = {"begun": time.monotonic(), "answer": "", "problem": "", "source": source}
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(address, port, local_addr=(source, 0) if source else None)
            try:
                asked["connected"] = time.monotonic()
                writer.write(REQUEST)
                asked["answer"] = body_of(await reader.read())
                asked["problem"] = "" if asked["answer"] else "cut short"
            finally:
                writer.close()
    except TimeoutError:
        asked["problem"] = f"nothing for {timeout} s"
    except OSError as error:
        # asyncio puts words of its own in the place of the system's.
        asked["problem"] = os.strerror(error.errno) if error.errno else str(error)
    asked["ended"] = time.monotonic()
    return asked


async def until_told() -> None:
    """Returns when the standard input is closed by the process that started this one."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def stream(arguments: argparse.Namespace) -> None:
    """So many requests a second, each begun at its time whatever becomes of the others."""
    told = asyncio.create_task(until_told())
    under_way: set[asyncio.Task[None]] = set()

    async def ask_and_print() -> None:
        print(json.dumps(await ask(arguments.address, arguments.port, "", arguments.timeout)), flush=True)

    started = time.monotonic()
    count = 0
    while not told.done() and time.monotonic() - started < arguments.seconds:
        await asyncio.sleep(max(0.0, started + count / arguments.per_second - time.monotonic()))
        count += 1
        task = asyncio.create_task(ask_and_print())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        await asyncio.wait(under_way)


async def each(arguments: argparse.Namespace) -> None:
    """Requests from given addresses, a few at a time."""
    sources: Iterator[str] = iter(arguments.source or [""] * arguments.count)

    async def one_after_the_other() -> None:
        for source in sources:
            print(json.dumps(await ask(arguments.address, arguments.port, source, arguments.timeout)), flush=True)

    await asyncio.gather(*(one_after_the_other() for _ in range(arguments.at_once)))


async def hold(arguments: argparse.Namespace) -> None:
    """Connections that stay, each with a request now and then; prints what became of each."""
    told = asyncio.create_task(until_told())

    async def one() -> None:
        held: dict[str, object] = {"begun": time.monotonic(), "answer": "", "problem": "", "requests": 0}
        try:
            reader, writer = await asyncio.open_connection(arguments.address, arguments.port)
            while not told.done():
                async with asyncio.timeout(arguments.timeout):
                    writer.write(NEXT_REQUEST)
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
                    held["answer"] = body_of(head + await reader.readexactly(length))
                    held["requests"] = int(str(held["requests"])) + 1
                await asyncio.sleep(arguments.every)
            writer.close()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            held["problem"] = repr(error)
        held["ended"] = time.monotonic()
        print(json.dumps(held), flush=True)

    await asyncio.gather(*(one() for _ in range(arguments.count)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["stream", "each", "hold"])
    parser.add_argument("address")
    parser.add_argument("--port", type=int, default=80)
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds for one request (default: 5)")
    parser.add_argument("--per-second", type=float, default=100, help="stream: requests a second (default: 100)")
    parser.add_argument("--seconds", type=float, default=120, help="stream: ends by itself after this time (default: 120)")
    parser.add_argument("--count", type=int, default=1, help="each: requests; hold: connections (default: 1)")
    parser.add_argument("--at-once", type=int, default=1, help="each: requests at the same time (default: 1)")
    parser.add_argument("--every", type=float, default=0.2, help="hold: seconds between requests (default: 0.2)")
    parser.add_argument("--source", nargs="*", help="each: one request from each of these addresses")
    arguments = parser.parse_args()
    asyncio.run({"stream": stream, "each": each, "hold": hold}[arguments.what](arguments))


if __name__ == "__main__":
    main()
