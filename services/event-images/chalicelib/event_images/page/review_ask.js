// The question about one reading, and the ways to answer it: a button and a key for each.

import { bibChip } from "./grid.js";
import { h } from "./dom.js";

export const MOST_CHOICES = 3;

const REASONS = {
  low_confidence: "hard to read",
  unlisted: "not on the start list",
  one_edit_away: "one digit off a listed number",
  already_read: "also read elsewhere in this photo",
  seen_nearby: "seen in photos taken around the same time",
};

const percent = (share) => `${Math.round(share * 100)}%`;
const key = (name) => h("kbd", { "aria-hidden": "true" }, name);

/**
 * Buttons and words. `answer(decision)`, `skip()` and `undo()` are told what the person does;
 * `beside` is a node that stands with the last two.
 */
export function askPanel({ answer, skip, undo, beside }) {
  let question = null;
  const heading = h("h2", { class: "review-question", tabindex: "-1" });
  const why = h("p", { class: "quiet review-why" });
  const button = (label, sign, onclick, kind = "") => h("button", { class: `button ${kind}`.trim(), type: "button", onclick }, h("span", null, label), key(sign));
  const yes = button("Yes", "A", () => accept(), "main review-yes");
  const no = button("None of these", "R", () => reject(), "review-no");
  const choices = h("div", { class: "review-choices", role: "group", "aria-label": "Other numbers that it may be" });
  const field = h("input", { id: "review-number", inputmode: "numeric", autocomplete: "off", maxlength: "6", placeholder: "Another number", "aria-describedby": "review-hint" });
  const hint = h("p", { class: "hint", id: "review-hint", "aria-live": "polite" });
  const other = h(
    "form",
    { class: "review-other", onsubmit: entered, onkeydown: left },
    h("label", { for: "review-number", class: "unseen" }, "Another number"),
    h("div", { class: "review-field" }, field, key("C")),
    h("button", { class: "button", type: "submit" }, "Save"),
    hint,
  );
  const back = button("Undo", "U", () => undo(), "ghost small");
  const later = button("Skip", "S", () => skip(), "ghost small");
  const node = h("div", { class: "review-ask" }, heading, why, h("div", { class: "review-acts" }, yes, no), choices, other, h("div", { class: "review-turns" }, beside, back, later));

  const accept = () => question && answer({ action: "accept", bib: question.bib });
  const reject = () => question && answer({ action: "reject", bib: question.bib });
  const correct = (to) => answer({ action: "correct", bib: question.bib, to });

  function take(index) {
    const choice = question?.alternatives.slice(0, MOST_CHOICES)[index];
    if (choice) correct(choice.bib);
  }

  function entered(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!question || !text) return;
    if (!/^[0-9]{1,6}$/.test(text)) {
      hint.textContent = "A bib number is made of 1 to 6 digits.";
      return;
    }
    if (text.replace(/^0+(?=.)/, "") === question.bib.replace(/^0+(?=.)/, "")) accept();
    else correct(text);
    field.blur(); // so that the next question is answered by single keys again
  }

  function left(event) {
    if (event.key !== "Escape") return;
    field.value = "";
    hint.textContent = "";
    field.blur();
  }

  function show(item) {
    const held = node.contains(document.activeElement) && choices.contains(document.activeElement);
    question = item.question;
    heading.replaceChildren("Is this ", bibChip(question.bib), question.name ? ` ${question.name}` : "", "?");
    why.textContent = [`${percent(question.confidence)} sure`, ...question.reasons.map((code) => REASONS[code]).filter(Boolean), question.waiting && "no photo of this runner yet"].filter(Boolean).join(" · ");
    choices.replaceChildren(...question.alternatives.slice(0, MOST_CHOICES).map(choiceButton));
    choices.hidden = !question.alternatives.length;
    field.value = "";
    hint.textContent = "";
    if (held) heading.focus({ preventScroll: true });
  }

  function choiceButton(choice, index) {
    const about = [choice.name, choice.waiting && "no photo yet"].filter(Boolean).join(" · ");
    return h(
      "button",
      { class: "button review-choice", type: "button", onclick: () => take(index) },
      bibChip(choice.bib),
      h("span", { class: "review-who" }, about || percent(choice.confidence)),
      key(String(index + 1)),
    );
  }

  return {
    node,
    heading,
    show,
    canUndo(possible) {
      back.disabled = !possible;
    },
    /** What a single key does; undefined for keys that do nothing. */
    keys: {
      a: accept,
      enter: accept,
      r: reject,
      c: () => field.focus(),
      s: () => skip(),
      u: () => undo(),
      ...Object.fromEntries(Array.from({ length: MOST_CHOICES }, (_, index) => [String(index + 1), () => take(index)])),
    },
    spoken: (item) => `Is this ${item.question.bib}${item.question.name ? `, ${item.question.name}` : ""}? Photo ${item.photo.filename}.`,
  };
}
