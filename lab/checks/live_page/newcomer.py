"""What a newcomer does on the demo's page: every control, by mouse and by keyboard; and how the page looks."""

from __future__ import annotations

import time

from lab.checks.live_page.browser import Browser, Page
from lab.checks.live_page.demo import Clients, Demo
from lab.checks.live_page.elements import (EVENTS, LISTENER, MEAN_SECONDS, ONE, TWO, asked_only, has_no_errors, is_in_state,
                                           is_open, state, tab_to, text)
from testkit.checks import check



def newcomer(browser: Browser, demo: Demo, clients: Clients) -> None:
    time.sleep(5)
    opened = time.time()
    page = browser.open(demo.printed_address())
    check("the demo prints the page's address; both endpoints have a row",
          page.until(f"document.querySelector('{ONE}') && document.querySelector('{TWO}')"))
    check("the token has left the address bar", page.evaluate("location.href") == demo.address)
    page.until("document.querySelector('.u-over') !== null")
    oldest = page.evaluate("fetch('/api/v1/history').then(a => a.json()).then(h => h.times[0])")
    check("a fresh page shows what was before it was opened", oldest < opened - 3
          and page.until("document.querySelectorAll('figure canvas').length === 4"))
    check("both endpoints have their share, beside that by weight", page.until(
        f"/^(4|5|6)\\d %/.test({text(ONE + ' .share')}) && {text(ONE + ' .expected')} === 'by weight 50 %'"))

    drain_by_mouse(page, clients)
    change_weight(page)
    drain_by_keyboard(page)
    pause_listener(page, clients)
    stop_and_start(page, clients)
    appearance(page)
    check("no errors on the console, none against the content security policy", has_no_errors(page))
    check("nothing was requested from another host", asked_only(page, demo.address))
    page.close()


def drain_by_mouse(page: Page, clients: Clients) -> None:
    page.click(f"{ONE} [data-state=drain]")
    check("a click on Drain drains, without a question", page.until(is_in_state(ONE, "drain"), 5))
    answers = clients.within(3)
    check(f"the other one serves all new connections {dict(answers)}", set(answers) == {"nginx-2"})
    check("its share goes to zero, the other one's to all", page.until(
        f"{text(ONE + ' .share')} === '0 %' && {text(TWO + ' .share')} === '100 %'", MEAN_SECONDS + 5))
    check("the event is in the list", page.until(f"{EVENTS}.includes('nginx/nginx-1 is DRAIN')", 5))

    page.click(f"{TWO} [data-state=maint]")
    check("the last endpoint that takes clients is not taken out without a question", page.until(is_open("#confirm"), 3))
    page.press("Escape")
    check("Escape changes nothing", page.until("!" + is_open("#confirm"), 3) and state(page, TWO) == "ready")

    page.click(f"{ONE} [data-state=ready]")
    check("Ready takes it back", page.until(is_in_state(ONE, "ready"), 5)
          and set(clients.within(3)) == {"nginx-1", "nginx-2"})


def change_weight(page: Page) -> None:
    page.evaluate(f"document.querySelector('{ONE} .weight input').select()")
    page.click(f"{ONE} .weight input")
    page.evaluate(f"document.querySelector('{ONE} .weight input').select()")
    page.type("3")
    page.press("Enter")
    check("a weight is set, and marked as differing from the file",
          page.until(f"{text(ONE + ' .expected')} === 'by weight 75 %' && {text(ONE + ' .notes')}.includes('weight: 3')", 5))
    page.evaluate(f"document.querySelector('{ONE} .weight input').select()")
    page.type("1")
    page.press("Enter")
    check("and set back", page.until(f"{text(ONE + ' .expected')} === 'by weight 50 %'", 5))


