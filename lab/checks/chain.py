"""A chain of gateways: HAProxy, two vipgates, NGINX. Every one of them sends a PROXY header to the next, and NGINX logs the
client and the address that it connected to first. Each checks the next with headers that convey nobody. Also the fields of version 2: those that both gateways pass on arrive as
they were sent, the others do not. On loopback, without root. Needs the jar (target/vipgate.jar), haproxy and nginx.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

from testkit import commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port
from testkit.processes import stop
from testkit.proxy_header import Header, exactly, line, read_header, tlv, v2
from testkit.waiting import holds_within

CLIENT = "127.0.0.77"
UNIQUE_ID, AUTHORITY, ALPN, AWS = 0x05, 0x02, 0x01, 0xEA
#: The endpoint of the fields answers so.
GREETING = b"220 ready\r\n"


@dataclass
class Ports:
    """Of each hop, by what it sends on: version 2 or 1, and to the endpoint of the fields."""

    haproxy: dict[str, int] = field(default_factory=lambda: {way: free_port() for way in ("v2", "v1", "fields")})
    first: dict[str, int] = field(default_factory=lambda: {way: free_port() for way in ("v2", "v1", "fields")})
    second: dict[str, int] = field(default_factory=lambda: {way: free_port() for way in ("v2", "v1", "fields")})
    nginx: int = field(default_factory=free_port)
    fields: int = field(default_factory=free_port)
    #: Of the gateways, the first one's in front.
    metrics: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))


def haproxy_config(ports: Ports) -> str:
    lines = ["defaults", "  mode tcp", "  timeout connect 2s", "  timeout client 10s", "  timeout server 10s"]
    for way, sends in (("v2", "send-proxy-v2"), ("v1", "send-proxy"),
                       ("fields", "send-proxy-v2 proxy-v2-options unique-id,crc32c")):
        lines += [f"listen {way}", f"  bind 127.0.0.1:{ports.haproxy[way]}", "  unique-id-format id-%ci-%cp",
                  f"  server first 127.0.0.1:{ports.first[way]} {sends} check inter 300ms"]
    return "\n".join(lines) + "\n"


def gateway_config(own: dict[str, int], behind: dict[str, int], metrics: int, log: pathlib.Path) -> str:
    accepts = "acceptProxy: { from: [127.0.0.0/8], tlvs: [unique-id, authority, 0xEA] }"
    return "\n".join([
        "listeners:",
        *(f"  {way}: {{ bind: '127.0.0.1:{own[way]}', pool: {way}, "
          + (accepts if way == "fields" else "acceptProxy: [127.0.0.0/8]") + " }" for way in own),
        "pools:",
        *(f"  {way}: {{ endpoints: {{ next: '127.0.0.1:{behind[way]}' }}, probe: {{ type: tcp }}, proxyProtocol: "
          + ("v1" if way == "v1" else "v2") + " }" for way in own),
        f"metrics: {{ bind: '127.0.0.1:{metrics}' }}",
        f"accessLog: {{ format: text, file: {log} }}",
    ]) + "\n"


def nginx_config(ports: Ports, directory: pathlib.Path) -> str:
    places = "".join(f"  {kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    logged = "$request_uri $proxy_protocol_addr:$proxy_protocol_port $proxy_protocol_server_addr:$proxy_protocol_server_port"
    return (f"daemon off;\npid {directory}/pid;\nevents {{ worker_connections 256; }}\nhttp {{\n{places}"
            f"  log_format chain '{logged}';\n  access_log {directory}/access.log chain;\n"
            f"  server {{ listen 127.0.0.1:{ports.nginx} proxy_protocol; location / {{ return 200 'here\\n'; }} }}\n}}\n")


class FieldsEndpoint:
    """Greets at once, as a mail server does, and keeps the headers that it got."""

    def __init__(self, port: int) -> None:
        self.headers: list[Header] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with sock, contextlib.suppress(OSError):
                sock.settimeout(5)
                sock.sendall(GREETING)
                header = read_header(sock)
                self.headers.append(header)
                while sock.recv(4096):
                    pass

    def of(self, address: str) -> list[Header]:
        """Those that convey a client of this address. A check of what stands in front comes with a header of its own, or,
        where a gateway has time to relay it, with that of its peer."""
        return [header for header in list(self.headers) if header.client[0] == address]

    def close(self) -> None:
        self._listener.close()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


@contextlib.contextmanager
def running(words: list[str], log: pathlib.Path, port: int) -> Iterator[None]:
    with open(log, "wb") as out:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        if not holds_within(10, lambda: listens(port)):
            raise RuntimeError(f"{words[0]} does not listen: {log.read_text()[-500:]}")
        yield
    finally:
        stop(process, 10)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 5, (CLIENT, 0))


def ask(port: int, path: str, header: bytes = b"") -> tuple[str, str]:
    """A request, and which address made it."""
    with connect(port) as client:
        own = f"{CLIENT}:{client.getsockname()[1]}"
        client.sendall(header + f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while piece := client.recv(4096):
            answer += piece
    return own, answer.decode(errors="replace")


def greeted(port: int, header: bytes = b"") -> str:
    """A client that says nothing until it is greeted; which address it had."""
    with connect(port) as client:
        client.sendall(header)
        check("a server that speaks first is heard through the chain", exactly(client, len(GREETING)) == GREETING)
        return f"{CLIENT}:{client.getsockname()[1]}"


def requests(ports: Ports, log: pathlib.Path) -> None:
    for way in ("v2", "v1"):
        client, answer = ask(ports.haproxy[way], f"/{way}")
        check(f"{way}: answered through four hops", answer.endswith("here\n"))
        wanted = f"/{way} {client} 127.0.0.1:{ports.haproxy[way]}\n"
        check(f"{way}: NGINX logs the client, and where it connected first", holds_within(5, lambda: wanted in log.read_text()))
    documented = {"ipv6": line("TCP6 2001:db8::7 2001:db8::1 50000 443"), "mapped": line("TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 50000 443")}
    for name, wanted in (("ipv6", "2001:db8::7:50000 2001:db8::1:443"), ("mapped", "192.0.2.7:50000 192.0.2.1:443")):
        ask(ports.first["v2"], f"/{name}", documented[name])
        check(f"{name}: NGINX logs {wanted}", holds_within(5, lambda: f"/{name} {wanted}\n" in log.read_text()))


def fields(ports: Ports, endpoint: FieldsEndpoint) -> None:
    client = greeted(ports.haproxy["fields"])
    address, _, port = client.partition(":")
    wanted = Header((address, int(port)), ("127.0.0.1", ports.haproxy["fields"]), 2, {UNIQUE_ID: f"id-{address}-{port}".encode()})
    check("HAProxy's unique id and the client pass both gateways, its checksum does not",
          holds_within(5, lambda: endpoint.of(address) == [wanted]))
    rest = bytes.fromhex("c6336407cb007101dc0401bb")
    sent = {AUTHORITY: b"a.example", AWS: b"\x01vpce-08d2bf15fac5001c9", ALPN: b"h2", 0xEE: b"\x01\0\0\0\x07", 0x20: bytes(5)}
    greeted(ports.first["fields"], v2(0x21, 0x11, rest + b"".join(tlv(kind, value) for kind, value in sent.items())))
    wanted = Header(("198.51.100.7", 56324), ("203.0.113.1", 443), 2, {AUTHORITY: sent[AUTHORITY], AWS: sent[AWS]})
    check("of a balancer's fields those that are named pass both gateways, as they were, and the client with them",
          holds_within(5, lambda: endpoint.of("198.51.100.7") == [wanted]))


def checks(ports: Ports) -> None:
    for name, port in zip(("first", "second"), ports.metrics):
        check(f"the {name} gateway takes the checks of what stands in front of it",
              holds_within(5, lambda port=port: counted(port, 'headers_total{.*version="v2",command="local"') >= 2
                           and counted(port, 'headers_total{.*version="v1",command="(?:unknown|proxy)"') >= 2))
        check(f"and refuses nobody for a header, the {name}", counted(port, 'refused_total{.*reason="proxy_(?:invalid|untrusted)"') == 0)


def counted(port: int, pattern: str) -> float:
    """The sum of the series of listeners whose name and labels look like this."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
        text = page.read().decode()
    return sum(map(float, re.findall(rf"^vipgate_listener_(?:proxy_)?{pattern}.*}} (\S+)$", text, re.MULTILINE)))


