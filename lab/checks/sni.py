"""Real TLS clients, openssl s_client and Chromium, through a gateway to two NGINX servers, each with a certificate of its own; the name
that a client asks for decides which of them it gets. On loopback, without root. Needs the jar (target/vipgate.jar), nginx, openssl
and chromium.

The ClientHello of a Chromium of today is longer than one segment of Ethernet: it carries a post-quantum key share, X25519MLKEM768, and its
extensions come in another order each time, so that the name may stand behind it. That it was offered is checked in NGINX's log. OpenSSL has such key shares
from 3.5 on, and is then asked for them; of an older one, such as Debian 12's, hellos of the same and of ten times the size are made by long
lists of protocols.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from lab.checks.chain import running
from lab.checks.live_page.browser import find_chromium
from testkit import commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port
from testkit.waiting import holds_within

#: The name that each server's certificate is for.
NAMES = {"shop": "shop.example.com", "apps": "a.b.apps.example.com"}
UNKNOWN = "elsewhere.example"
POST_QUANTUM = "X25519MLKEM768"
#: Its number, as an NGINX on an OpenSSL that does not know it logs it.
POST_QUANTUM_LOGGED = re.compile(r"0x11ec|X25519MLKEM768")


def make_certificate(directory: pathlib.Path, server: str) -> str:
    """A key and its certificate; returns the hash that Chromium knows the key by."""
    key, certificate = directory / f"{server}.key", directory / f"{server}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    f"/CN={server}", "-addext", f"subjectAltName=DNS:{NAMES[server]}", "-keyout", str(key), "-out", str(certificate)],
                   check=True, capture_output=True, timeout=30)
    public = subprocess.run(["openssl", "pkey", "-in", str(key), "-pubout", "-outform", "DER"], check=True, capture_output=True, timeout=30)
    return base64.b64encode(hashlib.sha256(public.stdout).digest()).decode()


def nginx_config(ports: dict[str, int], directory: pathlib.Path) -> str:
    places = "".join(f"  {kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    servers = "".join(
        f"  server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {directory}/{server}.pem; ssl_certificate_key"
        f" {directory}/{server}.key; location / {{ default_type text/html; return 200 '<p>this is {server}</p>\\n'; }} }}\n"
        for server, port in ports.items())
    return (f"daemon off;\npid {directory}/pid;\nevents {{ worker_connections 256; }}\nhttp {{\n{places}"
            f"  log_format tls '$server_port $ssl_server_name $http_user_agent curves=$ssl_curves';\n"
            f"  access_log {directory}/access.log tls;\n{servers}}}\n")


def gateway_config(port: int, servers: dict[str, int], log: pathlib.Path) -> str:
    pools = "".join(f"  {server}: {{ endpoints: {{ only: '127.0.0.1:{own}' }}, probe: {{ type: none }} }}\n" for server, own in servers.items())
    return (f"listeners:\n  secure:\n    bind: 127.0.0.1:{port}\n    pool: shop\n"
            f"    tls: {{ names: {{ {NAMES['shop']}: shop, '*.apps.example.com': apps }}, alpn: {{ acme-tls/1: apps }},"
            f" unknownName: reject, maxHello: 32KiB }}\npools:\n{pools}accessLog: {{ format: text, file: {log} }}\n")


class Clients:
    """Asks for ``/`` at the gateway."""

    def __init__(self, port: int, directory: pathlib.Path, keys: dict[str, str]) -> None:
        self._port, self._directory, self._keys = port, directory, keys

    def openssl(self, name: str, certificate: str, *more: str) -> str:
        """What s_client says, which trusts one server's certificate alone; an answer to a request is part of it."""
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{self._port}", "-CAfile", str(self._directory / f"{certificate}.pem"),
                 "-verify_return_error", "-verify_hostname", NAMES[certificate], "-ign_eof", *more]
        words += ["-servername", name] if name else ["-noservername"]
        request = f"GET / HTTP/1.1\r\nHost: {name or 'none'}\r\nUser-Agent: openssl\r\nConnection: close\r\n\r\n"
        done = subprocess.run(words, input=request.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
        return done.stdout.decode(errors="replace")

    def chromium(self, name: str, certificate: str) -> str:
        """The page that a new Chromium shows, and what it logs; it trusts one server's key alone. No name that it asks for leaves this machine."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            done = subprocess.run(
                [find_chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}",
                 "--host-resolver-rules=MAP * 127.0.0.1", f"--ignore-certificate-errors-spki-list={self._keys[certificate]}",
                 "--virtual-time-budget=8000", "--enable-logging=stderr", "--dump-dom", f"https://{name}:{self._port}/"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        return done.stdout.decode(errors="replace")


def openssl_checks(clients: Clients) -> None:
    for server, name in NAMES.items():
        said = clients.openssl(name, server)
        check(f"openssl: {name} gets {server}, its certificate and its page", f"this is {server}" in said and "error" not in said)
    check("openssl: TLS 1.2 as well", "this is apps" in clients.openssl(NAMES["apps"], "apps", "-tls1_2"))
    check("openssl: a name in capitals", "this is apps" in clients.openssl(NAMES["apps"].upper(), "apps"))
    check("openssl: no name gets the listener's pool", "this is shop" in clients.openssl("", "shop"))
    check("openssl: a protocol decides before the name",
          "this is apps" in clients.openssl(NAMES["shop"], "apps", "-alpn", "acme-tls/1,http/1.1"))
    said = clients.openssl(UNKNOWN, "shop")
    check("openssl: an unknown name gets the alert unrecognized_name", "alert number 112" in said and "this is" not in said)
    for size in (1_500, 15_000, 25_000):
        lists = ",".join(["http/1.1", *(f"{number:04d}".ljust(240, "x") for number in range(size // 241))])
        check(f"openssl: a hello of more than {size} bytes, by its protocols",
              "this is apps" in clients.openssl(NAMES["apps"], "apps", "-alpn", lists))
    groups = subprocess.run(["openssl", "list", "-kem-algorithms"], capture_output=True, text=True, timeout=10).stdout
    if POST_QUANTUM in groups:
        said = clients.openssl(NAMES["apps"], "apps", "-groups", f"{POST_QUANTUM}:X25519")
        check("openssl: with a post-quantum key share", "this is apps" in said)
    else:
        version = subprocess.run(["openssl", "version"], capture_output=True, text=True, timeout=10).stdout.split(" (")[0].strip()
        print(f"note: {version} has no post-quantum key shares; Chromium's hellos have them")


def chromium_checks(clients: Clients, log: pathlib.Path) -> None:
    for server, name in NAMES.items():
        for number in range(3):  # the order of its extensions differs
            check(f"Chromium: {name} gets {server}, number {number + 1}", f"this is {server}" in clients.chromium(name, server))
    agents = [line for line in log.read_text().splitlines() if "Chrome" in line and not line.endswith("curves=-")]
    check("Chromium offered a post-quantum key share each time", len(agents) >= 6 and all(map(POST_QUANTUM_LOGGED.search, agents)))
    check("Chromium: the wrong server's page would not be shown", "this is" not in clients.chromium(NAMES["apps"], "shop"))
    check("Chromium: an unknown name is told so", "net::ERR_SSL_UNRECOGNIZED_NAME_ALERT" in clients.chromium(UNKNOWN, "shop"))


def main() -> int:
    commands.search_system_directories()
    commands.argument_parser("lab/checks/sni", __doc__).parse_args()
    port, servers = free_port(), {server: free_port() for server in NAMES}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        clients = Clients(port, directory, {server: make_certificate(directory, server) for server in NAMES})
        (directory / "nginx.conf").write_text(nginx_config(servers, directory))
        stack.enter_context(running(["nginx", "-e", f"{directory}/error.log", "-p", name, "-c", f"{directory}/nginx.conf"],
                                    directory / "nginx.log", servers["shop"]))
        gateway = Gateway(gateway_config(port, servers, directory / "gateway.log"))
        stack.callback(gateway.close)
        started = time.monotonic()
        openssl_checks(clients)
        chromium_checks(clients, directory / "access.log")
        for wanted in (*NAMES.values(), UNKNOWN):
            check(f"the gateway logs sni={wanted}",
                  holds_within(5, lambda: f" sni={wanted}\n" in (directory / "gateway.log").read_text()))
        print(f"{time.monotonic() - started:.1f} s", file=sys.stderr)
    return summary()


if __name__ == "__main__":
    sys.exit(main())
