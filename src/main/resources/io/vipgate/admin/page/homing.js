// How it stands with the shares of a pool's relays, and what an operator can do about them.

import { problem } from "./calls.js";
import { ask, change, confirm } from "./dialogs.js";
import { make, setText } from "./dom.js";
import { count } from "./format.js";

/** From here on the shares are off by more than chance. */
const PLENTY = 1.2;

/** What is under way in a pool, in words; nothing where nothing is. */
function words(rebalance) {
  const done = `${count(rebalance.closed)} of ${count(rebalance.closed + rebalance.left)} relays closed`;
  switch (rebalance.state) {
    case "running":
      return `rebalancing: ${done}, ${rebalance.why ?? `${count(rebalance.leftSeconds)} s left`}`;
    case "waiting":
      return `rebalancing waits: ${rebalance.why}${rebalance.closed > 0 ? `; ${done}` : ""}`;
    case "stopped":
      return `rebalancing has stopped: ${rebalance.why}`;
    default:
      return "";
  }
}

/** Of one pool: a line of words, and a button. */
export class Rebalance {
  constructor(pool) {
    this.pool = pool;
    this.path = `/api/v1/pools/${encodeURIComponent(pool)}/rebalance`;
    this.text = make("span", {});
    this.button = make("button", { type: "button", hidden: true }, make("span", {}));
    this.message = make("span", { class: "message", role: "status" });
    this.button.addEventListener("click", () => this.#act());
    this.element = make("p", { class: "rebalance", hidden: true }, this.text, " ", this.button, " ", this.message);
  }

  update(rebalance) {
    const said = words(rebalance);
    this.isUnderWay = rebalance.state === "running" || rebalance.state === "waiting";
    const isOff = rebalance.aim === "homes" || rebalance.skew > PLENTY;
    setText(this.text, said || (rebalance.skew > PLENTY ? `open relays: up to ${rebalance.skew} times their share` : ""));
    setText(this.button.firstChild, this.isUnderWay ? "Stop rebalancing" : "Rebalance");
    this.button.hidden = !this.isUnderWay && !isOff;
    this.element.hidden = this.button.hidden && !said;
  }

  async #act() {
    setText(this.message, "");
    if (this.isUnderWay) {
      setText(this.message, await change("DELETE", this.path));
      return;
    }
    const answer = await ask("POST", `${this.path}?dryRun=true`);
    if (answer === null || answer.status !== 200) {
      setText(this.message, answer === null ? "it needs the token" : problem(answer));
      return;
    }
    const forecast = answer.body;
    if (forecast.close === 0) {
      setText(this.message, "there is nothing to close");
    } else if (await confirm(`Rebalance pool ${this.pool}?`, `It closes ${count(forecast.close)} of `
      + `${count(forecast.relays)} relays by FIN, idle ones alone, ${count(forecast.perSecond)} in a second at most. Their `
      + `clients have to connect again. It takes ${count(forecast.seconds)} s or more.`, "Rebalance")) {
      setText(this.message, await change("POST", this.path));
    }
  }
}
