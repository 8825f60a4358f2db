// A runner's photos in rows of equal height; a burst is a stack with its sharpest photo on top.

import { cameraTime, h, icon, number, safeUrl } from "./dom.js";

/** Only the time of day: a race is one day, and its date stands above. */
export const clock = (takenAt) => (takenAt ? cameraTime(takenAt).split(", ").pop() : "");

/** How a photo is called by those who do not see it. */
export function spoken(photo, place, count) {
  const when = photo.takenAt ? `, taken at ${clock(photo.takenAt)}` : "";
  return `Photo ${place} of ${number(count)}${when}`;
}

/**
 * The photos of `bursts`. `href(imageId)` is where one opens; `broken()` is told of a picture
 * that does not load, which has most likely outlived its signed address.
 */
export function galleryGrid(bursts, href, broken) {
  let place = 1;
  const cells = bursts.map(({ photos }) => {
    const made = cell(photos, place, bursts.length, href, broken);
    place += 1;
    return made;
  });
  return h("ul", { class: "grid", role: "list" }, cells);
}

function cell(photos, place, count, href, broken) {
  const [best] = photos;
  const more = photos.length - 1;
  const ratio = best.width && best.height ? Math.min(2.2, Math.max(0.6, best.width / best.height)) : 1.25;
  const label = `${spoken(best, place, count)}${more ? `, and ${more} more of the same moment` : ""}`;
  const link = h(
    "a",
    { class: "tile", href: href(best.imageId), "data-photo": best.imageId, "aria-label": label },
    h("img", { src: safeUrl(best.thumbUrl), alt: "", loading: place > 12 ? "lazy" : null, decoding: "async", onerror: broken }),
    more > 0 && h("span", { class: "stack-count" }, icon("stack"), String(photos.length)),
    best.takenAt && h("span", { class: "when" }, clock(best.takenAt).slice(0, 5)),
  );
  const node = h("li", { class: more ? "cell stack" : "cell" }, link);
  node.style.setProperty("--ratio", ratio.toFixed(3));
  return node;
}
