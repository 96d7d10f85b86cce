// A store that goes from one process to the next as plain entries.

/** A store in memory, made of entries. */
export class MapStore {
  #values;

  constructor(entries = []) {
    this.#values = new Map(entries);
  }

  get(key) {
    const text = this.#values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  set(key, value) {
    this.#values.set(key, JSON.stringify(value));
  }

  delete(key) {
    return this.#values.delete(key);
  }

  list(prefix) {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** All keys with their values as JSON. */
  entries() {
    return [...this.#values];
  }
}
