"""The first process of a host: makes /run and /etc/hosts its own, says "ready", and lives until it is killed."""

import pathlib
import signal
import socket
import subprocess
import sys


def main() -> None:
    name = sys.argv[1]
    socket.sethostname(name)
    # Files of daemons, such as pid files, must not collide with those of another host.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"], check=True)
    # keepalived asks for the host's own name, and would wait for a name server that does not exist.
    pathlib.Path("/run/hosts").write_text(f"127.0.0.1 localhost {name}\n")
    subprocess.run(["mount", "--bind", "/run/hosts", "/etc/hosts"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # Orphaned processes become children of this one, and are reaped at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print("ready", flush=True)
    sys.stdout.close()
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
