// A batch's items as a grid of pictures, brought up to date in place.

import { arrange, h, icon, safeUrl } from "./dom.js";
import { explain } from "./words.js";

/** `itemHref(itemId)` is where an item is shown in full. */
export function itemGrid(itemHref) {
  const node = h("ul", { class: "grid", role: "list" });
  const made = new Map(); // itemId -> {mark, node}

  function card(item, live) {
    // Signed addresses differ with each answer: a picture stays until what it shows has changed.
    const mark = JSON.stringify([item.state, item.error, item.outputs.map(({ key, bytes }) => [key, bytes]), live && item.state === "FAILED"]);
    const before = made.get(item.itemId);
    if (before?.mark === mark) {
      before.node.firstChild.href = itemHref(item.itemId);
      return before.node;
    }
    const fresh = { mark, node: draw(item, itemHref(item.itemId)) };
    made.set(item.itemId, fresh);
    return fresh.node;
  }

  return {
    node,
    show(items, live) {
      arrange(node, items.map((item) => card(item, live)));
    },
  };
}

function draw(item, href) {
  const url = item.outputs.length ? safeUrl(smallest(item).url ?? "invalid:") : null;
  const failed = item.state === "FAILED";
  const label = failed ? `${item.filename}: ${explain(item.error)}` : `${item.filename}: ${WAITS[item.state] ?? "done"}`;
  return h(
    "li",
    { "data-state": item.state },
    h(
      "a",
      { class: "tile", href, "aria-label": label },
      h(
        "span",
        { class: "tile-picture" },
        url ? h("img", { src: url, alt: "", loading: "lazy", decoding: "async" }) : h("span", { class: "tile-blank" }, icon(failed ? "alert" : "clock"), h("span", null, failed ? explain(item.error) : WAITS[item.state])),
        moves(item) && h("span", { class: "tile-kind" }, icon("film")),
      ),
      h("span", { class: "tile-name" }, item.filename),
      h("span", { class: "tile-note" }, failed ? h("code", null, item.error?.code ?? "failed") : note(item)),
    ),
  );
}

const WAITS = { PENDING: "Waiting", VALID: "Passed" };
const moves = (item) => ["MP4", "MOV"].includes(item.format);
const note = (item) => [item.mediaType, item.width && `${item.width} × ${item.height}`].filter(Boolean).join(" · ");

/** The size for a tile: the smallest that is not coarse at twice the pixels, else the largest. */
function smallest(item) {
  const sorted = [...item.outputs].sort((a, b) => Math.max(a.width, a.height) - Math.max(b.width, b.height));
  return sorted.find((one) => Math.max(one.width, one.height) >= 400) ?? sorted[sorted.length - 1];
}
