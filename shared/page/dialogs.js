// Dialogs: how they open and close, and the question for a key.

import { h, icon } from "./dom.js";

/** Opens a dialog over the page; it leaves the document when it closes. */
export function open(node) {
  document.body.append(node);
  node.addEventListener("close", () => node.remove());
  node.addEventListener("click", (event) => {
    if (event.target === node) node.close(); // the backdrop
  });
  node.showModal();
}

/** The button in a dialog's corner; `dialog()` gives the dialog. */
export const closeButton = (dialog) =>
  h("button", { class: "button ghost close", type: "button", "aria-label": "Close", onclick: () => dialog().close() }, icon("close"));

/** Asks for an API key; null if the person gives none. `refused` says that the last one failed. */
export function askKey(refused) {
  return new Promise((resolve) => {
    let answer = null;
    const input = h("input", {
      id: "api-key",
      type: "password",
      required: true,
      pattern: "[ -~]+", // what a header can carry
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-describedby": "api-key-note",
    });
    const submit = (event) => {
      event.preventDefault();
      answer = input.value.trim() || null;
      if (answer) dialog.close();
    };
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "api-key-title", onclose: () => resolve(answer) },
      h(
        "form",
        { onsubmit: submit },
        closeButton(() => dialog),
        h("h2", { id: "api-key-title" }, "API key"),
        h("p", null, refused ? "This key was not accepted. Try another." : "This service answers only to those who hold a key."),
        h("label", { for: "api-key" }, "Key"),
        input,
        h("p", { class: "quiet", id: "api-key-note" }, "Kept in this tab's memory only. A reload forgets it."),
        h(
          "div",
          { class: "acts" },
          h("button", { class: "button main", type: "submit" }, "Use this key"),
          h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel"),
        ),
      ),
    );
    open(dialog);
    input.focus();
  });
}
