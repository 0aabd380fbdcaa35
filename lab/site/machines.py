"""The machines of the site, and what runs on each: the NGINX nodes, and the gateways."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil

from testkit import ROOT, TestkitError
from testkit.hosts import Host
from testkit.waiting import await_that

#: Where the hosts' processes keep files, and where the hosts are remembered between commands.
#: Another directory is another lab, beside the first.
STATE = pathlib.Path(os.environ.get("VIPGATE_LAB", "/var/lib/vipgate-lab")).resolve()
CONFIG = pathlib.Path(__file__).with_name("config")

PUBLIC = "203.0.113.1"
PUBLIC_6 = "2001:db8:cb::1"
#: What NGINX answers at /big, in bytes: more than all buffers on the way hold.
BIG = 32 << 20
VIP1, VIP2 = "192.0.2.100", "192.0.2.200"
#: keepalived moves none of these; scenarios that need them add them.
VIP1_6, VIP2_6 = "2001:db8:1::100", "2001:db8:1::200"
#: Of a pair of gateways, where endpoints reply to clients' addresses.
INNER_VIRTUAL, INNER_VIRTUAL_6 = "192.0.2.254", "2001:db8:1::254"


class Node(Host):
    """A machine with NGINX and keepalived."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(name, STATE)
        self.answer = f"nginx-{number}"
        self.address = f"192.0.2.{100 + number}"
        self.address_6 = f"2001:db8:1::{100 + number}"

    def write_nginx_conf(self) -> None:
        text = (CONFIG / "nginx.conf").read_text()
        (self.directory / "nginx.conf").write_text(
            text.replace("@NAME@", self.answer).replace("@DIRECTORY@", str(self.directory)))
        with open(self.directory / "big", "wb") as big:
            big.truncate(BIG)

    def start_nginx(self) -> None:
        self.spawn("nginx", "nginx", "-e", "stderr", "-p", self.directory, "-c", self.directory / "nginx.conf")
        await_that(f"NGINX on {self.name} answers", 10,
                   lambda: self.succeeds("curl", "-fso", "/dev/null", "-m", "1", "http://127.0.0.1/"))

    def stop_nginx(self) -> None:
        """SIGQUIT: what is in flight is finished."""
        self.stop("nginx", "QUIT")

    def start_keepalived(self, layout: str) -> None:
        """VRRP as in a file of ``config/``: ``one-vip``, ``two-vips``, ..."""
        run_keepalived(self, CONFIG / f"{layout}.conf", self.name)

    def holds(self, vip: str) -> bool:
        return vip in self.addresses("inner")

    def freeze(self, is_frozen: bool = True, *names: str) -> None:
        """Freezes processes by SIGSTOP, NGINX and keepalived if none are named; the kernel still accepts connections."""
        for name in names or ("nginx", "keepalived"):
            for number in self.run("pidof", name).split():
                self.run("kill", "-STOP" if is_frozen else "-CONT", number)

    def block_vrrp(self, is_blocked: bool = True) -> None:
        """What a firewall does whose rules do not mention VRRP."""
        self.run("iptables", "-w", "-A" if is_blocked else "-D", "INPUT", "-p", "vrrp", "-j", "DROP")


