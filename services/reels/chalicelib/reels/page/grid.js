// The reels as posters.

import { arrange, h, icon, safeUrl } from "./dom.js";
import { clock, explain } from "./words.js";

const FRESH_MS = 45 * 60_000; // signed addresses last an hour
const since = new WeakMap();

/** For a Listing: an unchanged reel stays as it is, so that its poster is not loaded twice. */
export function keepReel(old, fresh) {
  if (!since.has(old)) since.set(old, Date.now());
  return old.version === fresh.version && Date.now() - since.get(old) < FRESH_MS ? old : fresh;
}

/** `show(reels)` draws them; `href(bib)` is a reel's address. */
export function reelGrid(href) {
  const node = h("ul", { class: "posters", role: "list" });
  const tiles = new Map();

  function show(reels) {
    const nodes = reels.map((reel) => {
      const known = tiles.get(reel.bib);
      if (known?.reel === reel) return known.node;
      const made = h("li", null, tile(reel, href(reel.bib)));
      tiles.set(reel.bib, { reel, node: made });
      return made;
    });
    const bibs = new Set(reels.map((reel) => reel.bib));
    for (const bib of tiles.keys()) if (!bibs.has(bib)) tiles.delete(bib);
    arrange(node, nodes);
  }

  return { node, show };
}

function tile(reel, href) {
  const poster = safeUrl(reel.videos[0]?.posterUrl ?? "invalid:");
  const failed = reel.state === "FAILED";
  return h(
    "a",
    { class: "poster", href, "data-state": reel.state, "data-bib": reel.bib, "aria-label": spoken(reel) },
    poster
      ? h("img", { src: poster, alt: "", loading: "lazy", decoding: "async" })
      : h("span", { class: "blank" }, icon("alert"), h("span", null, explain(reel.error))),
    !failed && h("span", { class: "play" }, icon("play")),
    h(
      "span",
      { class: "poster-foot" },
      h("span", { class: "bib" }, reel.bib),
      h("span", { class: "poster-name" }, reel.name ?? ""),
      reel.seconds && !failed && h("span", { class: "poster-time" }, clock(reel.seconds)),
    ),
    !failed && (reel.error || reel.warnings.length > 0) && h("span", { class: "tag poster-tag" }, reel.error ? "Not current" : "Photo left out"),
  );
}

function spoken(reel) {
  const who = [`Bib ${reel.bib}`, reel.name].filter(Boolean).join(", ");
  if (reel.state === "FAILED") return `${who}, failed: ${explain(reel.error)}`;
  return `Play the reel of ${who}, ${Math.round(reel.seconds)} seconds`;
}
