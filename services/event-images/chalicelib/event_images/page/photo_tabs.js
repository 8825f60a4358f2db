// The filter of an event's photos by state: links, so that each has an address.

import { h, number } from "./dom.js";

const TABS = [
  ["", "All"],
  ["DONE", "Done"],
  ["PENDING", "Pending"],
  ["FAILED", "Failed"],
];

/** Whether photos can be filtered by this state; the empty one is all of them. */
export const isState = (state) => TABS.some(([known]) => known === state);

/** `href(state)` is a tab's address; `show(state, counts)` marks the one that is looked at. */
export function stateTabs(href) {
  const entries = TABS.map(([state, words]) => {
    const count = h("span", { class: "count" });
    return { state, count, link: h("a", { class: "tab", "data-tab": state || "ALL" }, words, count) };
  });
  const node = h("nav", { class: "tabs", "aria-label": "Photos by state" }, entries.map(({ link }) => link));
  return {
    node,
    show(current, counts) {
      for (const { state, count, link } of entries) {
        link.href = href(state);
        if (state === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
        count.textContent = number(counts[state]);
      }
    },
  };
}