class GatewayHost(Host):
    """A machine that the public address points to."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(name, STATE)
        self.outer = f"203.0.113.{10 + number}"
        self.outer_6 = f"2001:db8:cb::{10 + number}"
        self.inner = f"192.0.2.{number}"
        self.inner_6 = f"2001:db8:1::{number}"

    def write_config(self, *, balance: str = "weighted-random", more: str = "", freebind: bool = True,
                     endpoints: str = f"vip1: {VIP1}:80\n      vip2: {VIP2}:80", template: str = "gateway.yaml") -> None:
        text = (CONFIG / template).read_text()
        text = text.replace("@BALANCE@", balance).replace("@FREEBIND@", str(freebind).lower()).replace("@MORE@", more)
        text = text.replace("@DIRECTORY@", str(self.directory))
        self.config.write_text(text.replace("@ENDPOINTS@", endpoints))

    @property
    def config(self) -> pathlib.Path:
        return self.directory / "gateway.yaml"

    def vipgate(self, command: str, *words: object) -> str:
        """Runs one of vipgate's commands against the gateway; returns what it printed."""
        return self.run(*self.vipgate_line(command, *words))

    def vipgate_line(self, command: str, *words: object) -> list[object]:
        return [ROOT / "vipgate", command, "-c", self.config, *words]

    def start_vipgate(self, *under: str) -> None:
        """
        Returns when it serves. Like its systemd unit this records the end of vipgate, whatever the cause, for keepalived.
        ``under`` is a program that runs it.
        """
        flag = "/run/vipgate/stopped"
        self.run("mkdir", "-p", "/run/vipgate")
        (self.directory / "vipgate.log").unlink(missing_ok=True)
        self.spawn("vipgate", *under, ROOT / "vipgate", "run", "-c", self.config, at_end=f"echo 1 > {flag}")
        await_that(f"vipgate on {self.name} serves", 30, lambda: " serves " in self.vipgate_log() or not self.runs("vipgate"))
        if " serves " not in self.vipgate_log():
            raise TestkitError(f"vipgate on {self.name} did not start:\n{self.vipgate_log()}")
        self.run("sh", "-c", f"echo 0 > {flag}")

    def last_health(self) -> list[str]:
        """The last line of vipgate's log about each endpoint."""
        last = {}
        for line in self.vipgate_log().splitlines():
            found = re.search(r"endpoint (\S+?),? .*is (UP|DOWN|UNKNOWN).*", line)
            if found:
                last[found[1]] = found[0]
        return [last[endpoint] for endpoint in sorted(last)]

    def await_up(self, endpoints: int, seconds: float = 20) -> None:
        """Waits until the last log line of each endpoint, and of at least so many, says that it is UP."""
        await_that(f"{endpoints} endpoints are UP on {self.name}", seconds,
                   lambda: sum(" is UP" in line for line in self.last_health()) >= endpoints)

    def status(self) -> dict[str, object]:
        """What ``vipgate status`` prints."""
        return json.loads(self.vipgate("status", "--json"))

    def metrics(self) -> str:
        return self.run("curl", "-fsS", "-m", "5", "http://127.0.0.1:9181/metrics")

    def vipgate_log(self) -> str:
        return self.log("vipgate")

    def connect_times(self) -> list[float]:
        """How long each relay that has ended took to be connected, in seconds, by the access log."""
        return [float(number) / (1 if unit == "s" else 1000)
                for number, unit in re.findall(r" connect=([0-9.]+)(ms|s) ", self.log("relays"))]

    def await_log(self, pattern: str, seconds: float = 10, times: int = 1) -> float:
        return await_that(f"{pattern} in the log of {self.name}", seconds,
                          lambda: len(re.findall(pattern, self.vipgate_log())) >= times)

    def is_ready(self) -> bool:
        return self.succeeds("curl", "-fso", "/dev/null", "-m", "1", "http://127.0.0.1:9181/readyz")

    def start_keepalived(self, has_inner_virtual: bool = False) -> None:
        """The pair's own configuration."""
        for name in ("ready", "notify"):
            shutil.copy(ROOT / "deploy" / "keepalived" / name, self.directory / name)
        text = (ROOT / "deploy" / "keepalived" / "keepalived.conf").read_text().replace("/etc/keepalived/", f"{self.directory}/")
        if has_inner_virtual:
            text = text.replace("#$INNER_VIRTUAL", "$INNER_VIRTUAL")
        file = self.directory / "keepalived.conf"
        # keepalived must accept the file as it is shipped.
        file.write_text(text)
        self.run("keepalived", "--config-test", "--use-file", file, "--config-id", self.name)
        # The kernel reports the ends of processes in the first network namespace only; with track_process keepalived would
        # stay in FAULT here. The flag file, which it checks as well, has the same effect.
        block = text[text.index("vrrp_track_process"):text.index("# end of track_process")]
        file.write_text(text.replace(block, "").replace("    track_process {\n        vipgate_process\n    }\n", ""))
        run_keepalived(self, file, self.name)

    def holds_public(self) -> bool:
        return PUBLIC in self.addresses("outer")

    def take_public(self, is_taken: bool = True) -> None:
        """Adds or removes the public address, without VRRP."""
        self.ip("addr", "add" if is_taken else "del", f"{PUBLIC}/24", "dev", "outer")


def run_keepalived(host: Host, file: pathlib.Path, config_id: str) -> None:
    host.spawn("keepalived", "keepalived", "--dont-fork", "--log-console", "--log-detail", "--use-file", file,
               "--config-id", config_id)
