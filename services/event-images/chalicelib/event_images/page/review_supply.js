// The questions of the review, one after the other, with the pictures of the next ones loaded.

import { eventPath, get } from "./api.js";
import { safeUrl } from "./dom.js";

const PAGE = 20;
const LOW = 12; // fewer questions ahead than this, and the next page is fetched
const PICTURES_AHEAD = 4;

/** Event `change`: there is more to show, or the end is known. */
export class Supply extends EventTarget {
  /** `isPending(imageId, bib)` tells of what is decided here, though the service knows nothing yet. */
  constructor(eventId, isPending) {
    super();
    this.eventId = eventId;
    this.isPending = isPending;
    this.ahead = []; // {photo, question}; the first is the one that is shown
    this.skipped = [];
    this.left = null; // how many the service counted when it was last asked
    this.ended = false;
    this.problem = null;
    this.loading = null;
    this.cursor = null;
    this.seen = new Set();
    this.pictures = new Map();
  }

  get current() {
    return this.ahead[0] ?? null;
  }

  /** Fetches the next page if few questions are left; never two at once. */
  more() {
    if (this.ended || this.loading || this.ahead.length >= LOW) return;
    this.loading = this.#page().finally(() => {
      this.loading = null;
      this.dispatchEvent(new Event("change"));
      if (!this.problem) this.more();
    });
  }

  /** Starts over: for those who wait for new questions, or want the skipped ones. */
  restart() {
    Object.assign(this, { ahead: [], skipped: [], ended: false, problem: null, cursor: null });
    this.seen.clear();
    this.more();
  }

  /** The current question is done with. */
  take() {
    const item = this.ahead.shift();
    this.#look();
    this.more();
    return item;
  }

  /** Puts a question in front again. */
  giveBack(item) {
    this.ahead.unshift(item);
    this.#look();
  }

  skip() {
    const item = this.take();
    this.skipped.push(item);
    return item;
  }

  async #page() {
    this.problem = null;
    try {
      const { items, cursor, left } = await get(eventPath(this.eventId, "review"), { query: { limit: PAGE, cursor: this.cursor } });
      this.left = left;
      this.cursor = cursor;
      this.ended = !cursor;
      for (const photo of items) {
        for (const question of photo.questions) {
          const name = `${photo.imageId}/${question.bib}`;
          if (!this.seen.has(name) && !this.isPending(photo.imageId, question.bib)) this.ahead.push({ photo, question });
          this.seen.add(name);
        }
      }
      this.#look();
    } catch (problem) {
      this.problem = problem;
    }
  }

  /** Loads and decodes the pictures of what comes next, so that each is there at once. */
  #look() {
    const wanted = new Set();
    for (const { photo } of this.ahead) {
      const url = safeUrl(photo.webUrl ?? "invalid:");
      if (url) wanted.add(url);
      if (wanted.size > PICTURES_AHEAD) break;
    }
    for (const url of this.pictures.keys()) if (!wanted.has(url)) this.pictures.delete(url);
    for (const url of wanted) {
      if (this.pictures.has(url)) continue;
      const image = new Image();
      image.src = url;
      image.decode().catch(() => {}); // one that does not load is dealt with when it is shown
      this.pictures.set(url, image);
    }
  }
}
