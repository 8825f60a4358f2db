// The search by bib number: as one types, and on Enter.

import { h, icon } from "./dom.js";

const TYPING_MS = 350;

/** `submit(bib, typing)` is told of each number; an empty one ends the search. */
export function searchForm(submit) {
  const input = h("input", { id: "bib", type: "search", inputmode: "numeric", autocomplete: "off", maxlength: "6", placeholder: "Bib number", "aria-describedby": "bib-hint", oninput: typed });
  const hint = h("p", { class: "hint", id: "bib-hint", "aria-live": "polite" });
  const node = h(
    "form",
    { class: "search", role: "search", onsubmit: entered },
    h("label", { for: "bib", class: "unseen" }, "Search by bib number"),
    h("div", { class: "search-field" }, icon("search"), input, h("button", { class: "button main", type: "submit" }, "Find")),
    hint,
  );
  let timer = null;
  let sent = "";

  /** The number typed, or null if it is none; an empty field searches for nothing. */
  function number() {
    const text = input.value.trim();
    const valid = /^[0-9]*$/.test(text);
    hint.textContent = valid ? "" : "A bib number is made of digits.";
    return valid ? text : null;
  }

  function typed() {
    clearTimeout(timer);
    const bib = number();
    if (bib !== null) timer = setTimeout(() => send(bib, true), TYPING_MS);
  }

  function entered(event) {
    event.preventDefault();
    clearTimeout(timer);
    const bib = number();
    if (bib !== null) send(bib, false);
  }

  function send(bib, typing) {
    sent = bib;
    submit(bib, typing);
  }

  return {
    node,
    set(bib) {
      if (bib === sent) return; // what someone is typing stays theirs
      sent = bib;
      input.value = bib;
      hint.textContent = "";
    },
  };
}
