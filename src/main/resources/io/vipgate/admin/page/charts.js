// The graphs of a pool, and the small one of a row.

import { make, setAttribute, setText } from "./dom.js";
import { bytes, clock, count, minute, rate } from "./format.js";

const LEAST_SECONDS = 60;
const MOST_SECONDS = 600;
const HEIGHT = 128;
/** Of a small graph, as in the style sheet: to ask for it would lay out the page once for each row. */
const SKETCH = { width: 130, height: 24 };
/** Steps of an axis. */
const STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map(step => step * 10 ** power)).flat();
/** So many lines a person can tell apart; a larger pool shows its busiest endpoints, and the others as one. */
export const MOST_LINES = 8;

const KINDS = [
  { title: "New connections /s", column: "connectionsPerSecond", text: rate, step: count },
  { title: "Open connections", column: "connections", text: count, step: count },
  { title: "Bytes /s to clients", column: "bytesToClientPerSecond", text: bytes, step: bytesOfStep },
  { title: "Bytes /s to endpoints", column: "bytesToBackendPerSecond", text: bytes, step: bytesOfStep },
];

function bytesOfStep(value) {
  return bytes(value).replace(".0", "");
}

const sample = make("span", { hidden: true });
document.body.append(sample);
let colors = new Map();

/** What a colour of the style sheet is at the moment. */
function color(name) {
  if (!colors.has(name)) {
    sample.style.color = `var(${name})`;
    colors.set(name, getComputedStyle(sample).color);
  }
  return colors.get(name);
}

/** To be called when colours have changed. */
export function forgetColors() {
  colors = new Map();
}

/** The graphs begin with the oldest sample: a gateway that has just started fills them all the same. */
function firstMoment(times, now) {
  return now - Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, now - (times[0] ?? now)));
}

const sum = numbers => numbers?.reduce((total, number) => total + (number ?? 0), 0) ?? 0;

/** Which endpoints get a line: `{ labels, rest }`; both in the order of the configuration. */
export function chooseLines(history, pool, labels) {
  if (labels.length <= MOST_LINES) {
    return { labels, rest: [] };
  }
  const busy = new Map(labels.map(label => [label, sum(history.endpoint(pool, label)?.connectionsPerSecond)]));
  const busiest = new Set([...labels].sort((a, b) => busy.get(b) - busy.get(a)).slice(0, MOST_LINES - 1));
  return { labels: labels.filter(label => busiest.has(label)), rest: labels.filter(label => !busiest.has(label)) };
}

function add(columns, length) {
  const total = new Array(length).fill(null);
  for (const column of columns) {
    column?.forEach((number, i) => {
      if (number !== null) {
        total[i] = (total[i] ?? 0) + number;
      }
    });
  }
  return total;
}

/** One graph. */
class Chart {
  constructor(kind, group, lines) {
    this.kind = kind;
    this.lines = lines;
    this.values = make("span", { class: "values" });
    this.canvas = make("div", { role: "img" });
    this.element = make("figure", {}, make("figcaption", {}, make("b", {}, kind.title), this.values), this.canvas);
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(this.canvas);
    this.group = group;
  }

  #fit() {
    const width = Math.floor(this.canvas.clientWidth);
    if (width > 0 && this.plot && this.plot.width !== width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }

  #make(data) {
    const axis = { stroke: () => color("--muted"), grid: { stroke: () => color("--grid"), width: 1 },
      ticks: { show: false }, font: "11px system-ui, sans-serif" };
    this.plot = new uPlot({
      width: Math.max(100, Math.floor(this.canvas.clientWidth)),
      height: HEIGHT,
      padding: [8, 26, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: this.group, setSeries: false }, drag: { x: false, y: false }, points: { size: 5 }, y: false },
      focus: { alpha: 0.25 },
      scales: { x: { time: true, range: u => [firstMoment(u.data[0], this.now), this.now] },
        y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.08)] } },
      axes: [{ ...axis, size: 22, gap: 3, values: (_, moments) => moments.map(this.moment), space: 66 },
        { ...axis, size: 50, gap: 4, space: 26, incrs: STEPS, values: (_, numbers) => numbers.map(this.kind.step) }],
      series: [{}, ...this.lines.map((label, i) => ({ label, width: 1.5, points: { show: false },
        stroke: () => color(`--line-${i + 1}`) }))],
      hooks: { setCursor: [() => this.#tell()] },
    }, data, this.canvas);
  }

  /** `12:03`, with seconds where the steps are shorter than a minute. */
  moment(seconds) {
    return seconds % 60 === 0 ? minute(seconds) : clock(seconds * 1000);
  }

  show(data, now) {
    this.now = now;
    if (this.plot) {
      this.plot.setData(data);
    } else if (this.canvas.clientWidth > 0) {
      this.#make(data);
    }
    this.#tell();
  }

  /** The numbers under the cursor, or the last ones. */
  #tell() {
    if (!this.plot) {
      return;
    }
    const [times, ...columns] = this.plot.data;
    const place = this.plot.cursor.idx ?? times.length - 1;
    const at = this.plot.cursor.idx == null || !times[place] ? "" : `${clock(times[place] * 1000)}  `;
    const numbers = columns.map(column => (column[place] == null ? "–" : this.kind.text(column[place])));
    this.values.replaceChildren(at, ...numbers.map((number, i) =>
      make("span", { class: `line-${i + 1}`, title: this.lines[i] }, number)));
    setAttribute(this.canvas, "aria-label", `${this.kind.title}, the last ten minutes. ${at || "Now: "}`
      + this.lines.map((label, i) => `${label} ${numbers[i]}`).join(", "));
  }

  focus(line) {
    this.plot?.setSeries(line === null ? null : line + 1, { focus: true });
  }

  repaint() {
    this.plot?.redraw(false, true);
  }

  end() {
    this.resized.disconnect();
    this.plot?.destroy();
  }
}

