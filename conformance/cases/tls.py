"""TLS through the proxy, which must not touch it."""

from __future__ import annotations

import random
import ssl
import subprocess
import time
from pathlib import Path

from conformance.peers import run_together
from conformance.suite import Context


def tls(ctx: Context) -> None:
    """A TLS session of OpenSSL's own client, resumed by a second connection, closed by close_notify both ways."""
    key, certificate = ctx.proxy.directory / "key.pem", ctx.proxy.directory / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=endpoint", "-addext", "subjectAltName=DNS:endpoint", "-keyout", str(key), "-out",
                    str(certificate)], check=True, capture_output=True, timeout=30)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    session = ctx.proxy.directory / "session.pem"
    host, port = ctx.proxy.address("main")
    for number in range(2):
        words = ["openssl", "s_client", "-connect", f"{host}:{port}", "-servername", "endpoint", "-CAfile", str(certificate),
                 "-verify_return_error", "-sess_in" if number else "-sess_out", str(session)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert process.stdin is not None and process.stdout is not None
            try:
                _serve_tls(ctx, server)
                said = process.stdout.read().decode(errors="replace") if process.wait(10) is not None else ""
            finally:
                process.kill()
        ctx.must("Verify return code: 0" in said, f"openssl: {said[-300:]}")
        ctx.must(("Reused, TLSv1.3" if number else "New, TLSv1.3") in said, "the session is not resumed")
    _tls_closing_both_ways(ctx, server, certificate)


def _serve_tls(ctx: Context, server: ssl.SSLContext) -> None:
    with server.wrap_socket(ctx.accept(), server_side=True) as wrapped:
        wrapped.sendall(b"hello\n")
        time.sleep(0.2)
        try:
            wrapped.unwrap().close()
        except (ssl.SSLError, OSError):
            pass  # s_client closes without a close_notify of its own


def _tls_closing_both_ways(ctx: Context, server: ssl.SSLContext, certificate: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate))

    def serve() -> None:
        wrapped = server.wrap_socket(ctx.accept(), server_side=True)
        while data := wrapped.recv(65536):
            wrapped.sendall(data)
        # b"" from recv is close_notify: a bare FIN raises SSLEOFError.
        plain = wrapped.unwrap()
        ctx.must(plain.recv(1) == b"", "a byte after close_notify")
        plain.close()

    def ask() -> None:
        wrapped = trusted.wrap_socket(ctx.connect(), server_hostname="endpoint", suppress_ragged_eofs=False)
        blob = random.Random(ctx.seed).randbytes(300_000)
        got = b""
        for start in range(0, len(blob), 10_000):
            wrapped.sendall(blob[start:start + 10_000])
            got += wrapped.recv(65536)
        while len(got) < len(blob):
            got += wrapped.recv(65536)
        ctx.must(got == blob, "other bytes came back")
        wrapped.unwrap().close()

    run_together(ask, serve, within=30)
