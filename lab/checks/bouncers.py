"""Real programs that ban, against a gateway: fail2ban with deploy/fail2ban, and CrowdSec's custom bouncer with deploy/crowdsec,
which asks a stand-in for CrowdSec's API. A real client is turned away, its open relay reset, and served again.

On loopback. Needs the jar (target/vipgate.jar), Python 3.11, curl, fail2ban and crowdsec-custom-bouncer.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

from lab.checks.loopback import Endpoint
from testkit import ROOT, commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port
from testkit.processes import stop
from testkit.waiting import holds_within

BAD, GOOD = "127.0.0.66", "127.0.0.77"
TOOLS = {"curl": "curl", "fail2ban-server": "fail2ban", "fail2ban-client": "fail2ban",
         "crowdsec-custom-bouncer": "crowdsec-custom-bouncer"}


class Site:
    """A gateway with one endpoint, and who asks it."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.endpoint = Endpoint("1")
        self.socket = directory / "admin.sock"
        self.gateway = Gateway(self.config())

    def config(self) -> str:
        return (f'listeners: {{ web: {{ bind: "127.0.0.1:{self.port}", pool: p }} }}\n'
                f'pools: {{ p: {{ probe: {{ type: none }}, endpoints: {{ one: "127.0.0.1:{self.endpoint.port}" }} }} }}\n'
                f'admin: {{ bind: ["unix:{self.socket}"], tokenFile: {self.directory / "token"} }}\n'
                f"stateFile: {self.directory / 'state'}\n")

    def access(self) -> str:
        """What lets curl in."""
        return f"--unix-socket {self.socket}"

    def connect(self, address: str) -> socket.socket:
        """A client that has been answered."""
        client = socket.create_connection(("127.0.0.1", self.port), 10, (address, 0))
        try:
            client.settimeout(10)
            if client.recv(1) != b"1":
                raise ConnectionError("no answer")
            return client
        except OSError:
            client.close()
            raise

    def is_served(self, address: str) -> bool:
        try:
            self.connect(address).close()
            return True
        except OSError:
            return False

    def blocks(self) -> dict[str, dict[str, str | None]]:
        """By network."""
        answer = commands.run("curl", "-fsS", "--unix-socket", self.socket, "http://localhost/api/v1/blocks?limit=1000")
        return {block["network"]: block for block in json.loads(answer)["blocks"]}

    def check_open_relay_ends(self, client: socket.socket, who: str) -> None:
        try:
            ended = client.recv(1) == b""
        except ConnectionResetError:
            ended = True
        except TimeoutError:
            ended = False
        check(f"{who}: the open relay of who is banned is reset", ended)

    def close(self) -> None:
        self.gateway.close()
        self.endpoint.close()


# ---- fail2ban ----