/** The graphs of a pool, drawn while they can be seen. */
export class PoolCharts {
  #charts = [];
  #lines = "";
  #isSeen = false;
  #shown = 0;

  constructor(history, pool) {
    this.history = history;
    this.pool = pool;
    this.key = make("p", { class: "key" });
    this.grid = make("div", { class: "charts" });
    this.element = make("div", {}, this.key, this.grid);
    this.seen = new IntersectionObserver(entries => {
      this.#isSeen = entries.at(-1).isIntersecting;
      this.show(this.present);
    }, { rootMargin: "200px" });
    this.seen.observe(this.element);
  }

  /** Draws these lines, see chooseLines(). */
  show(present) {
    this.present = present;
    const { labels, rest } = present;
    const lines = rest.length === 0 ? labels : [...labels, `${rest.length} others`];
    if (JSON.stringify(lines) !== this.#lines) {
      this.#lines = JSON.stringify(lines);
      this.#shown = 0;
      this.#charts.forEach(chart => chart.end());
      this.#charts = KINDS.map(kind => new Chart(kind, this.pool, lines));
      this.grid.replaceChildren(...this.#charts.map(chart => chart.element));
      this.key.replaceChildren(...lines.map((label, i) => {
        const name = make("span", {});
        setText(name, label);
        return make("span", {}, make("i", { class: `swatch line-${i + 1}`, "aria-hidden": "true" }), name);
      }));
    }
    if (this.#isSeen) {
      const now = this.history.newest();
      if (now !== this.#shown) {
        this.#shown = now;
        this.#charts.forEach(chart => chart.show(this.#data(chart.kind.column), now));
      }
    }
  }

  #data(column) {
    const { labels, rest } = this.present;
    const length = this.history.times.length;
    const of = label => this.history.endpoint(this.pool, label)?.[column] ?? new Array(length).fill(null);
    return [this.history.times, ...labels.map(of), ...rest.length === 0 ? [] : [add(rest.map(of), length)]];
  }

  /** Lets one endpoint's lines stand out; none for null. */
  focus(label) {
    const line = label === null ? -1 : this.present.labels.indexOf(label);
    this.#charts.forEach(chart => chart.focus(line < 0 ? null : line));
  }

  repaint() {
    this.#charts.forEach(chart => chart.repaint());
  }

  end() {
    this.seen.disconnect();
    this.#charts.forEach(chart => chart.end());
  }
}

/** One column, as high as its largest number; drawn when there is a new one. */
export function sketch(canvas, times, column) {
  const now = times.at(-1) ?? 0;
  const ink = color("--accent");
  if (canvas.dataset.shows === `${now} ${ink}`) {
    return;
  }
  canvas.dataset.shows = `${now} ${ink}`;
  const scale = devicePixelRatio || 1;
  const width = SKETCH.width * scale;
  const height = SKETCH.height * scale;
  canvas.width = width;
  canvas.height = height;
  const paint = canvas.getContext("2d");
  paint.strokeStyle = ink;
  paint.lineWidth = scale;
  paint.beginPath();
  const most = Math.max(1, ...(column ?? []).filter(number => number !== null));
  const first = firstMoment(times, now);
  let isDrawing = false;
  column?.forEach((number, i) => {
    const x = (times[i] - first) / (now - first) * width;
    if (number === null || x < 0) {
      isDrawing = false;
      return;
    }
    const y = height - scale - number / most * (height - 2 * scale);
    isDrawing ? paint.lineTo(x, y) : paint.moveTo(x, y);
    isDrawing = true;
  });
  paint.stroke();
}
