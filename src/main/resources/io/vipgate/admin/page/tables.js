// Listeners, and the endpoints of each pool.

import { chooseLines, forgetColors, PoolCharts, sketch } from "./charts.js";
import { Controls, isUsable, ListenerControls } from "./controls.js";
import { keep, make, setAttribute, setText } from "./dom.js";
import { bytes, count, duration, percent, rate } from "./format.js";
import { Rebalance } from "./homing.js";

/** In larger pools a share is drawn beside the largest one: beside the whole there is nothing to see. */
const MAX_OF_WHOLE = 8;
const LINES_STAY_MILLIS = 60000;
const SIGNS = { up: "▲", down: "▼", unknown: "?" };

/** A table; each column is `{ title, kind }`. On a narrow screen each cell says its column's title. */
export class Table {
  constructor(caption, columns) {
    this.columns = columns;
    this.body = make("tbody", { role: "rowgroup" });
    const titles = columns.map(({ title, kind }) => make("th", { scope: "col", role: "columnheader", class: kind }, title));
    // The roles say what the narrow screen's display: grid would take away.
    this.element = make("table", { role: "table" }, make("caption", {}, caption),
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...titles)), this.body);
  }

  row(cells) {
    return make("tr", { role: "row" }, ...cells.map((cell, i) => {
      const { title, kind } = this.columns[i];
      return i === 0
        ? make("th", { scope: "row", role: "rowheader", class: kind }, ...cell)
        : make("td", { role: "cell", class: kind, "data-title": title }, ...cell);
    }));
  }
}

/** Texts of a row that change, by name. */
export function texts(...names) {
  return Object.fromEntries(names.map(name => [name, make("span", { class: name })]));
}

const small = element => {
  element.classList.add("small");
  return element;
};

// ---- listeners ----

const LISTENER_COLUMNS = [{ title: "Listener" }, { title: "State", kind: "state" }, { title: "Address" }, { title: "Pool" }, { title: "Open", kind: "number" },
  { title: "Max", kind: "number" }, { title: "Waiting", kind: "number" }, { title: "Accepted/s", kind: "number" }, { title: "Refused/s", kind: "number" },
  { title: "Accepted", kind: "number" }, { title: "Refused", kind: "number" }, { title: "Trend of accepted/s", kind: "sketch" }];

/** Counts by reason, as text. */
function list(counts) {
  return Object.entries(counts).map(([reason, number]) => `${reason} ${count(number)}`).join(", ");
}

/** Why clients were refused, and would have been but for a dry run. */
function reasons(listener) {
  const dryRun = list(listener.wouldRefuseBy);
  return list(listener.refusedBy) + (dryRun ? ` dry run: ${dryRun}` : "");
}

/** The pools that clients may be led to by their ClientHello, and what has led them. */
function routing(tls) {
  return tls ? ` ${tls.pools.slice(1).join(", ")} ${list(tls.hellosBy)}` : "";
}

/** Of a pool that hedges: after how long, and how many of those that it may. */
function hedging({ connect }) {
  if (!connect?.hedges) {
    return "";
  }
  const budget = connect.hedges;
  const most = budget.most === undefined ? "" : ` of ${count(budget.most)}`;
  return `, hedged after ${connect.hedgeDelayMillis} ms (${count(budget.used)}${most} in 10 s, ${count(connect.hedgesBy.won ?? 0)} won)`;
}

/** Of a listener that takes nobody: since when, and how many wait. */
function held(listener, now) {
  return listener.state === "ready" ? "" : `for ${duration(now - Date.parse(listener.stateSince))}`
    + `${listener.state === "paused" ? `, ${count(listener.queued)} clients wait` : ""}`;
}

/** Of an endpoint that is down: what is left of the time that its connections have. */
function draining(endpoint) {
  return endpoint.drainLeftSeconds === null ? "" : `, draining ${count(endpoint.connections)}, ${Math.round(endpoint.drainLeftSeconds)} s left`;
}

export class Listeners {
  constructor(history) {
    this.history = history;
    this.table = new Table("Listeners", LISTENER_COLUMNS);
    this.element = this.table.element;
  }

