// What has happened last, newest first.

import { keep, make, setAttribute, setText } from "./dom.js";
import { clock } from "./format.js";

const SIGNS = [[/\bDOWN\b|refused|failed/, "down", "▼"], [/\bUP\b/, "up", "▲"]];

function create({ at, text }) {
  const [, kind, sign] = SIGNS.find(([pattern]) => pattern.test(text)) ?? [null, "plain", "•"];
  const words = make("span");
  setText(words, text);
  const date = new Date(at);
  const time = make("time", { datetime: at, title: date.toLocaleString() }, clock(date.getTime()));
  return { element: make("li", { class: kind }, time, make("span", { class: "sign", "aria-hidden": "true" }, sign), words) };
}

export function showEvents(list, events) {
  keep(list, events.toReversed(), event => `${event.at} ${event.text}`, create, () => {});
  // Those that were there before are no news.
  setAttribute(list, "aria-live", "polite");
}
