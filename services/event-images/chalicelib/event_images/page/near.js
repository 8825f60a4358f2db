// "Did you mean …?": numbers much like one that has no photos.

import { h, number, plural } from "./dom.js";
import { bibChip } from "./grid.js";

const SHOWN = 5;

/** What a search says that found nothing: links to the likeliest numbers that have photos. */
export function nearWords(bib, near, href) {
  if (!near?.length) return null;
  return h(
    "div",
    { class: "near" },
    h("span", null, `Nothing for ${bib}. Did you mean one of these?`),
    near.slice(0, SHOWN).map((one) => h("span", null, bibChip(one.bib, { href: href(one.bib) }), ` ${one.photos >= 100 ? `${number(100)}+ photos` : plural(one.photos, "photo")}`)),
  );
}
