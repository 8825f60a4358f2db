// A list that the API hands out in pages, kept on the page and brought up to date in place.

import { get } from "./api.js";

const PAGE = 60;
const MOST = 200; // the API's largest page

export class Listing extends EventTarget {
  /** `identity` names the field that tells items apart; `keep(old, fresh)` picks which to show. */
  constructor(path, { query = {}, identity, keep = (_old, fresh) => fresh }) {
    super();
    this.path = path;
    this.query = query;
    this.identity = identity;
    this.keep = keep;
    this.items = [];
    this.cursor = null;
    this.near = [];
    this.loaded = false;
    this.last = Promise.resolve(); // one request at a time, so that pages cannot cross
    this.stopping = new AbortController();
  }

  /** Loads the next page (the first one, the first time). */
  more({ quiet = false } = {}) {
    return this.#next(async () => {
      if (this.loaded && !this.cursor) return;
      const { items, cursor } = await this.#page(PAGE, this.cursor, quiet);
      const known = new Set(this.items.map((item) => item[this.identity]));
      this.#show([...this.items, ...items.filter((item) => !known.has(item[this.identity]))], cursor);
    });
  }

  /** Loads what is shown once more: an answer's order has no "newest first" to watch instead. */
  refresh({ quiet = true } = {}) {
    return this.#next(async () => {
      const want = Math.max(this.items.length, PAGE);
      const items = [];
      let cursor = null;
      do {
        const page = await this.#page(Math.min(MOST, want - items.length), cursor, quiet);
        items.push(...page.items);
        cursor = page.cursor;
      } while (cursor && items.length < want);
      const old = new Map(this.items.map((item) => [item[this.identity], item]));
      this.#show(
        items.map((item) => {
          const before = old.get(item[this.identity]);
          return before ? this.keep(before, item) : item;
        }),
        cursor,
      );
    });
  }

  /** Puts one item's fresh state into the list. */
  replace(fresh) {
    const items = this.items.map((item) => (item[this.identity] === fresh[this.identity] ? fresh : item));
    this.#show(items, this.cursor);
  }

  stop() {
    this.stopping.abort();
  }

  async #page(limit, cursor, quiet) {
    const page = await get(this.path, { query: { ...this.query, limit, cursor }, quiet, signal: this.stopping.signal });
    this.near = page.near ?? []; // what else may have been meant, when nothing was found
    return page;
  }

  #show(items, cursor) {
    this.items = items;
    this.cursor = cursor ?? null;
    this.loaded = true;
    this.dispatchEvent(new Event("change"));
  }

  #next(task) {
    const run = this.last.then(async () => {
      try {
        if (!this.stopping.signal.aborted) await task();
      } catch (error) {
        if (!this.stopping.signal.aborted) throw error;
      }
    });
    this.last = run.catch(() => {});
    return run;
  }
}
