"""An endpoint as a process of its own: ``echo_server.py NAME PORT``. Started by ``loopback.Endpoint``."""

from __future__ import annotations

import asyncio
import contextlib
import sys


async def serve(name: bytes, port: int) -> None:
    """Sends its name, then sends back whatever comes, and closes when the client does."""

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(name)
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(on_client, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1].encode(), int(sys.argv[2])))
