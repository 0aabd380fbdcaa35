"""A reload on trial: a mistake that nobody is left to confirm takes itself back."""

from __future__ import annotations

import re
import time

from lab.site.clients import Held, Request, Stream, answers, ask
from lab.site.machines import PUBLIC
from lab.site.topology import Site
from testkit.checks import check
from testkit.waiting import await_that

PER_SECOND = 50
#: Of connections that stay, through the listener that goes and comes back.
HELD = 50
TRIAL = 10.0
#: A request that takes longer has waited for something.
PROMPT = 0.9
WEB, SHOP = 80, 81


def play(lab: Site, _: object) -> None:
    """A configuration without its most important listener, on trial for 10 s and not confirmed"""
    lab.start_nodes("two-vips")
    lab.start_single(template="two-listeners.yaml")
    good = lab.gw1.config.read_text()
    wrong = re.sub(r"^  web: .*\n", "", good, flags=re.MULTILINE)
    with (Held(lab.client, PUBLIC, HELD) as held, Stream(lab.client, PUBLIC, PER_SECOND, port=WEB) as web,
          Stream(lab.client, PUBLIC, PER_SECOND, port=SHOP) as shop):
        time.sleep(1)
        lab.gw1.config.write_text(wrong)
        written = lab.gw1.config.stat()
        began = time.monotonic()
        said = lab.gw1.vipgate("reload", "--confirm", f"{TRIAL:.0f}s")
        applied = time.monotonic()
        check("the reload says what it changes, and that it goes back", "listeners.web" in said
              and "goes back unless confirmed by" in said)
        on_trial(lab, good)
        lab.gw1.await_log("taken back", TRIAL + 5)
        back = time.monotonic()
        check(f"the configuration before is back {back - applied:.1f} to {back - began:.1f} s after the reload "
              f"({TRIAL:.0f} s, and up to 1.5 s more)", back - applied <= TRIAL + 1.5 and back - began >= TRIAL)
        time.sleep(1.5)
        check(f"none of {HELD} connections that stay has ended", held.ended_so_far() == 0)
        kept, web_requests, shop_requests = held.outcomes(), web.requests(), shop.requests()
    taken_back(lab, wrong, written)
    served((began, applied), back, kept, web_requests, shop_requests)


def on_trial(lab: Site, good: str) -> None:
    """What is said meanwhile; and a second reload."""
    gateway = lab.gw1
    status = gateway.status()
    shown = re.search(r"^.*unless it is confirmed.*$", gateway.vipgate("status"), re.MULTILINE)
    check(f"status counts down: {shown[0].strip() if shown else None}", shown is not None and status["confirmBy"] is not None)
    check("and has one listener", [listener["name"] for listener in status["listeners"]] == ["shop"])
    wrong = gateway.config.read_text()
    gateway.config.write_text(good)
    check("a second reload meanwhile is refused", not gateway.succeeds(*gateway.vipgate_line("reload")))
    gateway.config.write_text(wrong)
    counted = answers(ask(lab.client, PUBLIC, 20))
    check(f"clients of the listener that is gone are refused at once: {dict(counted)}",
          all("refused" in answer for answer in counted))


def taken_back(lab: Site, wrong: str, written: object) -> None:
    """What is said afterwards, and that the file was left alone."""
    gateway = lab.gw1
    status = gateway.status()
    check("status: both listeners, and nothing on trial", status["confirmBy"] is None
          and sorted(listener["name"] for listener in status["listeners"]) == ["shop", "web"])
    check("the file on disk is as it was written", gateway.config.read_text() == wrong)
    line = next(line for line in gateway.vipgate_log().splitlines() if "taken back" in line)
    check(f"the log says which configuration holds: {line.partition('reload of ')[2]}",
          f"not confirmed within {TRIAL:.0f} s" in line and "the configuration before holds" in line)
    check("nothing can be confirmed any more", not gateway.succeeds(*gateway.vipgate_line("confirm")))


def served(changed: tuple[float, float], back: float, kept: list[dict[str, object]], web: list[Request],
           shop: list[Request]) -> None:
    """Every client that could be served was: those that stay, those of the other listener, and the rest before the change, which
    was between two moments, and after it was taken back."""
    lost = [one for one in kept if one["problem"]]
    asked = sum(int(str(one["requests"])) for one in kept)
    check(f"{len(kept)} connections of the listener that was gone were served on, {asked} requests {lost[:3]}",
          len(kept) == HELD and not lost and asked >= HELD * TRIAL)
    failed = [request for request in shop if request.failed]
    slowest = max(request.ended - request.begun for request in shop)
    check(f"the other listener: {len(failed)} of {len(shop)} failed, the slowest took {slowest:.2f} s {failed[:3]}",
          not failed and len(shop) >= PER_SECOND * TRIAL)
    outside = [request for request in web if request.failed and not (request.ended >= changed[0] and request.begun <= back)]
    # It is back a moment before the log says so.
    inside = [request for request in web if changed[1] < request.begun < back - 0.5]
    after = [request for request in web if request.begun > back]
    check(f"the listener itself: {sum(request.failed for request in inside)} of {len(inside)} failed while it was gone, "
          f"{len(outside)} before and after {outside[:3]}", not outside and len(after) >= PER_SECOND / 2
          and inside and all(request.failed for request in inside))
    hung = [request for request in inside if request.ended - request.begun > PROMPT]
    check(f"and were told so at once: {len(hung)} waited {hung[:3]}", not hung)
