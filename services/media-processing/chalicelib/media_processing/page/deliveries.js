// Who was told how a batch ended: each callback, its tries, and sending it again.

import { get, post } from "./api.js";
import { announce, h, icon, plural } from "./dom.js";
import { explain, moment, timeOf } from "./words.js";

const WORDS = { PENDING: "Being tried", DELIVERED: "Delivered", FAILED: "Given up", DISABLED: "Switched off" };
const TONES = { PENDING: "live", DELIVERED: "good", FAILED: "bad", DISABLED: "wait" };

/** `path(...)` is below the batch; `batch()` the batch as it is known. Fires `replayed` on its node. */
export function deliveriesPanel(path, batch) {
  const list = h("ul", { class: "deliveries", role: "list" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const to = h("p", { class: "quiet break" });
  const node = h("section", { class: "panel", "aria-label": "Callbacks", hidden: true }, h("div", null, h("h2", { class: "panel-title" }, "Callbacks"), to), error, list);
  let items = [];

  async function load(options) {
    if (!batch()?.callbackUrl) return;
    to.textContent = `To ${batch().callbackUrl}`;
    items = (await get(path("deliveries"), options)).items;
    draw();
  }

  function draw() {
    list.replaceChildren(...items.map(row));
    if (!items.length) list.append(h("li", { class: "quiet" }, "Nothing sent yet."));
  }

  function row(delivery) {
    const replay = h("button", { class: "button small", type: "button", disabled: delivery.state === "PENDING", onclick: () => send(delivery, replay) }, icon("again"), "Send again");
    return h(
      "li",
      { class: "delivery", "data-state": delivery.state },
      h(
        "div",
        { class: "between" },
        h("div", { class: "grow" }, h("span", { class: `tag ${TONES[delivery.state]}` }, WORDS[delivery.state]), " ", h("span", { class: "quiet" }, `${moment(delivery.createdAt)} · ${plural(delivery.attempts.length, "try", "tries")}`)),
        replay,
      ),
      h("ol", { class: "tries" }, delivery.attempts.map(tryRow)),
      h("code", { class: "break" }, delivery.deliveryId),
    );
  }

  async function send(delivery, button) {
    button.disabled = true;
    error.hidden = true;
    try {
      const fresh = await post(path("deliveries", delivery.deliveryId, "replay"));
      items = items.map((one) => (one.deliveryId === fresh.deliveryId ? fresh : one));
      announce(WORDS[fresh.state]);
      draw();
      node.dispatchEvent(new Event("replayed"));
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
      button.disabled = false;
    }
  }

  return {
    node,
    load,
    /** Whether a try may still come: there is none for a run that has just ended, or one goes on. */
    get live() {
      const known = batch();
      if (!known?.callbackUrl) return false;
      const mine = items.find(({ jobId }) => jobId === known.jobId);
      return !mine || mine.state === "PENDING";
    },
    get mark() {
      return JSON.stringify(items.map(({ deliveryId, attempts, state }) => [deliveryId, attempts.length, state]));
    },
  };
}

function tryRow({ at, status, error, milliseconds }) {
  return h(
    "li",
    { class: error ? "not" : "ok" },
    icon(error ? "alert" : "check"),
    h("span", { class: "try-time" }, timeOf(at)),
    h("span", null, status ? `Answered ${status}` : explain({ code: error })),
    h("span", { class: "quiet" }, `${milliseconds} ms`),
  );
}
