// What an operator can do to an endpoint, and to a listener.

import { change, confirm } from "./dialogs.js";
import { make, setAttribute, setText } from "./dom.js";

const STATES = [["ready", "Ready", "takes clients"], ["drain", "Drain", "takes only pinned clients"],
  ["maint", "Maint", "takes no new connections"]];
const LISTENER_STATES = [["ready", "Ready", "takes clients"], ["paused", "Pause", "accepts nobody: new clients wait"],
  ["refusing", "Refuse", "resets new clients"]];
const MAX_WEIGHT = 256;

/** Whether clients are sent there without need. */
export function isUsable(endpoint) {
  return endpoint.admin === "ready" && endpoint.health !== "down" && endpoint.weight > 0;
}

function isLast(pool, name) {
  const usable = pool.endpoints.filter(isUsable);
  return usable.length > 0 && usable.every(endpoint => endpoint.name === name);
}

/** A button for each state, by state. */
function stateButtons(states, onClick) {
  return new Map(states.map(([state, verb, meaning]) => {
    const button = make("button", { type: "button", title: meaning, "data-state": state }, verb);
    button.addEventListener("click", () => onClick(state, verb));
    return [state, button];
  }));
}

function press(buttons, present) {
  for (const [state, button] of buttons) {
    setAttribute(button, "aria-pressed", String(state === present));
  }
}

/** State of one listener. */
export class ListenerControls {
  constructor(name) {
    this.name = name;
    this.message = make("p", { class: "message", role: "status" });
    this.buttons = stateButtons(LISTENER_STATES, (state, verb) => this.#toState(state, verb));
    this.state = make("div", { class: "states", role: "group", "aria-label": `state of listener ${name}` },
      ...this.buttons.values());
  }

  async #toState(state, verb) {
    const meaning = state === "paused" ? "New clients of it wait until it is ready." : "New clients of it are reset.";
    if (state !== "ready" && state !== this.present
        && !await confirm(`${verb} listener ${this.name}?`, `${meaning} Open connections go on.`, verb)) {
      return;
    }
    setText(this.message, "");
    setText(this.message, await change("PUT", `/api/v1/listeners/${encodeURIComponent(this.name)}/state`, { state }));
  }

  update(present) {
    this.present = present;
    press(this.buttons, present);
  }
}

/** State and weight of one endpoint. An address of a host name acts for the whole name, as the commands do. */
export class Controls {
  constructor(pool, endpoint) {
    this.path = `/api/v1/pools/${encodeURIComponent(pool)}/endpoints/${encodeURIComponent(endpoint.name)}`;
    this.title = `${pool}/${endpoint.name}`;
    this.message = make("p", { class: "message", role: "status" });
    this.buttons = stateButtons(STATES, (state, verb) => this.#toState(state, verb));
    this.state = make("div", { class: "states", role: "group", "aria-label": `state of ${this.title}` },
      ...this.buttons.values());
    this.#makeWeight();
  }

  #makeWeight() {
    this.input = make("input", { type: "number", name: "weight", min: 0, max: MAX_WEIGHT, step: 1, required: true,
      inputmode: "numeric", "aria-label": `weight of ${this.title}` });
    this.set = make("button", { type: "submit", hidden: true }, "Set");
    this.undo = make("button", { type: "button", hidden: true, "aria-label": "undo", title: "undo" }, "✕");
    this.weight = make("form", { class: "weight" }, this.input, this.set, this.undo);
    this.input.addEventListener("input", () => this.#showSet());
    this.undo.addEventListener("click", () => this.#forgetWeight());
    this.input.addEventListener("keydown", event => event.key === "Escape" && this.#forgetWeight());
    this.weight.addEventListener("submit", event => {
      event.preventDefault();
      this.#toWeight(Number(this.input.value));
    });
  }

  #showSet() {
    const isChanged = this.input.value !== String(this.endpoint.weight);
    this.set.hidden = !isChanged;
    this.undo.hidden = !isChanged;
  }

  #forgetWeight() {
    this.input.value = this.endpoint.weight;
    this.#showSet();
    this.input.focus();
  }

  async #toState(state, verb) {
    if (state !== "ready" && isLast(this.pool, this.endpoint.name) && !await confirm(`${verb} ${this.title}?`,
      `It is the last endpoint of pool ${this.pool.name} that clients are sent to. New clients may find none.`, verb)) {
      return;
    }
    await this.#change("state", { state });
  }

  async #toWeight(weight) {
    if (weight === 0 && isLast(this.pool, this.endpoint.name) && !await confirm(`Weight 0 for ${this.title}?`,
      `It is the last endpoint of pool ${this.pool.name} that clients are sent to. New clients may find none.`,
      "Set weight 0")) {
      return;
    }
    if (await this.#change("weight", { weight })) {
      this.endpoint = { ...this.endpoint, weight };
      this.#forgetWeight();
    }
  }

  async #change(what, body) {
    setText(this.message, "");
    const problem = await change("PUT", `${this.path}/${what}`, body);
    setText(this.message, problem);
    return problem === "";
  }

  update(pool, endpoint) {
    const wasChanged = this.endpoint !== undefined && this.input.value !== String(this.endpoint.weight);
    this.pool = pool;
    this.endpoint = endpoint;
    press(this.buttons, endpoint.admin);
    if (!wasChanged && document.activeElement !== this.input) {
      this.input.value = endpoint.weight;
    }
    this.#showSet();
  }
}
