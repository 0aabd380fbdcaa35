"""NGINX sees the client's own address, and what becomes of clients where that can't be. With the files of deploy/transparent."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from lab.site.machines import (INNER_VIRTUAL, INNER_VIRTUAL_6, PUBLIC, PUBLIC_6, VIP1, VIP1_6, VIP2, VIP2_6, GatewayHost)
from lab.site.topology import TRANSPARENT, Site, leave_no_rules
from testkit import ROOT, TestkitError
from testkit.checks import check
from testkit.hosts import Host
from testkit.waiting import await_that

SHIPPED = ROOT / "deploy" / "transparent"
#: What the unit with its drop-in leaves to vipgate, and nothing else.
AS_A_SERVICE = ("setpriv", "--bounding-set", "-all,+net_raw,+net_bind_service")
WITHOUT_CAPABILITY = ("setpriv", "--bounding-set", "-all,+net_bind_service")
FALLBACKS = "vipgate_pool_client_address_fallbacks_total"
TEMPLATE = "transparent.yaml"
#: Seconds until a probe has passed after two failures, and a little.
NOTICED = 8

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Family:
    """The site as clients of one family see it."""

    name: str
    public: str
    pool: str
    sources: Iterator[str]
    gateway: str
    neighbour: str


def families(gateway: GatewayHost) -> tuple[Family, Family]:
    return (Family("IPv4", PUBLIC, "nginx", (f"198.51.100.{i}" for i in itertools.count(20)), gateway.inner, "192.0.2.50"),
            Family("IPv6", f"[{PUBLIC_6}]", "nginx-6", (f"2001:db8:c:{i:x}::1" for i in itertools.count(20)), gateway.inner_6,
                   "2001:db8:1::50"))


def play(lab: Site, _: object) -> None:
    """NGINX sees the client's address: return route there, missing, taken away and back; hairpin; other family; the pair"""
    lab.start_nodes("two-vips")
    for node, vip in ((lab.a, VIP1_6), (lab.b, VIP2_6)):
        node.ip("-6", "addr", "add", f"{vip}/128", "dev", "inner", "nodad")
        node.ip("route", "del", "default")
    networkd(lab)
    for mode in ("prefer", "require"):
        single(lab, mode)
    no_capability(lab)
    pair(lab)


# ---- what NGINX has seen ----

def seen(lab: Site, client: Host, address: str, source: str | None = None, port: int = 80) -> str:
    """Asks once; the address that NGINX has logged for it, "" when there was no answer."""
    path = f"/{next(_numbers)}"
    words = ["curl", "-gsfo", "/dev/null", "-m", "4", *(["--interface", source] if source else [])]
    if not client.succeeds(*words, f"http://{address}:{port}{path}"):
        return ""
    # NGINX writes its line when it has sent the answer.
    await_that(f"NGINX logs {path}", 2, lambda: _logged(lab, path), 0.005)
    return " and ".join(_logged(lab, path))


def _logged(lab: Site, path: str) -> list[str]:
    logs = [(node.directory / "access.log").read_text() for node in (lab.a, lab.b)]
    return [line.split()[0] for log in logs for line in log.splitlines() if line.endswith(f" {path}")]


def ask(lab: Site, family: Family, count: int = 6) -> list[tuple[str, str]]:
    """Clients with an address each, and what NGINX has seen of each."""
    return [(source, seen(lab, lab.client, family.public, source)) for source in itertools.islice(family.sources, count)]


def all_seen(pairs: list[tuple[str, str]]) -> bool:
    return all(source == address for source, address in pairs)


def fallbacks(gateway: GatewayHost, reason: str) -> float:
    return sum(float(line.split()[-1]) for line in gateway.metrics().splitlines()
               if line.startswith(FALLBACKS) and f'reason="{reason}"' in line)


# ---- routes ----

