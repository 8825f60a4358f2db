// The question what to process.

import { closeButton, open } from "./dialogs.js";
import { h, randomName } from "./dom.js";
import { explain } from "./words.js";

/**
 * Asks what to process; `start(body, idempotencyKey)` sends it and may throw a Problem.
 * `first`: the event has no photos yet, so there are no uploads to read again.
 */
export function askProcess(start, { first }) {
  let sent = null; // the same question twice is one request, whatever became of the first answer
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const bucket = h("input", { id: "source-bucket", autocomplete: "off", spellcheck: "false" });
  const prefix = h("input", { id: "source-prefix", autocomplete: "off", spellcheck: "false" });
  const folder = h(
    "div",
    { class: "fields", hidden: true },
    h("div", null, h("label", { for: "source-prefix" }, "Folder (key prefix)"), prefix),
    h("div", null, h("label", { for: "source-bucket" }, "Bucket ", h("span", { class: "quiet" }, "if not the uploads' own")), bucket),
  );
  const choice = (value, words, checked) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type: "radio", name: "source", value, checked, onchange: () => choose(value) }),
      h("span", null, words),
    );
  const force = h("input", { type: "checkbox", id: "source-force" });
  const go = h("button", { class: "button main", type: "submit" }, "Start");
  let kind = null;
  function choose(value) {
    kind = value;
    folder.hidden = kind !== "s3";
    prefix.required = kind === "s3";
  }
  choose(first ? "s3" : "uploads");
  async function submit(event) {
    event.preventDefault();
    const source =
      kind === "uploads"
        ? { kind }
        : { kind, prefix: prefix.value.trim(), ...(bucket.value.trim() && { bucket: bucket.value.trim() }) };
    const body = { source, force: force.checked };
    const text = JSON.stringify(body);
    if (sent?.text !== text) sent = { text, key: randomName() };
    go.disabled = true;
    error.hidden = true;
    try {
      await start(body, sent.key);
      dialog.close();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    go.disabled = false;
  }
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "process-title" },
    h(
      "form",
      { onsubmit: submit },
      closeButton(() => dialog),
      h("h2", { id: "process-title" }, first ? "Photos from S3" : "Process again"),
      h("p", { class: "quiet" }, first ? "Reads the photos of a folder where they lie." : "Reads what failed or was left out. Uploads are read by themselves."),
      h(
        "fieldset",
        { hidden: first },
        h("legend", null, "Photos from"),
        choice("uploads", "This event's uploads", !first),
        choice("s3", "A folder in S3", first),
      ),
      folder,
      h("label", { class: "choice", for: "source-force", hidden: first }, force, h("span", null, "Read photos again that are done")),
      error,
      h(
        "div",
        { class: "acts" },
        go,
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel"),
      ),
    ),
  );
  open(dialog);
  (first ? prefix : go).focus();
}
