// Sends files to the storage by signed forms, four at a time.

import { Problem } from "./api.js";

const BATCH = 20;
const PARALLEL = 4;
const TRIES = 3;
const STALL_MS = 60_000; // a connection that moves nothing for so long is given up
const PERMISSION_SLACK_MS = 30_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Files on their way. Fires `change` with each step and `stored` with each file stored.
 *
 * `permit(files)` answers `{url, fields, expiresAt, ...}` for each, in their order; a stored item keeps it
 * as `permission`. `refusal(file)` says in words why one is not sent, or null. An item is `{file, state, sent, error}`; states: waiting, sending, done, failed, refused.
 */
export class Uploads extends EventTarget {
  constructor(permit, refusal) {
    super();
    this.permit = permit;
    this.refusal = refusal;
    this.items = [];
    this.workers = 0;
    this.requests = new Set();
  }

  get busy() {
    return this.workers > 0;
  }

  /** What is stored, in the order in which it was added. */
  get stored() {
    return this.items.filter(({ state }) => state === "done");
  }

  /** Files by outcome, and bytes sent of all that are to be sent. */
  totals() {
    const sum = { waiting: 0, sending: 0, done: 0, failed: 0, refused: 0, bytes: 0, sent: 0 };
    for (const item of this.items) {
      sum[item.state] += 1;
      if (item.state === "refused" || item.state === "failed") continue;
      sum.bytes += item.file.size;
      sum.sent += item.sent;
    }
    return sum;
  }

  add(files) {
    for (const file of files) {
      const reason = this.refusal(file);
      this.items.push({ file, state: reason ? "refused" : "waiting", sent: 0, error: reason && { message: reason }, permission: null });
    }
    this.#start();
  }

  retry(items = this.items.filter((item) => item.state === "failed")) {
    for (const item of items) Object.assign(item, { state: "waiting", sent: 0, error: null, permission: null, stopped: false });
    this.#start();
  }

  /** Gives up what is not stored yet. */
  cancel() {
    this.items = this.items.filter((item) => item.state !== "waiting");
    for (const item of this.items) item.stopped = item.state === "sending";
    for (const request of this.requests) request.abort();
    this.#changed();
  }

  /** Forgets some, or everything that has ended. */
  clear(items = this.items.filter((item) => !["waiting", "sending"].includes(item.state))) {
    this.items = this.items.filter((item) => !items.includes(item));
    this.#changed();
  }

  #start() {
    const waiting = this.items.filter((item) => item.state === "waiting").length;
    for (let free = Math.min(PARALLEL - this.workers, waiting); free > 0; free -= 1) this.#work();
    this.#changed();
  }

  async #work() {
    this.workers += 1;
    for (;;) {
      const item = this.items.find(({ state }) => state === "waiting");
      if (!item) break;
      item.state = "sending";
      try {
        await this.#store(item);
        Object.assign(item, { state: "done", sent: item.file.size });
        this.dispatchEvent(new CustomEvent("stored", { detail: item }));
      } catch (error) {
        Object.assign(item, { state: "failed", error });
      }
      this.#changed();
    }
    this.workers -= 1;
    this.#changed();
  }

  async #store(item) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        item.permission = await this.#permission(item);
        await this.#send(item, item.permission);
        return;
      } catch (error) {
        // A refusal stays one; a network or a busy storage may think again.
        const again = error.status === 0 || error.status === 429 || error.status >= 500;
        if (!again || item.stopped || attempt === TRIES) throw error;
        item.sent = 0;
        await pause(500 * 2 ** attempt * (0.5 + Math.random()));
        if (item.stopped) throw cancelled();
      }
    }
  }

  /** The signed form of an item; the next ones that wait are asked for along with it. */
  async #permission(item) {
    if (item.permission) {
      const held = await Promise.resolve(item.permission).catch(() => null);
      if (held && Date.parse(held.expiresAt) > Date.now() + PERMISSION_SLACK_MS) return held;
    }
    const others = this.items.filter((other) => other.state === "waiting" && !other.permission);
    const batch = [item, ...others.slice(0, BATCH - 1)];
    const answer = this.permit(batch.map(({ file }) => file));
    const given = batch.map((_each, index) => answer.then((permissions) => permissions[index]));
    batch.forEach((each, index) => {
      each.permission = given[index];
      each.permission.catch(() => {}); // whoever waits for it is told
    });
    try {
      return await given[0];
    } catch (error) {
      batch.forEach((each, index) => {
        if (each.permission === given[index]) each.permission = null;
      });
      if (batch.length === 1 || ![400, 413, 422].includes(error.status)) throw error;
      // One name that the service refuses must not take nineteen others along.
      return (await this.permit([item.file]))[0];
    }
  }

  #send(item, { url, fields }) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", item.file, "file"); // last, as S3 wants it; the name is in the signed key
    const request = new XMLHttpRequest();
    this.requests.add(request);
    return new Promise((resolve, reject) => {
      let stalled = false;
      let watch = null;
      const moved = () => {
        clearTimeout(watch);
        watch = setTimeout(() => {
          stalled = true;
          request.abort();
        }, STALL_MS);
      };
      request.upload.onprogress = ({ loaded, total }) => {
        item.sent = Math.min(item.file.size, Math.round((loaded / total) * item.file.size));
        moved();
        this.#changed();
      };
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) resolve();
        else reject(refused(request));
      };
      request.onerror = () => reject(new Problem(0, { code: "offline" }));
      request.onabort = () => reject(stalled ? new Problem(0, { code: "timeout" }) : cancelled());
      request.onloadend = () => {
        clearTimeout(watch);
        this.requests.delete(request);
      };
      request.open("POST", url);
      request.send(form);
      moved();
    });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const cancelled = () => new Problem(0, { code: "cancelled", detail: "Stopped before it was stored." });

/** The storage answers in XML: its code is enough to explain it. */
function refused(request) {
  // Not by a parser: a browser puts styles into a document that is none, which the policy forbids.
  const found = (name) => new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(request.responseText)?.[1];
  return new Problem(request.status, { code: found("Code"), detail: found("Message") ?? `The storage answered ${request.status}.` });
}