  show(status, now) {
    keep(this.table.body, status.listeners, listener => listener.name, listener => this.#create(listener),
      (row, listener) => this.#update(row, listener, now));
  }

  #create(listener) {
    const row = texts("name", "held", "address", "pool", "routing", "open", "max", "waiting", "acceptedRate", "refusedRate", "accepted", "refused",
      "reasons");
    row.sketch = make("canvas", { "aria-hidden": "true" });
    row.controls = new ListenerControls(listener.name);
    row.element = this.table.row([[row.name], [row.controls.state, small(row.held), row.controls.message], [row.address], [row.pool, small(row.routing)], [row.open], [row.max], [row.waiting],
      [row.acceptedRate], [row.refusedRate], [row.accepted], [row.refused, small(row.reasons)], [row.sketch]]);
    return row;
  }

  #update(row, listener, now) {
    setAttribute(row.element, "data-listener", listener.name);
    setText(row.name, listener.name);
    row.controls.update(listener.state);
    setText(row.held, held(listener, now));
    setText(row.address, listener.addresses.join(", "));
    setText(row.pool, listener.pool);
    setText(row.routing, routing(listener.tls));
    setText(row.open, count(listener.connections));
    setText(row.max, count(listener.maxConnections));
    setText(row.waiting, count(listener.waiting));
    setText(row.acceptedRate, rate(listener.acceptedPerSecond));
    setText(row.refusedRate, rate(listener.refusedPerSecond));
    row.refusedRate.classList.toggle("bad", listener.refusedPerSecond > 0);
    setText(row.accepted, count(listener.accepted));
    setText(row.refused, count(listener.refused));
    setText(row.reasons, reasons(listener));
    sketch(row.sketch, this.history.times, this.history.listener(listener.name)?.acceptedPerSecond);
  }
}

// ---- endpoints ----

const ENDPOINT_COLUMNS = [{ title: "Endpoint" }, { title: "State", kind: "state" }, { title: "Health", kind: "health" },
  { title: "Weight", kind: "weights" }, { title: "Share of new", kind: "shares" }, { title: "Open", kind: "number" },
  { title: "New/s", kind: "number" }, { title: "Failed/s", kind: "number" }, { title: "In/s", kind: "number" },
  { title: "Out/s", kind: "number" }, { title: "Trend of new/s", kind: "sketch" }, { title: "Last probe", kind: "probe" }];

/** A pool: its graphs and its endpoints. */
class PoolView {
  constructor(history, name) {
    this.history = history;
    this.name = name;
    this.charts = new PoolCharts(history, name);
    this.table = new Table(`Endpoints of pool ${name}`, ENDPOINT_COLUMNS);
    this.about = make("span", { class: "about" });
    const title = make("h2", {}, "Pool ", make("span", {}), " ", this.about);
    setText(title.querySelector("span"), name);
    this.homing = new Rebalance(name);
    this.element = make("section", { "aria-label": `pool ${name}` }, title, this.homing.element, this.charts.element,
      this.table.element);
  }

