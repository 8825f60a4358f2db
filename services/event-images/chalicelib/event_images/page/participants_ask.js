// The question before a runner is opted out: what will happen, and that it cannot be taken back.

import { h, icon } from "./dom.js";
import { explain } from "./words.js";

/** Asks; `act(reason)` does it and may throw a Problem, which is shown where it was asked. */
export function askOptOut(bib, act) {
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const reason = h("input", { id: "opt-out-reason", maxlength: "200", autocomplete: "off", "aria-describedby": "opt-out-note" });
  const go = h("button", { class: "button main", type: "submit" }, `Opt ${bib} out`);
  const stay = h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel");
  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    error.hidden = true;
    try {
      await act(reason.value.trim());
      dialog.close();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
      go.disabled = false;
    }
  }
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "opt-out-title", onclose: () => dialog.remove() },
    h(
      "form",
      { onsubmit: submit },
      h("button", { class: "button ghost close", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
      h("h2", { id: "opt-out-title" }, "Opt ", h("span", { class: "bib found" }, bib), " out?"),
      h(
        "ul",
        { class: "people-will" },
        h("li", null, "Nobody finds this number any more, from now on."),
        h("li", null, "Pictures that show no other tagged runner are deleted; originals stay where they are."),
        h("li", null, "The name, the tags and every reading of the number go. Later runs do not tag it."),
      ),
      h("p", { class: "quiet" }, "What is deleted does not come back. The opt-out itself can be lifted, and then the photos have to be read again."),
      h("div", null, h("label", { for: "opt-out-reason" }, "Note ", h("span", { class: "quiet" }, "if you keep one")), reason, h("p", { class: "quiet people-note", id: "opt-out-note" }, "Not the name or the number: the note is kept.")),
      error,
      h("div", { class: "acts" }, go, stay),
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
  document.body.append(dialog);
  dialog.showModal();
  stay.focus(); // what cannot be undone is not what Enter does
}
