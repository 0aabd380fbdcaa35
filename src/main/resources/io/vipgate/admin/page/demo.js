// The backends and the clients of `vipgate demo`, where this is one.

import { call, problem } from "./calls.js";
import { keep, make, setText } from "./dom.js";
import { count } from "./format.js";

const BACKENDS = "/api/v1/demo/backends";
const CLIENTS = "/api/v1/demo/clients";
const EVERY_MILLIS = 1000;

const find = id => document.getElementById(id);

/** Starts or stops a toy, and says so when that fails. */
async function run(path, running) {
  const answer = await call("PUT", path, { running });
  setText(find("demo-message"), answer.status === 200 ? "" : problem(answer));
  await look();
}

async function look() {
  const [backends, clients] = await Promise.all([call("GET", BACKENDS), call("GET", CLIENTS)]);
  if (backends.status === 200) {
    keep(find("demo-backends"), backends.body.backends.map((backend, index) => ({ ...backend, number: index + 1 })),
      backend => backend.name, create, update);
  }
  if (clients.status === 200) {
    showClients(clients.body);
  }
}

function showClients({ running, perSecond, answered, failed }) {
  find("demo-clients").dataset.running = running;
  setText(find("demo-clients"), running ? "Stop clients" : `Start ${perSecond} clients a second`);
  const answers = Object.entries(answered).map(([name, number]) => `${count(number)} served by ${name}`);
  setText(find("demo-answers"), answers.length + failed === 0 ? "" : [...answers, `${count(failed)} failed`].join(", "));
}

function create({ number }) {
  const name = make("span", { class: "name" });
  const state = make("span");
  const button = make("button", { type: "button" });
  const row = { element: make("li", {}, name, state, button), name, state, button };
  button.addEventListener("click", () => run(`${BACKENDS}/${number}`, !row.isRunning));
  return row;
}

function update(row, { name, running }) {
  row.isRunning = running;
  setText(row.name, name);
  setText(row.state, running ? "● runs" : "○ is stopped");
  row.state.className = running ? "up" : "down";
  setText(row.button, `${running ? "Stop" : "Start"} ${name}`);
}

export async function offerDemo(section) {
  const { body } = await call("GET", "/api/v1");
  if (!body.calls?.includes(`PUT ${CLIENTS}`)) {
    return;
  }
  find("demo-clients").addEventListener("click", event => run(CLIENTS, event.target.dataset.running !== "true"));
  section.hidden = false;
  await look();
  setInterval(() => document.hidden || look(), EVERY_MILLIS);
}
