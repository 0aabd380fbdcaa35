// Wires the page: one feed, and what shows it.

import { Blocks } from "./blocks.js";
import { hasToken, setToken, takeTokenFromAddress } from "./calls.js";
import { offerDemo } from "./demo.js";
import { change } from "./dialogs.js";
import { keep, make, setText } from "./dom.js";
import { showEvents } from "./events.js";
import { follow } from "./feed.js";
import { bytes, clock, count, duration, rate } from "./format.js";
import { History } from "./history.js";
import { Listeners, Pools } from "./tables.js";
import { offerThemes } from "./theme.js";

const SILENCE_MILLIS = 4000;

const find = id => document.getElementById(id);
const history = new History();
const listeners = new Listeners(history);
const pools = new Pools(history, find("pools"));
const blocks = new Blocks(find("blocks"));
let heardAt = Date.now();
/** When the status came that is shown. */
let toldAt = heardAt;
let version;
/** What was left of a configuration's trial when the gateway was last heard, by its own clock; null when none waits. */
let trialMillis = null;

function show(status) {
  heardAt = Date.now();
  toldAt = heardAt;
  tellSilence();
  version ??= status.version;
  const now = Date.parse(status.at);
  trialMillis = status.confirmBy === null ? null : Date.parse(status.confirmBy) - now;
  tellTrial();
  showHead(status, now);
  showNotices(status);
  listeners.show(status, now);
  pools.show(status, now);
  blocks.show(status, now);
  showEvents(find("events"), status.events);
}

function showHead(status, now) {
  const state = status.stopping ? "stopping" : status.ready ? "ready" : "not ready";
  setText(find("state"), `${status.ready ? "▲" : "▼"} ${state}`);
  find("state").className = status.ready ? "sign up" : "sign down";
  const endpoints = status.pools.flatMap(pool => pool.endpoints);
  const total = (items, name) => items.reduce((sum, item) => sum + item[name], 0);
  setText(find("about"), [`${count(status.openRelays)} of ${count(status.maxRelays)} relays open`,
    `${rate(total(status.listeners, "acceptedPerSecond"))} clients/s`,
    `${bytes(total(endpoints, "bytesToBackendPerSecond"))}/s in, ${bytes(total(endpoints, "bytesToClientPerSecond"))}/s out`,
    `version ${status.version}, pid ${status.pid}, up ${duration(now - Date.parse(status.startedAt))}`].join("  ·  "));
  const down = endpoints.filter(endpoint => endpoint.health === "down").length;
  document.title = down > 0 ? `▼ ${down} down – vipgate` : `vipgate: ${state}`;
}

function showNotices(status) {
  const notices = [...status.reasons.map(reason => `not ready: ${reason}`),
    ...status.needRestart.map(text => `requires a restart: ${text}`),
    ...status.pools.flatMap(pool => pool.sharedMachines.map(({ machine, endpoints }) =>
      `pool ${pool.name}: one machine, ${machine}, answers for ${endpoints.join(", ")}`)),
    ...status.pools.flatMap(clientAddressNotices), ...status.pools.flatMap(connectNotices)];
  if (status.stateFileProblem !== null) {
    notices.push(`operator states are not kept: stateFile ${status.stateFileProblem}`);
  }
  if (status.silentLoops > 0) {
    notices.push(`${status.silentLoops} event loops are too busy to answer; their counts are old`);
  }
  if (status.version !== version) {
    notices.push(`the gateway is version ${status.version} now, this page is of ${version}: load it again`);
  }
  find("notices").hidden = notices.length === 0;
  keep(find("notices"), notices.map(text => ({ text })), notice => notice.text,
    () => ({ element: make("li") }), (item, notice) => setText(item.element, notice.text));
}

function clientAddressNotices(pool) {
  const clients = pool.clientAddress;
  if (clients === undefined) {
    return [];
  }
  const isRequired = clients.mode === "require";
  if (!clients.permitted) {
    return [`pool ${pool.name}: ${isRequired ? "clients are refused" : "the gateway's own address is used"}: `
      + "the process may not connect from clients' addresses"];
  }
  return clients.noReturn.map(({ endpoint, nextTry }) =>
    `pool ${pool.name}: replies of ${endpoint} to clients' addresses do not come back; `
    + `${isRequired ? "it is passed over" : "the gateway's own address is used for it"}, next try ${clock(Date.parse(nextTry))}`);
}

/** Budgets that are used up, and endpoints with as many connects under way as they may have. */
function connectNotices({ name, connect }) {
  if (connect === undefined) {
    return [];
  }
  const isUsedUp = budget => budget && budget.used >= budget.most;
  return [...isUsedUp(connect.hedges) ? [`pool ${name}: no more connects are hedged for now, hedgeBudget is used up`] : [],
    ...isUsedUp(connect.retries) ? [`pool ${name}: failed connects are not retried for now, retryBudget is used up`] : [],
    ...Object.entries(connect.connecting ?? {}).filter(([, number]) => number >= connect.maxConnecting)
      .map(([endpoint, number]) => `pool ${name}: ${endpoint} is passed over, ${number} connects under way (maxConnecting)`)];
}

/** A page whose numbers stand still must not look as if all were well. */
function tellSilence() {
  const isSilent = Date.now() - heardAt > SILENCE_MILLIS;
  if (isSilent) {
    setText(find("outage"), `No answer from the gateway since ${clock(heardAt)}. What is shown is from then; trying again.`);
    setText(find("state"), "✕ no answer");
    find("state").className = "sign down";
    document.title = "✕ no answer – vipgate";
  }
  find("outage").hidden = !isSilent;
  document.body.classList.toggle("silent", isSilent);
}

/** A configuration on trial: what is left of its time. */
function tellTrial() {
  find("trial").hidden = trialMillis === null;
  if (trialMillis !== null) {
    const left = Math.max(0, Math.ceil((trialMillis - (Date.now() - toldAt)) / 1000));
    setText(find("trial-text"), `The configuration goes back to the one before in ${left} s, unless it is confirmed.`);
  }
}

function offerTools() {
  const showForget = () => {
    find("forget").hidden = !hasToken();
  };
  document.addEventListener("token", showForget);
  find("forget").addEventListener("click", () => setToken(null));
  showForget();
  find("reload").addEventListener("click", async () => {
    setText(find("reload-message"), "");
    setText(find("reload-message"), await change("POST", "/api/v1/reload") || "done: see the events");
  });
  find("trial-confirm").addEventListener("click", async () => {
    setText(find("reload-message"), await change("POST", "/api/v1/reload/confirm") || "confirmed");
  });
  find("trial-back").addEventListener("click", async () => {
    setText(find("reload-message"), await change("POST", "/api/v1/rollback") || "the configuration before holds");
  });
}

takeTokenFromAddress();
window.addEventListener("hashchange", takeTokenFromAddress);
offerThemes(find("theme"), () => pools.repaint());
offerTools();
find("listeners").append(listeners.element);
offerDemo(find("demo"));
document.addEventListener("visibilitychange", () => {
  heardAt = Date.now();
});
setInterval(tellSilence, 1000);
setInterval(tellTrial, 1000);
follow(history, show);
