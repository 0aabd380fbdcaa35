"""The other gateways that the first gateway's machine can run in vipgate's place."""

from __future__ import annotations

import pathlib

from lab.site.machines import CONFIG, PUBLIC, GatewayHost
from testkit import commands
from testkit.waiting import await_that

STREAM_MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")


def require() -> None:
    """Ends the run when this machine lacks one of them."""
    lacking = commands.missing({"haproxy": "haproxy"})
    if not STREAM_MODULE.exists():
        lacking.append(f"{STREAM_MODULE} (package libnginx-mod-stream)")
    commands.require_nothing_missing("the comparison", lacking)


def start_haproxy(host: GatewayHost, *, connect: str, server: str, redispatch: str = "", more: str = "") -> None:
    """HAProxy, which has the public address for itself; the parameters are those of ``haproxy.cfg``."""
    file = _written(host, "haproxy.cfg", CONNECT=connect, SERVER=server, REDISPATCH=redispatch, MORE=more)
    _start(host, "haproxy", "haproxy", "-db", "-f", file)


def start_nginx_stream(host: GatewayHost, *, connect: str) -> None:
    """nginx ``stream``, which has the public address for itself."""
    file = _written(host, "stream.conf", CONNECT=connect)
    _start(host, "stream", "nginx", "-e", "stderr", "-p", host.directory, "-c", file)


def _written(host: GatewayHost, name: str, **words: str) -> pathlib.Path:
    text = (CONFIG / name).read_text().replace("@DIRECTORY@", str(host.directory)).replace("@STREAM_MODULE@", str(STREAM_MODULE))
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
