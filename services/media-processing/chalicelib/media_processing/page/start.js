// The question what a batch shall be.

import { closeButton, open } from "./dialogs.js";
import { h, plural, randomName } from "./dom.js";
import { explain } from "./words.js";

const SIZES = "thumbnail 200, small 400, medium 800, large 1200";
const ZIPS = { large: "The largest size of each", originals: "The originals", all: "Both" };

/** `stored` are uploads; `start(body, idempotencyKey)` sends it and may throw a Problem. */
export function askStart(stored, start) {
  let sent = null; // the same question twice is one request, whatever became of the first answer
  const field = (id, label, props, note) => {
    const input = h("input", { id, autocomplete: "off", spellcheck: "false", ...props });
    return { input, node: h("div", null, h("label", { for: id }, label, note && h("span", { class: "quiet" }, ` ${note}`)), input) };
  };
  const name = field("batch-id", "Name", { maxlength: "64", pattern: "[A-Za-z0-9](?:[A-Za-z0-9_\\-]{0,62}[A-Za-z0-9])?", placeholder: "autumn" }, "optional");
  const sizes = field("batch-sizes", "Sizes", { value: SIZES, required: true }, "longest sides in pixels");
  const width = field("batch-width", "Least width", { type: "number", min: "1", inputmode: "numeric", placeholder: "1024" });
  const height = field("batch-height", "Least height", { type: "number", min: "1", inputmode: "numeric", placeholder: "768" });
  const least = field("aspect-least", "Aspect from", { type: "number", min: "0", step: "any", inputmode: "decimal", placeholder: "1.2" });
  const most = field("aspect-most", "to", { type: "number", min: "0", step: "any", inputmode: "decimal", placeholder: "1.8" });
  const callback = field("batch-callback", "Callback", { type: "url", placeholder: "https://", inputmode: "url" }, "optional: is told how it ended");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const go = h("button", { class: "button main", type: "submit" }, "Start");
  const zips = Object.entries(ZIPS).map(([value, words]) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: "zip", value, checked: value === "large" }), h("span", null, words)),
  );

  function body() {
    const range = (from, to) => ({ ...(from && { least: Number(from) }), ...(to && { most: Number(to) }) });
    const profile = {
      ...(width.input.value && { width: range(width.input.value) }),
      ...(height.input.value && { height: range(height.input.value) }),
      ...((least.input.value || most.input.value) && { aspect: range(least.input.value, most.input.value) }),
    };
    return {
      items: stored.map(({ permission }) => permission.item),
      sizes: sizesOf(sizes.input.value),
      zipOf: node.querySelector("input[name=zip]:checked").value,
      ...(Object.keys(profile).length && { profile }),
      ...(name.input.value.trim() && { batchId: name.input.value.trim() }),
      ...(callback.input.value.trim() && { callbackUrl: callback.input.value.trim() }),
    };
  }

  async function submit(event) {
    event.preventDefault();
    error.hidden = true;
    try {
      const wanted = body();
      const text = JSON.stringify(wanted);
      if (sent?.text !== text) sent = { text, key: randomName() };
      go.disabled = true;
      await start(wanted, sent.key);
      node.close();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    go.disabled = false;
  }

  const node = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "start-title" },
    h(
      "form",
      { onsubmit: submit },
      closeButton(() => node),
      h("h2", { id: "start-title" }, `A batch of ${plural(stored.length, "file")}`),
      name.node,
      sizes.node,
      h("fieldset", null, h("legend", null, "The zip holds"), h("div", { class: "choices" }, zips)),
      h("details", null, h("summary", null, "What a picture must be"), h("div", { class: "pairs" }, width.node, height.node, least.node, most.node)),
      callback.node,
      error,
      h("div", { class: "acts" }, go, h("button", { class: "button", type: "button", onclick: () => node.close() }, "Cancel")),
    ),
  );
  open(node);
  name.input.focus();
}

/** "thumbnail 200, large 1200" as an object; throws what is wrong with it. */
export function sizesOf(text) {
  const found = {};
  for (const part of text.split(",").map((one) => one.trim()).filter(Boolean)) {
    const match = /^([a-z][a-z0-9-]*)[\s:=]+(\d+)$/.exec(part);
    if (!match) throw { detail: `“${part}” is no size: a lower-case name and a number of pixels.` };
    found[match[1]] = Number(match[2]);
  }
  if (!Object.keys(found).length) throw { detail: "There must be one size at least." };
  return found;
}
