"""The other gateways that the first gateway's machine can run in vipgate's place."""

from __future__ import annotations

from lab.site.machines import CONFIG, PUBLIC, GatewayHost
from testkit.waiting import await_that


def start_haproxy(host: GatewayHost, *, connect: str, server: str, redispatch: str = "", more: str = "") -> None:
    """HAProxy, which has the public address for itself; the parameters are those of ``haproxy.cfg``."""
    file = _written(host, "haproxy.cfg", CONNECT=connect, SERVER=server, REDISPATCH=redispatch, MORE=more)
    _start(host, "haproxy", "haproxy", "-db", "-f", file)


def start_nginx_stream(host: GatewayHost, *, connect: str) -> None:
    """nginx ``stream``, which has the public address for itself."""
    file = _written(host, "stream.conf", CONNECT=connect)
    _start(host, "stream", "nginx", "-e", "stderr", "-p", host.directory, "-c", file)


def _written(host: GatewayHost, name: str, **words: str) -> object:
    text = (CONFIG / name).read_text().replace("@DIRECTORY@", str(host.directory))
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    file = host.directory / name
    file.write_text(text)
    return file


def _start(host: GatewayHost, name: str, *words: object) -> None:
    host.take_public()
    host.spawn(name, *words)
    await_that(f"{name} on {host.name} serves", 10,
               lambda: host.succeeds("curl", "-fso", "/dev/null", "-m", "1", f"http://{PUBLIC}/"))
