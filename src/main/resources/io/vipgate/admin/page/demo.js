// The two backends of `vipgate demo`, where this is one.

import { call, problem } from "./calls.js";
import { keep, make, setText } from "./dom.js";

const BACKENDS = "/api/v1/demo/backends";
const EVERY_MILLIS = 2000;

export async function offerDemo(section) {
  const { body } = await call("GET", "/api/v1");
  if (!body.calls?.includes(`PUT ${BACKENDS}/{}`)) {
    return;
  }
  const list = section.querySelector("ul");
  const message = section.querySelector(".message");

  async function look() {
    const { status, body } = await call("GET", BACKENDS);
    if (status === 200) {
      keep(list, body.backends.map((backend, index) => ({ ...backend, number: index + 1 })), backend => backend.name,
        create, update);
    }
  }

  function create({ number }) {
    const name = make("span", { class: "name" });
    const state = make("span");
    const button = make("button", { type: "button" });
    const row = { element: make("li", {}, name, state, button), name, state, button };
    button.addEventListener("click", async () => {
      const answer = await call("PUT", `${BACKENDS}/${number}`, { running: !row.isRunning });
      setText(message, answer.status === 200 ? "" : problem(answer));
      await look();
    });
    return row;
  }

  function update(row, { name, running }) {
    row.isRunning = running;
    setText(row.name, name);
    setText(row.state, running ? "● runs" : "○ is stopped");
    row.state.className = running ? "up" : "down";
    setText(row.button, `${running ? "Stop" : "Start"} ${name}`);
  }

  section.hidden = false;
  await look();
  setInterval(() => document.hidden || look(), EVERY_MILLIS);
}
