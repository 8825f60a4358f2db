// The start list as rows: a number, who it is, and what can be done about it.

import { h, icon } from "./dom.js";
import { bibChip } from "./grid.js";

const about = ({ category, team, finishTime }) => [category, team, finishTime].filter(Boolean).join(" · ");

/** `show(runners, {fresh, all})` draws a page; `all` says that no filter hides others. */
export function runnerRows({ bibHref, zip, optOut }) {
  const list = h("ul", { class: "rows people-rows", "aria-label": "Start list", tabindex: "0" });
  const none = h("p", { class: "quiet", hidden: true }, "Every runner has a photo.");
  const node = h("div", null, list, none);
  const made = new Map();

  function row(runner) {
    const { bib, name, hasPhotos } = runner;
    const who = name ?? `Bib ${bib}`;
    return h(
      "li",
      { class: "row people-row" },
      bibChip(bib, { href: bibHref(bib) }),
      h("span", { class: "people-who" }, h("span", { class: "people-name" }, name ?? "No name"), h("span", { class: "quiet" }, about(runner))),
      h(
        "span",
        { class: "people-acts" },
        !hasPhotos && h("span", { class: "tag" }, "No photo"),
        hasPhotos && h("button", { class: "button small ghost", type: "button", "aria-label": `Photos of ${who} as zip`, title: "Photos as zip", onclick: () => zip(bib) }, icon("download")),
        h("button", { class: "button small ghost", type: "button", "aria-label": `Opt ${who} out`, onclick: () => optOut(bib) }, "Opt out"),
      ),
    );
  }

  return {
    node,
    show(runners, { fresh, all }) {
      if (fresh) {
        made.clear();
        list.replaceChildren();
      }
      for (const runner of runners) {
        const entry = row(runner);
        made.get(runner.bib)?.remove();
        made.set(runner.bib, entry);
        list.append(entry);
      }
      list.hidden = made.size === 0;
      none.hidden = all || made.size > 0 || !fresh;
    },
    remove(bib) {
      const plain = bib.replace(/^0+(?=.)/, "");
      made.get(plain)?.remove();
      made.delete(plain);
    },
  };
}
