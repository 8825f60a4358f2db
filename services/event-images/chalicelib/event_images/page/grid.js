// The photos as rows of equal height, each as wide as its picture.

import { arrange, h, icon, safeUrl } from "./dom.js";
import { explain } from "./words.js";

const CHIPS = 4;
const BLANK_RATIO = 1.25;
const FRESH_MS = 45 * 60_000; // signed addresses last an hour
const RELOAD_MS = 60_000;
const since = new WeakMap();

/** For a Listing: an unchanged photo stays as it is, so that its picture is not loaded twice. */
export function keepPhoto(old, fresh) {
  if (!since.has(old)) since.set(old, Date.now());
  const same = old.state === fresh.state && old.version === fresh.version && old.withheld === fresh.withheld && JSON.stringify(old.runners) === JSON.stringify(fresh.runners) && old.processedAt === fresh.processedAt && Boolean(old.thumbUrl) === Boolean(fresh.thumbUrl);
  return same && Date.now() - since.get(old) < FRESH_MS ? old : fresh;
}

/** A number as it is searched for: what is printed may have zeros before it. */
const plain = (bib) => bib.replace(/^0+(?=.)/, "");

/** " · Ada Lovelace": who the start list says that a number on the photo is, if it says so. */
export function nameOf(photo, bib) {
  const runner = photo?.runners?.find((one) => one.bib === plain(bib));
  return runner?.name ? ` · ${runner.name}` : "";
}

/** A bib's number, printed as on a bib. `href` makes it a link to the runner's photos. */
export function bibChip(bib, { href = null, found = false } = {}) {
  const props = { class: found ? "bib found" : "bib" };
  return href ? h("a", { ...props, href, "aria-label": `Photos of ${bib}` }, bib) : h("span", props, bib);
}

/**
 * `show(photos, bib)` draws the photos, with the number that was searched for marked.
 * `href(imageId)` is a photo's address; `broken(photo)` is told of pictures that do not load.
 */
export function photoGrid({ href, broken }) {
  const node = h("ul", { class: "grid", role: "list" });
  const tiles = new Map();
  const reloaded = new Map();

  function failed(photo) {
    const last = reloaded.get(photo.imageId) ?? -Infinity;
    if (performance.now() - last < RELOAD_MS) return;
    reloaded.set(photo.imageId, performance.now());
    broken(photo);
  }

  function show(photos, bib = null) {
    const nodes = photos.map((photo) => {
      const known = tiles.get(photo.imageId);
      if (known?.photo === photo && known.bib === bib) return known.node;
      const made = tile(photo, bib, href(photo.imageId), () => failed(photo));
      // A tile that is replaced under someone's focus hands it on.
      const focused = known?.node.contains(document.activeElement);
      tiles.set(photo.imageId, { photo, bib, node: made });
      if (focused) {
        known.node.replaceWith(made);
        made.firstChild.focus({ preventScroll: true });
      }
      return made;
    });
    const ids = new Set(photos.map((photo) => photo.imageId));
    for (const id of tiles.keys()) if (!ids.has(id)) tiles.delete(id);
    arrange(node, nodes);
  }

  return { node, show };
}

function tile(photo, bib, href, failed) {
  const thumb = safeUrl(photo.thumbUrl ?? "invalid:");
  const ratio = photo.width && photo.height ? Math.min(2.2, Math.max(0.6, photo.width / photo.height)) : BLANK_RATIO;
  const found = plain(bib ?? "");
  const bibs = [...photo.bibs].sort((a, b) => (plain(b) === found) - (plain(a) === found));
  const link = h(
    "a",
    { href, class: "tile", "data-state": photo.state, "data-photo": photo.imageId, "aria-label": spoken(photo) },
    thumb
      ? h("img", { src: thumb, alt: "", loading: "lazy", decoding: "async", onerror: failed })
      : h("span", { class: "blank" }, icon(photo.state === "FAILED" ? "alert" : "clock"), h("span", null, blankWords(photo))),
    bibs.length
      ? h(
          "span",
          { class: "chips" },
          bibs.slice(0, CHIPS).map((each) => bibChip(each, { found: plain(each) === found })),
          bibs.length > CHIPS && h("span", { class: "bib more" }, `+${bibs.length - CHIPS}`),
        )
      : null,
  );
  const item = h("li", { class: "cell" }, link);
  item.style.setProperty("--ratio", ratio.toFixed(3));
  return item;
}

function blankWords(photo) {
  if (photo.state === "FAILED") return explain(photo.error);
  if (photo.withheld) return "Withheld: its runner opted out";
  return photo.state === "PENDING" ? "Waiting to be read" : "No picture: process again";
}

function spoken(photo) {
  if (photo.state === "FAILED") return `${photo.filename}, failed: ${explain(photo.error)}`;
  if (photo.state === "PENDING") return `${photo.filename}, waiting to be read`;
  return photo.bibs.length ? `${photo.filename}, bibs ${photo.bibs.map((bib) => bib + nameOf(photo, bib)).join(", ")}` : `${photo.filename}, no bib found`;
}