def main() -> int:
    commands.search_system_directories()
    commands.argument_parser("lab/checks/chain", __doc__).parse_args()
    ports = Ports()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        (directory / "haproxy.cfg").write_text(haproxy_config(ports))
        (directory / "nginx.conf").write_text(nginx_config(ports, directory))
        endpoint = FieldsEndpoint(ports.fields)
        stack.callback(endpoint.close)
        stack.enter_context(running(["nginx", "-e", f"{directory}/error.log", "-p", name, "-c", f"{directory}/nginx.conf"],
                                    directory / "nginx.log", ports.nginx))
        behind = {"v2": ports.nginx, "v1": ports.nginx, "fields": ports.fields}
        for own, next_ports, metrics in ((ports.second, behind, ports.metrics[1]), (ports.first, ports.second, ports.metrics[0])):
            gateway = Gateway(gateway_config(own, next_ports, metrics, directory / f"gateway-{own['v2']}.log"))
            stack.callback(gateway.close)
        stack.enter_context(running(["haproxy", "-db", "-f", f"{directory}/haproxy.cfg"], directory / "haproxy.log",
                                    ports.haproxy["v2"]))
        (directory / "access.log").touch()
        started = time.monotonic()
        requests(ports, directory / "access.log")
        fields(ports, endpoint)
        checks(ports)
        logs = [directory / f"gateway-{own['v2']}.log" for own in (ports.first, ports.second)]
        check("each gateway logs the client, and its peer", holds_within(5, lambda: all(
            re.search(rf" {re.escape(CLIENT)}:\d+ .* peer=127\.0\.0\.1:\d+$", log.read_text(), re.MULTILINE) for log in logs)))
        print(f"{time.monotonic() - started:.1f} s", file=sys.stderr)
        if os.environ.get("KEEP_LOGS"):
            for file in sorted(directory.glob("*.log")):
                print(f"==== {file.name}\n{file.read_text()}")
    return summary()


if __name__ == "__main__":
    sys.exit(main())
