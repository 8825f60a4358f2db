// The question what reels to make.

import { get } from "./api.js";
import { closeButton, open } from "./dialogs.js";
import { h, randomName } from "./dom.js";
import { ASPECTS, explain } from "./words.js";

/** Asks, and calls `start(body, idempotencyKey)`, which may throw a Problem. */
export function askStart(start) {
  let sent = null; // the same question twice is one request, whatever became of the first answer
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const bibs = h("input", { id: "bibs", autocomplete: "off", inputmode: "numeric", placeholder: "All runners" });
  const template = h("select", { id: "template" }, h("option", { value: "default" }, "Race day"));
  const preview = h("input", { type: "checkbox", id: "preview" });
  const force = h("input", { type: "checkbox", id: "force" });
  const shapes = Object.entries(ASPECTS).map(([aspect, name], number) => {
    const box = h("input", { type: "checkbox", value: aspect, checked: number === 0 });
    return { box, node: h("label", { class: "choice shape" }, box, h("span", null, name, " ", h("span", { class: "quiet" }, aspect))) };
  });
  const go = h("button", { class: "button main", type: "submit" }, "Start");

  function complain(problem) {
    error.textContent = typeof problem === "string" ? problem : explain(problem);
    error.hidden = false;
  }

  async function load() {
    try {
      const { items } = await get("templates", { query: { limit: 200 } });
      template.replaceChildren(...items.map((one) => h("option", { value: one.templateId }, one.template.name)));
    } catch (problem) {
      complain(problem);
    }
  }

  async function submit(event) {
    event.preventDefault();
    const wanted = bibs.value.split(/[\s,;]+/).filter(Boolean);
    const aspects = shapes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    if (wanted.some((bib) => !/^[0-9]{1,6}$/.test(bib))) return complain("A bib has 1 to 6 digits.");
    if (!aspects.length) return complain("Choose at least one shape.");
    const body = { aspects, templateId: template.value, preview: preview.checked, force: force.checked, ...(wanted.length && { bibs: wanted }) };
    const text = JSON.stringify(body);
    if (sent?.text !== text) sent = { text, key: randomName() };
    go.disabled = true;
    error.hidden = true;
    try {
      await start(body, sent.key);
      dialog.close();
    } catch (problem) {
      complain(problem);
    }
    go.disabled = false;
  }

  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "start-title" },
    h(
      "form",
      { onsubmit: submit, novalidate: true },
      closeButton(() => dialog),
      h("h2", { id: "start-title" }, "Make reels"),
      h("p", { class: "quiet" }, "Only what has changed is made again."),
      h("label", { for: "bibs" }, "Bibs ", h("span", { class: "quiet" }, "with commas between")),
      bibs,
      h("label", { for: "template" }, "Template"),
      template,
      h("fieldset", null, h("legend", null, "Shapes"), h("div", { class: "shape-list" }, shapes.map(({ node }) => node))),
      h("label", { class: "choice", for: "preview" }, preview, h("span", null, "Preview: small, quick, gone after a day")),
      h("label", { class: "choice", for: "force" }, force, h("span", null, "Also what has not changed")),
      error,
      h("div", { class: "acts" }, go, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel")),
    ),
  );
  open(dialog);
  bibs.focus();
  load();
}
