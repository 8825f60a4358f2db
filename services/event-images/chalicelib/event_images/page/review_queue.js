// Decisions on their way to the service: one after the other, in the order in which they were
// made, and none lost. What cannot be sent waits; what the service refuses is given back.

import { call, eventPath, get, Problem } from "./api.js";
import { randomName } from "./dom.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Whether the same request may well succeed later: no answer, too busy, or the service's fault. */
const passing = ({ status, code }) => status === 0 || status === 429 || status >= 500 || ["unauthorized", "unknown_api_key", "forbidden"].includes(code);

/**
 * Events: `change` when `unsent` or `problem` changes; `refused` (detail: `{entry, problem}`) when
 * the service will not have a decision; `saved` (detail: `{entry, photo}`) when it is stored.
 */
export class DecisionQueue extends EventTarget {
  constructor(eventId) {
    super();
    this.eventId = eventId;
    this.entries = [];
    this.problem = null; // why nothing is sent at the moment
    this.versions = new Map(); // imageId -> the photo's version as this page knows it
    this.sending = false;
    this.wait = FIRST_WAIT_MS;
    this.timer = null;
    addEventListener("online", () => this.retry());
  }

  get unsent() {
    return this.entries.length;
  }

  /** Whether a decision about this reading is still to be sent. */
  isPending(imageId, bib) {
    return this.entries.some((entry) => entry.imageId === imageId && entry.decision?.bib === bib);
  }

  /** Takes one decision `{action, bib, to?, box?}` about a photo; gives the entry to undo it by. */
  decide(imageId, decision, about = null) {
    return this.#add({ imageId, decision, about, undoes: null });
  }

  /** Takes a decision back: out of the queue, or by asking the service to undo it. */
  undo(entry) {
    const at = this.entries.indexOf(entry);
    const untouched = at > 0 || (at === 0 && !entry.tried);
    if (untouched) {
      this.entries.splice(at, 1);
      this.#changed();
    } else this.#add({ imageId: entry.imageId, decision: null, about: entry.about, undoes: entry });
  }

  /** Sends at once what waits for better times. */
  retry() {
    clearTimeout(this.timer);
    this.timer = null;
    this.wait = FIRST_WAIT_MS;
    this.#send();
  }

  #add(values) {
    const entry = { ...values, key: randomName(), id: null, tried: false, dropped: false };
    this.entries.push(entry);
    this.#changed();
    this.#send();
    return entry;
  }

  async #send() {
    if (this.sending || this.timer) return;
    this.sending = true;
    while (this.entries.length) {
      const [entry] = this.entries;
      try {
        await this.#one(entry);
      } catch (problem) {
        if (passing(problem)) {
          this.problem = problem;
          this.timer = setTimeout(() => {
            this.timer = null;
            this.#send();
          }, this.wait);
          this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
          break;
        }
        entry.dropped = true;
        this.entries.shift();
        this.dispatchEvent(new CustomEvent("refused", { detail: { entry, problem } }));
      }
      this.#changed();
    }
    this.sending = false;
    this.#changed();
  }

  async #one(entry) {
    entry.tried = true;
    if (entry.undoes?.dropped) {
      this.entries.shift(); // there is nothing to undo
      return;
    }
    const path = eventPath(this.eventId, "photos", entry.imageId);
    const body = entry.undoes ? { undo: entry.undoes.id } : { decisions: [entry.decision], ifVersion: this.versions.get(entry.imageId) };
    try {
      const { photo, decisionIds } = await call("PATCH", path, { body, headers: { "idempotency-key": entry.key } });
      entry.id = decisionIds[0];
      this.#stored(entry, photo);
    } catch (problem) {
      if (problem.code !== "version_conflict") throw problem;
      // Somebody changed the photo. The decision holds if its question is still open.
      const photo = await get(path);
      this.versions.set(entry.imageId, photo.version);
      if (!isOpen(photo, entry.decision)) throw new Problem(409, { code: "decided_already" });
    }
  }

  #stored(entry, photo) {
    this.versions.set(entry.imageId, photo.version);
    this.entries.shift();
    this.problem = null;
    this.wait = FIRST_WAIT_MS;
    this.dispatchEvent(new CustomEvent("saved", { detail: { entry, photo } }));
  }

  #changed() {
    if (!this.entries.length) this.problem = null;
    this.dispatchEvent(new Event("change"));
  }
}

const isOpen = (photo, decision) => decision.action === "add" || photo.readings.some(({ bib, verdict }) => bib === decision.bib && verdict === "review");