def drain_by_keyboard(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    check("Tab reaches every control", tab_to(page, f"{TWO} [data-state=drain]"))
    check("the focus can be seen", page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid")
    page.press("Enter")
    check("Enter works it, and the focus stays", page.until(is_in_state(TWO, "drain"), 5)
          and page.evaluate(f"document.activeElement.matches('{TWO} [data-state=drain]')"))
    page.press("Tab", shift=True)
    page.press(" ")
    check("so does the space bar", page.until(is_in_state(TWO, "ready"), 5))


def pause_listener(page: Page, clients: Clients) -> None:
    page.click(f"{LISTENER} [data-state=paused]")
    check("a listener is not paused without a question", page.until(is_open("#confirm"), 3))
    page.press("Escape")
    check("Escape leaves it ready", page.until("!" + is_open("#confirm"), 3) and state(page, LISTENER) == "ready")
    page.click(f"{LISTENER} [data-state=paused]")
    page.until(is_open("#confirm"), 3)
    page.click("#confirm-yes")
    check("it is paused, and its row says how many wait", page.until(is_in_state(LISTENER, "paused"), 5)
          and page.until(f"/^for .*, [1-9][0-9]* clients wait$/.test({text(LISTENER + ' .held')})", 5))
    page.click(f"{LISTENER} [data-state=ready]")
    check("Ready serves them, without a question", page.until(is_in_state(LISTENER, "ready"), 5)
          and page.until(f"{text(LISTENER + ' .held')} === ''", 5) and clients.within(2).total() > 0)


def stop_and_start(page: Page, clients: Clients) -> None:
    failed_before = len(clients.failures)
    page.click("#demo-clients")
    check("a click starts clients", page.until(f"/served by nginx-1.*served by nginx-2/.test({text('#demo-answers')})"))
    page.click("#demo-backends li:first-child button")
    check("a backend that is stopped on the page is shown DOWN, by a word and not by colour alone",
          page.until(f"{text(ONE + ' td.health')}.includes('▼ down')", 15))
    check("with the event in the list", page.until(f"{EVENTS}.includes('nginx/nginx-1 is DOWN')", 5))
    answers = clients.within(2)
    # The demo's backend closes what it has accepted and not yet read, and the client has one request open at a time: the one
    # that is at the backend in that very instant is lost, whatever stands in front.
    cut = clients.failures[failed_before:]
    check(f"no client fails but one whose request was open when the backend stopped ({cut})",
          set(answers) == {"nginx-2"} and len(cut) <= 1
          and all("reset" in each.lower() or "without response" in each.lower() for each in cut))
    del clients.failures[failed_before:failed_before + len(cut)]
    page.click("#demo-backends li:first-child button")
    check("started again it comes back", page.until(f"{text(ONE + ' td.health')}.includes('▲ up')", 15)
          and page.until(f"{EVENTS}.includes('nginx/nginx-1 is UP')", 5))
    check("none of the page's own clients has failed", page.evaluate(f"/, 0 failed$/.test({text('#demo-answers')})"))
    page.click("#demo-clients")


def appearance(page: Page) -> None:
    back = "getComputedStyle(document.body).backgroundColor"
    page.theme("light")
    light = page.evaluate(back)
    page.theme("dark")
    dark = page.evaluate(back)
    check(f"light and dark follow the system ({light}, {dark})", light == "rgb(244, 245, 247)" and dark == "rgb(18, 21, 24)")
    for name in ("light", "dark"):
        page.theme(name)
        worst = page.evaluate(CONTRAST)
        check(f"{name}: contrast of text is 4.5 at least ({worst[0]:.1f}: {worst[1]})", worst[0] >= 4.5)
    page.evaluate("""(() => { const theme = document.querySelector('#theme'); theme.value = 'light';
        theme.dispatchEvent(new Event('change')); })()""")
    check("the switch overrides it", page.evaluate(back) == light)
    for width in (360, 768):
        page.size(width, 740, phone=True)
        time.sleep(0.5)
        check(f"no sideways scrolling at {width} px", page.evaluate("document.documentElement.scrollWidth") <= width)
    page.size(1400, 900)


#: The lowest contrast of a text with what is behind it (WCAG 2.2, 1.4.3), and where.
CONTRAST = """(() => {
  const parse = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => { for (let e = element; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor); if (color.length === 3) return color; } return [255, 255, 255]; };
  let worst = [99, ''];
  for (const element of document.querySelectorAll('body *')) {
    if (element.checkVisibility() && [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) {
      const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < worst[0]) worst = [contrast, element.outerHTML.slice(0, 80)];
    }
  }
  return worst;
})()"""
