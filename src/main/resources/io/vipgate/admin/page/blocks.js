// Whom the gateway turns away. The list shows clients, so it needs the token; how many there are anybody is told.

import { call, hasToken, problem } from "./calls.js";
import { ask, change } from "./dialogs.js";
import { keep, make, setText } from "./dom.js";
import { count, duration } from "./format.js";
import { Table, texts } from "./tables.js";

const BLOCKS = "/api/v1/blocks";
const SHOWN = 100;
const EVERY_MILLIS = 10000;
const COLUMNS = [{ title: "Network" }, { title: "Since" }, { title: "Ends in" }, { title: "Reason" }, { title: "" }];

const find = id => document.getElementById(id);

export class Blocks {
  #told = "";
  #listedAt = 0;
  #isAsking = false;

  constructor(section) {
    this.section = section;
    this.table = new Table("Blocks", COLUMNS);
    find("blocks-list").append(this.table.element);
    find("blocks-show").addEventListener("click", () => this.#list(ask));
    document.addEventListener("token", () => this.#forget());
    this.#forget();
  }

  show(status, now) {
    this.now = now;
    const { count: number, nextEnd } = status.blocks;
    this.section.hidden = number === 0;
    setText(find("blocks-about"), `${count(number)} ${number === 1 ? "client or network is" : "clients and networks are"} turned away`
      + (nextEnd === null ? "" : `, the next block ends in ${duration(Date.parse(nextEnd) - now)}`));
    const told = JSON.stringify(status.blocks);
    if (hasToken() && number > 0 && (told !== this.#told || Date.now() - this.#listedAt > EVERY_MILLIS)) {
      this.#told = told;
      this.#list(call);
    }
    this.#showPage();
  }

  #forget() {
    find("blocks-show").hidden = hasToken();
    find("blocks-list").hidden = !hasToken();
    this.#told = "";
    this.page = { blocks: [], next: null };
  }

  async #list(by) {
    if (this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    this.#listedAt = Date.now();
    const answer = await by("GET", `${BLOCKS}?limit=${SHOWN}`);
    this.#isAsking = false;
    if (answer === null) {
      setText(find("blocks-message"), "the list needs the token");
    } else if (answer.status !== 200) {
      setText(find("blocks-message"), problem(answer));
    } else {
      setText(find("blocks-message"), "");
      this.page = answer.body;
      this.#showPage();
    }
  }

  #showPage() {
    const body = this.page;
    keep(this.table.body, body.blocks, block => block.network, block => this.#create(block), (row, block) => {
      setText(row.since, duration(this.now - Date.parse(block.since)));
      setText(row.until, block.until === null ? "until it is lifted" : duration(Date.parse(block.until) - this.now));
      setText(row.why, block.why);
    });
    setText(find("blocks-rest"), body.next === null ? "" : `The first ${SHOWN} are shown; all by: vipgate blocks`);
  }

  #create(block) {
    const row = texts("network", "since", "until", "why");
    setText(row.network, block.network);
    const lift = make("button", { type: "button" }, "Lift");
    lift.setAttribute("aria-label", `lift the block of ${block.network}`);
    lift.addEventListener("click", () => this.#lift(block.network));
    row.element = this.table.row([[row.network], [row.since], [row.until], [row.why], [lift]]);
    return row;
  }

  async #lift(network) {
    const outcome = await change("DELETE", `${BLOCKS}/${encodeURIComponent(network)}`);
    await this.#list(call);
    setText(find("blocks-message"), outcome);
  }
}
