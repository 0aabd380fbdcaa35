// The last ten minutes, as the gateway has kept them, continued by what it says.

const KEPT_SECONDS = 600;

export class History {
  /** Moments, in seconds. All columns are as long. */
  times = [];
  #series = new Map();

  /** The moment of the last sample; 0 if there is none. */
  newest() {
    return this.times.at(-1) ?? 0;
  }

  /** Columns of numbers by their names; undefined if nothing is known. */
  listener(name) {
    return this.#series.get(JSON.stringify(["listeners", name]));
  }

  endpoint(pool, label) {
    return this.#series.get(JSON.stringify(["endpoints", pool, label]));
  }

  /** Continues by what `/api/v1/history` or an event of the stream has said. */
  add(chunk) {
    if (chunk.times.length === 0) {
      return;
    }
    if (chunk.times[0] <= this.newest()) {
      // The clock was set back.
      this.times = [];
      this.#series.clear();
    }
    this.#leaveGap(chunk);
    const before = this.#series;
    this.#series = new Map();
    for (const listener of chunk.listeners) {
      this.#extend(before, ["listeners", listener.name], listener);
    }
    for (const endpoint of chunk.endpoints) {
      this.#extend(before, ["endpoints", endpoint.pool, endpoint.label], endpoint);
    }
    this.times.push(...chunk.times);
    this.#forget();
  }

  /** While the gateway was away nothing is known; a line across would be a lie. */
  #leaveGap(chunk) {
    if (this.times.length > 0 && chunk.times[0] - this.newest() > 3 * chunk.everySeconds) {
      this.times.push(this.newest() + chunk.everySeconds);
      for (const columns of this.#series.values()) {
        Object.values(columns).forEach(column => column.push(null));
      }
    }
  }

  #extend(before, name, said) {
    const key = JSON.stringify(name);
    const columns = before.get(key) ?? {};
    for (const [column, numbers] of Object.entries(said)) {
      if (Array.isArray(numbers)) {
        columns[column] ??= new Array(this.times.length).fill(null);
        columns[column].push(...numbers);
      }
    }
    this.#series.set(key, columns);
  }

  #forget() {
    const oldest = this.newest() - KEPT_SECONDS;
    const old = this.times.findIndex(time => time >= oldest);
    if (old > 0) {
      this.times.splice(0, old);
      for (const columns of this.#series.values()) {
        Object.values(columns).forEach(column => column.splice(0, old));
      }
    }
  }
}
