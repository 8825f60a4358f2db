// What a person looks at: the reading, large, and the whole photo with the place marked.

import { h, safeUrl, svg } from "./dom.js";

const AROUND = 3.4; // how much wider than the reading its surroundings are shown
const LEAST_SHARE = 0.08; // of the photo's longer side: more than that is only blur
const RATIO = 4 / 3;
const percent = (share) => `${(share * 100).toFixed(3)}%`;

/** The part of the photo to show: around the box, of a fixed ratio, inside of the photo. */
export function surroundings({ width, height }, [x0, y0, x1, y1], ratio = RATIO) {
  const wanted = Math.max((x1 - x0) * AROUND, (y1 - y0) * AROUND * ratio, LEAST_SHARE * Math.max(width, height));
  const w = Math.min(wanted, width, height * ratio);
  const hgt = w / ratio;
  const inside = (middle, size, most) => Math.min(Math.max(0, middle - size / 2), most - size);
  return { x: inside((x0 + x1) / 2, w, width), y: inside((y0 + y1) / 2, hgt, height), width: w, height: hgt };
}

/** `show(photo, question)` draws both; `broken(photo)` is told of a picture that does not load. */
export function reviewPictures({ broken }) {
  const crop = h("div", { class: "review-crop" });
  const whole = h("div", { class: "review-whole" });

  function show(photo, question) {
    const url = safeUrl(photo.webUrl ?? "invalid:");
    if (!url || !photo.width || !photo.height) {
      crop.replaceChildren(h("p", { class: "quiet" }, "There is no picture of this photo."));
      whole.replaceChildren();
      return;
    }
    crop.replaceChildren(...closeUp(photo, question, url, () => broken(photo)));
    const frame = h("div", { class: "frame" }, h("img", { src: url, alt: `The whole photo ${photo.filename}`, draggable: "false" }), marks(photo, question));
    frame.style.setProperty("--ratio", photo.width / photo.height);
    frame.style.setProperty("--width", `${photo.width}px`);
    whole.replaceChildren(frame);
  }

  return { crop, whole, show };
}

function closeUp(photo, { bib, box }, url, failed) {
  const part = surroundings(photo, box);
  const image = h("img", { src: url, alt: `The place that was read as ${bib}`, draggable: "false", onerror: failed });
  image.style.width = percent(photo.width / part.width);
  image.style.left = percent(-part.x / part.width);
  image.style.top = percent(-part.y / part.height);
  const mark = h("div", { class: "review-box", "aria-hidden": "true" });
  const [x0, y0, x1, y1] = box;
  mark.style.left = percent((x0 - part.x) / part.width);
  mark.style.top = percent((y0 - part.y) / part.height);
  mark.style.width = percent((x1 - x0) / part.width);
  mark.style.height = percent((y1 - y0) / part.height);
  return [image, mark];
}

function marks({ width, height }, { box: [x0, y0, x1, y1] }) {
  const place = { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
  return svg(
    "svg",
    { class: "marks", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { ...place, class: "under" }),
    svg("rect", place),
  );
}