def apply(host: Host, file: str, word: str, changes: dict[str, str]) -> None:
    """Does what ifupdown does with a file of deploy/transparent when the interface comes ``up``, or goes ``down``."""
    text = (SHIPPED / file).read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    for line in text.splitlines():
        if line.strip().startswith(f"{word} "):
            host.run("env", "IFACE=inner", "sh", "-c", line.strip().removeprefix(word))


def return_routes(lab: Site, word: str = "up", via: GatewayHost | None = None) -> None:
    """Of the endpoints: through a gateway alone, or through the inner virtual address of the pair."""
    for node, vip, vip_6 in ((lab.a, VIP1, VIP1_6), (lab.b, VIP2, VIP2_6)):
        changes = {VIP1_6: vip_6, VIP1: vip}
        if via:
            changes |= {INNER_VIRTUAL_6: via.inner_6, INNER_VIRTUAL: via.inner}
        apply(node, "endpoint.interfaces", word, changes)


def check_routing(gateway: GatewayHost) -> tuple[bool, str]:
    """Whether all is in place by ``vipgate check --routing``, and the script that it prints."""
    done = subprocess.run(gateway.inside(ROOT / "vipgate", "check", "--routing", gateway.directory / "gateway.yaml"),
                          capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout


def networkd(lab: Site) -> None:
    """The shipped file, read by the real systemd-networkd."""
    gateway, files = lab.gw2, lab.gw2.directory / "networkd"
    dropins = files / "10-inner.network.d"
    dropins.mkdir(parents=True, exist_ok=True)
    (files / "10-inner.network").write_text(f"[Match]\nName=inner\n\n[Network]\nAddress={gateway.inner}/24\n"
                                            f"Address={gateway.inner_6}/64\nIPv6AcceptRA=no\n")
    (dropins / "vipgate-transparent.conf").write_text((SHIPPED / "gateway.network.conf").read_text())
    # It needs a /run of its own, and a /sys that says that there is no udev.
    gateway.spawn("networkd", "unshare", "--mount", "sh", "-ec",
                  "mount -t tmpfs tmpfs /run; mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp;"
                  f" cp -r {files} /run/systemd/network; chown -R systemd-network: /run/systemd/netif;"
                  " mount -t tmpfs tmpfs /etc/systemd/network; mount -t sysfs -o ro sysfs /sys; exec /lib/systemd/systemd-networkd")
    gateway.write_config(template=TEMPLATE, more="clientAddress: require")
    await_that("networkd sets the rules up", 10, lambda: len(rules(gateway)) == 4)
    time.sleep(0.5)
    check("systemd-networkd with the shipped file: vipgate check --routing finds everything in place", check_routing(gateway)[0])
    gateway.stop("networkd")
    shutil.rmtree(files)
    leave_no_rules(gateway)
    apply(gateway, "gateway.interfaces", "up", {})
    check("and with the one for ifupdown", check_routing(gateway)[0])


def rules(gateway: GatewayHost) -> list[str]:
    return [line for family in ("-4", "-6") for line in gateway.ip(family, "rule", "show", "pref", TRANSPARENT).splitlines()]


# ---- a gateway by itself ----

def single(lab: Site, mode: str) -> None:
    gateway, prefers = lab.gw1, mode == "prefer"
    start(gateway, mode)
    if prefers:
        is_in_place, script = check_routing(gateway)
        check("vipgate warns at its start that this machine does not take replies", "will time out" in gateway.vipgate_log())
        check("check --routing says that rules are missing", not is_in_place)
        gateway.run("sh", "-e", input=script)
        check("and what it prints puts them in place", check_routing(gateway)[0])
    missing(lab, gateway, prefers)
    return_routes(lab, "up", gateway)
    if prefers:
        # It would try the clients' addresses again after a minute; of an endpoint that was DOWN nothing is remembered.
        for node in (lab.a, lab.b):
            node.stop_nginx()
        gateway.await_log("is DOWN", 10, 4)
        for node in (lab.a, lab.b):
            node.start_nginx()
        gateway.await_up(4)
    for family in families(gateway):
        check(f"{mode}: {family.name}: with the return route NGINX sees the clients: {count_seen(pairs := ask(lab, family))}",
              all_seen(pairs))
        address = seen(lab, lab.client, family.public, family.neighbour)
        check(f"{mode}: {family.name}: and one in the endpoints' own network: {address}", address == family.neighbour)
    hairpin(lab, gateway, prefers)
    other_family(lab, gateway, prefers)
    taken_away(lab, gateway, prefers)
    gateway.stop("vipgate")


def start(gateway: GatewayHost, mode: str, *under: str) -> None:
    if not gateway.holds_public():
        gateway.take_public()
        gateway.ip("-6", "addr", "add", f"{PUBLIC_6}/64", "dev", "outer", "nodad")
    gateway.write_config(template=TEMPLATE, more=f"clientAddress: {mode}")
    gateway.start_vipgate(*(under or AS_A_SERVICE))
    gateway.await_up(4)


def count_seen(pairs: list[tuple[str, str]]) -> str:
    return f"{sum(source == address for source, address in pairs)} of {len(pairs)}"


def missing(lab: Site, gateway: GatewayHost, prefers: bool) -> None:
    """No endpoint has the return route."""
    for family in families(gateway):
        pairs = ask(lab, family, 2)
        if prefers:
            check(f"prefer: {family.name}: without a return route the gateway's own address is used: {pairs}",
                  all(address == family.gateway for _, address in pairs))
        else:
            check(f"require: {family.name}: without a return route clients get no answer", not any(address for _, address in pairs))
        said = await_that(f"the log names the endpoints of {family.pool}", NOTICED, lambda: lost(lab, gateway, family))
        check(f"{family.name}: the log says after {said:.1f} s whose replies do not come back", True)
    if prefers:
        began = time.monotonic()
        answered = [ask(lab, family, 2) for family in families(gateway)]
        took = time.monotonic() - began
        check(f"prefer: and from then on nobody waits: {took:.1f} s for {2 * len(answered)} clients", took < 1)
        check("prefer: which are counted", fallbacks(gateway, "no_return") >= 2 * len(answered))


def lost(lab: Site, gateway: GatewayHost, family: Family) -> bool:
    """Whether the log has said so of both endpoints; until then another client asks."""
    said = set(re.findall(rf"pool {family.pool}: (\S+) answers probes, but not connections from", gateway.vipgate_log()))
    if len(said) < 2:
        ask(lab, family, 1)
    return len(said) == 2


def hairpin(lab: Site, gateway: GatewayHost, prefers: bool) -> None:
    before = fallbacks(gateway, "hairpin")
    for family in families(gateway):
        address = seen(lab, gateway, family.public)
        check(f"{family.name}: a client on the gateway itself: {address or 'refused'}",
              address == (family.gateway if prefers else ""))
    # The endpoints' machines have addresses of their own beside those of the endpoints.
    for family, options in zip(families(gateway), ((lab.a.address, VIP1), (lab.a.address_6, VIP1_6))):
        way = ("-6" if ":" in family.gateway else "-4", "route")
        lab.a.ip(*way, "replace", "default", "via", family.gateway, "dev", "inner")
        own, vip = options
        address = seen(lab, lab.a, family.public, vip)
        check(f"{family.name}: a client with an endpoint's address: {address or 'refused'}",
              address == (family.gateway if prefers else ""))
        got = [seen(lab, lab.a, family.public, own) for _ in range(4)]
        if prefers:
            check(f"{family.name}: a client on the machine of an endpoint is served, whichever it gets: {got}", all(got))
        pairs = ask(lab, family)
        check(f"{family.name}: and others are seen as before: {count_seen(pairs)}", all_seen(pairs))
        lab.a.ip(*way, "del", "default")
    check("which is counted", fallbacks(gateway, "hairpin") - before >= 4)


def other_family(lab: Site, gateway: GatewayHost, prefers: bool) -> None:
    source = next(families(gateway)[1].sources)
    began = time.monotonic()
    address = seen(lab, lab.client, f"[{PUBLIC_6}]", source, 81)
    check(f"an IPv6 client to IPv4 endpoints: {address or 'refused'} after {time.monotonic() - began:.1f} s",
          address == (gateway.inner if prefers else "") and time.monotonic() - began < 1 and fallbacks(gateway, "family") > 0)


def taken_away(lab: Site, gateway: GatewayHost, prefers: bool) -> None:
    return_routes(lab, "down")
    for family in families(gateway):
        pairs = ask(lab, family, 2)
        if prefers:
            check(f"prefer: {family.name}: the return route is taken away, and nobody fails: {pairs}", all(a for _, a in pairs))
        else:
            check(f"require: {family.name}: the return route is taken away: nobody is served under another address",
                  not any(a for _, a in pairs))
    if not prefers:
        return_routes(lab, "up", gateway)
        for family in families(gateway):
            pairs = ask(lab, family)
            check(f"require: {family.name}: and is back: {count_seen(pairs)}", all_seen(pairs))
        return_routes(lab, "down")


def no_capability(lab: Site) -> None:
    gateway = lab.gw1
    start(gateway, "prefer", *WITHOUT_CAPABILITY)
    check("prefer without CAP_NET_RAW: it starts, and says what to do",
          re.search("WARN.*CAP_NET_RAW", gateway.vipgate_log()) is not None)
    for family in families(gateway):
        pairs = ask(lab, family, 2)
        check(f"prefer without CAP_NET_RAW: {family.name}: the gateway's own address: {pairs}",
              all(address == family.gateway for _, address in pairs))
    check("which is counted", fallbacks(gateway, "permission") >= 4)
    gateway.stop("vipgate")
    gateway.write_config(template=TEMPLATE, more="clientAddress: require")
    try:
        gateway.start_vipgate(*WITHOUT_CAPABILITY)
        check("require without CAP_NET_RAW: it does not start", False)
    except TestkitError as error:
        check("require without CAP_NET_RAW: it does not start, and says what to do",
              "AmbientCapabilities=CAP_NET_RAW" in str(error))


# ---- the pair ----

def pair(lab: Site) -> None:
    lab.gw1.take_public(False)
    lab.gw1.ip("-6", "addr", "del", f"{PUBLIC_6}/64", "dev", "outer")
    return_routes(lab)
    for gateway in lab.gateways:
        gateway.write_config(template=TEMPLATE, more="clientAddress: require")
        gateway.start_vipgate(*AS_A_SERVICE)
    for gateway in lab.gateways:
        gateway.start_keepalived(has_inner_virtual=True)
        await_that("the first gateway is active", 15, lambda: holds_both(lab.gw1))
    for gateway in lab.gateways:
        gateway.await_up(4)
        await_that(f"{gateway.name} is ready", 5, gateway.is_ready)
    check("the pair: the standby's own probes get their answers", "is DOWN" not in lab.gw2.vipgate_log())
    for family in families(lab.gw1):
        pairs = ask(lab, family)
        check(f"the pair: {family.name}: NGINX sees the clients: {count_seen(pairs)}", all_seen(pairs))
    lab.gw1.signal("vipgate", "KILL")
    killed_at = time.monotonic()
    await_that("both addresses move", 5, lambda: holds_both(lab.gw2) and not holds_both(lab.gw1))
    for family in families(lab.gw2):
        await_that(f"{family.name}: somebody is served", 5, lambda: ask(lab, family, 1)[0][1])
        pairs = ask(lab, family)
        check(f"the pair: {family.name}: {time.monotonic() - killed_at:.1f} s after the first was killed NGINX sees the clients"
              f" of the second: {count_seen(pairs)}", all_seen(pairs))


def holds_both(gateway: GatewayHost) -> bool:
    return gateway.holds_public() and INNER_VIRTUAL in gateway.addresses("inner")