class Fail2ban:
    """fail2ban with one jail, on a configuration of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.directory = site.directory / "fail2ban"
        self.watched = site.directory / "auth.log"
        self.watched.touch()
        (self.directory / "action.d").mkdir(parents=True)
        (self.directory / "filter.d").mkdir()
        shutil.copy(ROOT / "deploy/fail2ban/action.d/vipgate.conf", self.directory / "action.d")
        self.write("fail2ban.conf", f"[Definition]\nloglevel = INFO\nlogtarget = {self.directory}/log\n"
                   f"syslogsocket = auto\nsocket = {self.directory}/sock\npidfile = {self.directory}/pid\n"
                   "dbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\nallowipv6 = auto\n")
        self.write("filter.d/probe.conf", "[Definition]\nfailregex = bad login from <HOST>$\n"
                   "datepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\n")
        self.write("jail.conf", "[DEFAULT]\nbackend = polling\nmaxretry = 2\nfindtime = 1h\nbantime = 1h\n"
                   "ignoreip =\nignoreself = false\nusedns = no\nlogencoding = utf-8\n"
                   f'banaction = vipgate[access="{site.access()}"]\n'
                   "[probe]\nenabled = true\nfilter = probe\n"
                   f"logpath = {self.watched}\naction = %(banaction)s\n")
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    def start(self) -> None:
        self.process = subprocess.Popen(["fail2ban-server", "-c", self.directory, "-f", "start"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not holds_within(20, lambda: "Jail 'probe' started" in self.log()):
            raise RuntimeError(f"fail2ban did not start:\n{self.log()}")

    def log(self) -> str:
        log = self.directory / "log"
        return log.read_text() if log.exists() else ""

    def client(self, *words: str) -> str:
        return commands.run("fail2ban-client", "-c", self.directory, *words, timeout=60)

    def bad_login(self, address: str, times: int) -> None:
        with self.watched.open("a") as log:
            for _ in range(times):
                log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} bad login from {address}\n")

    def close(self) -> None:
        if self.process is not None:
            stop(self.process, 20)


def fail2ban(site: Site) -> None:
    check("fail2ban: its client finds the configuration valid", "successful" in Fail2ban.client(jail := Fail2ban(site), "-t"))
    with contextlib.closing(jail):
        jail.start()
        client = site.connect(BAD)
        jail.bad_login(BAD, 3)
        check("fail2ban: who is in the log too often is turned away",
              holds_within(20, lambda: not site.is_served(BAD)))
        site.check_open_relay_ends(client, "fail2ban")
        check("fail2ban: others are served", site.is_served(GOOD))
        block = site.blocks()[BAD]
        check(f"fail2ban: the block has its reason ({block['why']}) and the ban's end",
              block["why"] == "fail2ban probe" and block["until"] is not None)
        jail.client("set", "probe", "banip", "2001:db8::66")
        jail.client("set", "probe", "banip", "192.0.2.0/28")
        check("fail2ban: IPv6 and networks are blocked alike",
              holds_within(10, lambda: {"2001:db8::66", "192.0.2.0/28"} <= site.blocks().keys()))
        jail.client("set", "probe", "bantime", "10y")
        jail.client("set", "probe", "banip", "192.0.2.77")
        check("fail2ban: a ban longer than a block can be lasts as long as one can",
              holds_within(10, lambda: "192.0.2.77" in site.blocks()))
        jail.client("set", "probe", "bantime", "3600")
        jail.client("set", "probe", "unbanip", BAD)
        check("fail2ban: who is unbanned is served", holds_within(10, lambda: site.is_served(BAD)))
        check_restart(site, jail)
        check("fail2ban: no action failed", "ERROR" not in jail.log())
    check("fail2ban: its end lifts its bans", holds_within(10, lambda: not site.blocks()))


def check_restart(site: Site, jail: Fail2ban) -> None:
    """The gateway is away for some seconds when a ban, and an unban of what has expired by itself, come."""
    jail.client("set", "probe", "bantime", "1")
    jail.client("set", "probe", "banip", GOOD)
    check("fail2ban: a ban is a block", holds_within(10, lambda: GOOD in site.blocks()))
    jail.client("set", "probe", "bantime", "3600")
    site.gateway.close()
    waiting = threading.Thread(target=jail.client, args=("set", "probe", "banip", BAD))
    waiting.start()
    time.sleep(3)
    site.gateway = Gateway(site.config())
    waiting.join()
    check("fail2ban: a ban while the gateway restarts is not lost", holds_within(20, lambda: BAD in site.blocks()))
    check("fail2ban: those before the restart are kept", "192.0.2.0/28" in site.blocks())
    check("fail2ban: a ban that is over is served", holds_within(20, lambda: site.is_served(GOOD)))


# ---- CrowdSec ----


class Decisions:
    """Stands in for CrowdSec's local API, and tells the bouncer what it is to do."""

    def __init__(self) -> None:
        self.present: list[dict[str, object]] = []
        self.changes: list[tuple[list[dict[str, object]], list[dict[str, object]]]] = []
        self.asked = 0
        decisions = self

        class Api(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 - its name is given
                decisions.asked += 1
                if "startup=true" in self.path:
                    new, deleted = decisions.present, []
                    decisions.changes.clear()
                else:
                    new, deleted = decisions.changes.pop(0) if decisions.changes else ([], [])
                body = json.dumps({"new": new, "deleted": deleted}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:  # noqa: N802 - its name is given
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Api)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def decision(value: str, scope: str = "Ip", duration: str = "1h0m0s") -> dict[str, object]:
        return {"id": 1, "origin": "cscli", "type": "ban", "scope": scope, "value": value, "duration": duration,
                "scenario": "manual 'ban' from \"here\"; $(false)"}

    def add(self, *decisions: dict[str, object]) -> None:
        self.present += decisions
        self.changes.append((list(decisions), []))

    def delete(self, *decisions: dict[str, object]) -> None:
        self.present = [each for each in self.present if each not in decisions]
        self.changes.append(([], list(decisions)))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def bouncer(site: Site, decisions: Decisions) -> Iterator[pathlib.Path]:
    """CrowdSec's custom bouncer; gives its log."""
    log = site.directory / "bouncer.log"
    file = site.directory / "bouncer.yaml"
    file.write_text(f"bin_path: {ROOT}/deploy/crowdsec/vipgate-bouncer\nfeed_via_stdin: false\ntotal_retries: 0\n"
                    f"scenarios_containing: []\nscenarios_not_containing: []\norigins: []\npiddir: {site.directory}/\n"
                    "update_frequency: 1s\ncache_retention_duration: 1s\ndaemonize: false\nlog_mode: stdout\n"
                    f"log_level: info\napi_url: http://127.0.0.1:{decisions.server.server_port}/\napi_key: none\n"
                    "prometheus: { enabled: false }\n")
    with log.open("a") as out:
        process = subprocess.Popen(["crowdsec-custom-bouncer", "-c", file], stdout=out, stderr=out,
                                   env={**os.environ, "VIPGATE_ACCESS": site.access()})
        try:
            yield log
        finally:
            stop(process, 10)


def crowdsec(site: Site) -> None:
    decisions = Decisions()
    address, network = Decisions.decision(BAD), Decisions.decision("2001:db8:7::/48", "Range")
    long, country = Decisions.decision("192.0.2.0/24", "Range", "999999h0m0s"), Decisions.decision("FR", "Country")
    with contextlib.closing(decisions):
        with bouncer(site, decisions) as log:
            client = site.connect(BAD)
            decisions.add(address, network, long, country)
            check("CrowdSec: who is to be banned is turned away", holds_within(20, lambda: not site.is_served(BAD)))
            site.check_open_relay_ends(client, "CrowdSec")
            check("CrowdSec: others are served", site.is_served(GOOD))
            check("CrowdSec: networks and very long bans are blocks too",
                  holds_within(10, lambda: {"2001:db8:7::/48", "192.0.2.0/24"} <= site.blocks().keys()))
            why = site.blocks()[BAD]["why"]
            check(f"CrowdSec: the reason is text ({why})", why == "crowdsec manual ban from here false")
            check("CrowdSec: a country is refused, and the bouncer's log says what is expected",
                  holds_within(10, lambda: "network: FR (expected: an address or a network" in log.read_text()))
            decisions.delete(address)
            check("CrowdSec: who is pardoned is served", holds_within(20, lambda: site.is_served(BAD)))
            decisions.delete(address)
            asked = decisions.asked
            check("CrowdSec: a second pardon", holds_within(10, lambda: decisions.asked > asked + 1))
        before = site.blocks()
        with bouncer(site, decisions):
            check("CrowdSec: a bouncer that starts again sends all again, and nothing is blocked twice",
                  holds_within(20, lambda: site.blocks().keys() == before.keys()
                               and site.blocks()["2001:db8:7::/48"]["until"] != before["2001:db8:7::/48"]["until"]))
        errors = [line for line in log.read_text().splitlines() if "level=error" in line]
        check("CrowdSec: nothing but the country failed", bool(errors) and all("FR" in line for line in errors))


def main() -> int:
    commands.argument_parser("lab/checks/bouncers", __doc__).parse_args()
    commands.search_system_directories()
    lacking = [line for line in commands.missing(TOOLS) if line != "root"]
    commands.require_nothing_missing("lab/checks/bouncers", lacking)
    with tempfile.TemporaryDirectory() as directory, contextlib.closing(Site(pathlib.Path(directory))) as site:
        fail2ban(site)
        crowdsec(site)
    return summary()


if __name__ == "__main__":
    sys.exit(main())
