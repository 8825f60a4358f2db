// The bibs of one photo in the lightbox: what was read, and the ways to set it right.

import { call, eventPath } from "./api.js";
import { announce, h, icon, randomName } from "./dom.js";
import { bibChip } from "./grid.js";
import { explain } from "./words.js";

const SAID = { accept: "confirmed", correct: "corrected", add: "added by hand", reject: "not there" };

/**
 * `show(photo)` draws its readings. `changed(photo)` gets the photo as it is after each decision;
 * `bibHref(bib)` is a search.
 */
export function corrections({ changed, bibHref }) {
  let photo = null;
  let last = null; // {imageId, decisionId}: what can be undone
  let busy = false;
  const list = h("ul", { class: "readings", role: "list" });
  const none = h("p", null, "None found");
  const field = h("input", { id: "add-bib", inputmode: "numeric", autocomplete: "off", maxlength: "6", placeholder: "Add a number", "aria-describedby": "add-hint" });
  const hint = h("p", { class: "hint", id: "add-hint", "aria-live": "polite" });
  const back = h("button", { class: "button ghost small", type: "button", onclick: undo }, "Undo");
  const form = h(
    "form",
    { class: "correct-add", onsubmit: entered },
    h("label", { for: "add-bib", class: "unseen" }, "Add a number"),
    field,
    h("button", { class: "button small", type: "submit" }, "Add"),
    back,
    hint,
  );
  const node = h("div", { class: "correct" }, none, list, form);

  async function send(body) {
    if (busy) return;
    busy = true;
    hint.textContent = "";
    const { eventId, imageId } = photo;
    try {
      const answer = await call("PATCH", eventPath(eventId, "photos", imageId), { body, headers: { "idempotency-key": randomName() } });
      last = body.undo ? null : { imageId, decisionId: answer.decisionIds[0] };
      field.value = "";
      announce(body.undo ? "Undone" : "Saved");
      changed(answer.photo);
    } catch (problem) {
      hint.textContent = explain(problem);
    } finally {
      busy = false;
    }
  }

  const decide = (action, bib) => send({ decisions: [{ action, bib }] });

  function undo() {
    if (last) send({ undo: last.decisionId });
  }

  function entered(event) {
    event.preventDefault();
    const bib = field.value.trim();
    if (/^[0-9]{1,6}$/.test(bib)) decide("add", bib);
    else hint.textContent = "A bib number is made of 1 to 6 digits.";
  }

  function row(reading) {
    const chip = bibChip(reading.bib, reading.accepted ? { href: bibHref(reading.bib) } : {});
    const words = reading.decided ? SAID[reading.decided] : `${Math.round(reading.confidence * 100)}%${reading.accepted ? "" : ", not sure enough"}`;
    const act = (label, sign, action) =>
      h("button", { class: "correct-act", type: "button", title: label, "aria-label": `${label}: ${reading.bib}`, onclick: () => decide(action, reading.bib) }, icon(sign));
    return h(
      "li",
      { class: reading.accepted ? "" : "unsure" },
      chip,
      h("span", { class: "grow" }, reading.decided === "correct" && !reading.accepted ? SAID.reject : words),
      !reading.accepted && act("It is there", "check", "accept"),
      (reading.accepted || reading.verdict === "review") && act("It is not there", "close", "reject"),
    );
  }

  return {
    node,
    show(next) {
      if (photo?.imageId !== next.imageId) {
        field.value = "";
        hint.textContent = "";
      }
      photo = next;
      const readings = [...(photo.readings ?? [])].sort((a, b) => b.accepted - a.accepted || b.confidence - a.confidence);
      // A button that goes under someone's focus hands it to the field.
      const held = list.contains(document.activeElement);
      list.replaceChildren(...readings.map(row));
      none.hidden = readings.length > 0;
      back.hidden = last?.imageId !== photo.imageId;
      if (held) field.focus({ preventScroll: true });
    },
  };
}