  show(pool, now) {
    const usable = pool.endpoints.filter(isUsable);
    const pins = pool.pins ? `, ${count(pool.pins.count)} pins` : "";
    setText(this.about, `${pool.balance}, probe ${pool.probe}, ${usable.length} of ${pool.endpoints.length} `
      + `endpoints take clients${pins}${hedging(pool)}`);
    this.homing.update(pool.rebalance);
    const lines = this.#chooseLines(pool, now);
    this.charts.show(lines);
    // Backups share only among themselves, and only when nobody else is there.
    const primaries = usable.filter(endpoint => !endpoint.backup);
    const chosen = primaries.length > 0 ? primaries : usable;
    const weights = chosen.reduce((sum, endpoint) => sum + endpoint.weight * endpoint.ramp, 0);
    const due = endpoint => (chosen.includes(endpoint) && weights > 0 ? endpoint.weight * endpoint.ramp / weights : 0);
    const full = pool.endpoints.length <= MAX_OF_WHOLE
      ? 1 : Math.max(...pool.endpoints.flatMap(endpoint => [endpoint.share ?? 0, due(endpoint)])) || 1;
    keep(this.table.body, pool.endpoints, endpoint => endpoint.label, endpoint => this.#create(endpoint), (row, endpoint) => {
      this.#update(row, pool, endpoint, now);
      this.#showShare(row, endpoint.share, due(endpoint), full);
      setAttribute(row.swatch, "class", `swatch ${swatch(lines.labels.indexOf(endpoint.label))}`);
    });
  }

  /** The busiest of many change all the time; the graphs shall not. */
  #chooseLines(pool, now) {
    const labels = pool.endpoints.map(endpoint => endpoint.label);
    const known = JSON.stringify(labels);
    if (known !== this.known || now - this.chosenAt > LINES_STAY_MILLIS) {
      this.known = known;
      this.chosenAt = now;
      this.lines = chooseLines(this.history, pool.name, labels);
    }
    return this.lines;
  }

  #create(endpoint) {
    const row = texts("name", "address", "notes", "health", "since", "share", "expected", "open", "newRate", "failedRate",
      "inRate", "outRate", "result", "ago");
    row.controls = new Controls(this.name, endpoint);
    row.swatch = make("i", { class: "swatch", "aria-hidden": "true" });
    row.bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span", { class: "has" }), make("span", { class: "due" }));
    row.sketch = make("canvas", { "aria-hidden": "true" });
    row.element = this.table.row([[row.swatch, row.name, small(row.address), small(row.notes)],
      [row.controls.state, row.controls.message], [row.health, small(row.since)], [row.controls.weight],
      [row.share, small(row.expected), row.bar], [row.open], [row.newRate], [row.failedRate], [row.inRate], [row.outRate],
      [row.sketch], [row.result, small(row.ago)]]);
    const focus = label => () => this.charts.focus(label);
    row.element.addEventListener("mouseenter", focus(endpoint.label));
    row.element.addEventListener("mouseleave", focus(null));
    return row;
  }

  #showShare(row, share, due, full) {
    setText(row.share, share === null ? "–" : percent(share));
    setText(row.expected, `by weight ${percent(due)}`);
    row.bar.children[0].style.width = `${(share ?? 0) / full * 100}%`;
    row.bar.children[1].style.left = `${due / full * 100}%`;
  }

  #update(row, pool, endpoint, now) {
    row.controls.update(pool, endpoint);
    setAttribute(row.element, "data-endpoint", `${pool.name}/${endpoint.label}`);
    setText(row.name, endpoint.label);
    setText(row.address, endpoint.address);
    setText(row.notes, notes(endpoint));
    setText(row.health, `${SIGNS[endpoint.health]} ${endpoint.health}${endpoint.suspect ? ", suspect" : ""}${draining(endpoint)}`);
    setAttribute(row.health, "class", endpoint.suspect && endpoint.health !== "down" ? "warn" : endpoint.health);
    setText(row.since, endpoint.healthSince ? `for ${duration(now - Date.parse(endpoint.healthSince))}` : "");
    setText(row.open, count(endpoint.connections) + (endpoint.maxConnections > 0 ? ` of ${count(endpoint.maxConnections)}` : ""));
    setText(row.newRate, rate(endpoint.connectionsPerSecond));
    setText(row.failedRate, rate(endpoint.failuresPerSecond));
    row.failedRate.classList.toggle("bad", endpoint.failuresPerSecond > 0);
    setText(row.inRate, bytes(endpoint.bytesToBackendPerSecond));
    setText(row.outRate, bytes(endpoint.bytesToClientPerSecond));
    sketch(row.sketch, this.history.times, this.history.endpoint(pool.name, endpoint.label)?.connectionsPerSecond);
    showProbe(row, endpoint, now);
  }

  end() {
    this.charts.end();
  }
}

function swatch(line) {
  return line < 0 ? "none" : `line-${line + 1}`;
}

function notes(endpoint) {
  const said = [...endpoint.overrides.map(override => `overrides the file: ${override}`)];
  if (endpoint.backup) {
    said.unshift("backup");
  }
  if (endpoint.ramp < 1) {
    said.push(`slow start at ${percent(endpoint.ramp)}`);
  }
  return said.join("; ");
}

function showProbe(row, endpoint, now) {
  const probe = endpoint.lastProbe;
  if (!probe) {
    setText(row.result, endpoint.probed ? "none yet" : "not probed");
    setText(row.ago, "");
    row.result.classList.remove("bad");
    return;
  }
  const hasPassed = probe.result === "pass";
  setText(row.result, hasPassed ? `pass in ${probe.millis} ms` : `${probe.result}: ${probe.cause}`);
  row.result.classList.toggle("bad", !hasPassed);
  const age = now - Date.parse(probe.at);
  setText(row.ago, age < 3000 ? "just now" : `${duration(age)} ago`);
}

export class Pools {
  #views = [];

  constructor(history, parent) {
    this.history = history;
    this.parent = parent;
  }

  show(status, now) {
    this.#views = keep(this.parent, status.pools, pool => pool.name, pool => new PoolView(this.history, pool.name),
      (view, pool) => view.show(pool, now));
  }

  /** In other colours. */
  repaint() {
    forgetColors();
    this.#views.forEach(view => view.charts.repaint());
  }
}
