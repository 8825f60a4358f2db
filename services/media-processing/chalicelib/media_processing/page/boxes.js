// One picture of a job, with boxes, labels and how sure each is.

import { h, icon, safeUrl, svg } from "./dom.js";
import { explain } from "./words.js";

const percent = (share) => `${(share * 100).toFixed(3)}%`;
const MOST_LABELS = 40; // more would hide the picture

/** `image` has its `detections`; `ended`: nothing more comes of it. */
export function figure(image, ended) {
  const name = decodeURIComponent(safeName(image.imageUrl));
  const url = image.viewUrl ? safeUrl(image.viewUrl) : null;
  return h("li", { class: "figure", "data-state": image.state }, stage(image, url, name, ended), h("div", { class: "figure-words" }, h("p", { class: "figure-name", title: name }, name), facts(image)));
}

const safeName = (address) => {
  const last = String(address).split("/").pop().split("?")[0];
  try {
    decodeURIComponent(last);
    // An upload's own key begins with an id that is nobody's news.
    return last.replace(/^[0-9a-f]{8}-[0-9a-f-]{27}-/, "") || last;
  } catch {
    return encodeURIComponent(last);
  }
};

function stage(image, url, name, ended) {
  const { width, height } = image;
  if (image.state !== "DONE" || !url || !width) {
    const words = image.state === "FAILED" ? explain(image.error) : image.state === "DONE" ? "The picture cannot be shown." : ended ? "Not looked at." : "Waiting";
    return h("div", { class: "figure-blank" }, icon(image.state === "FAILED" ? "alert" : "clock"), h("p", null, words), image.error && h("code", null, image.error.code));
  }
  const found = image.detections.map(({ label }) => label).join(", ");
  // Some browsers show no HEIC: the boxes then stand on an empty ground of the picture's shape.
  const gone = (event) => event.target.classList.add("unseen-picture");
  const picture = h("img", { src: url, alt: `${name}${found ? ` with ${found}` : ""}`, width, height, loading: "lazy", onerror: gone });
  const frame = h("div", { class: "frame" }, picture, drawing(image), tags(image));
  return h("a", { class: "stage", href: url, target: "_blank", rel: "noopener", "aria-label": `Open ${name}` }, frame);
}

/** The boxes, in the pixels of the upright picture: the view box does the scaling. */
function drawing({ width, height, detections }) {
  return svg(
    "svg",
    { class: "marks", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    detections.flatMap(({ bbox: [x0, y0, x1, y1], confidence }) => {
      const place = { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
      const kind = confidence < 0.5 ? "unsure" : "sure";
      // A dark line under the bright one keeps it visible on any ground.
      return [svg("rect", { ...place, class: `under ${kind}` }), svg("rect", { ...place, class: kind })];
    }),
  );
}

/** The labels are text of the page's size, not of the picture's. */
function tags({ width, height, detections }) {
  const largest = [...detections].sort((a, b) => area(b.bbox) - area(a.bbox)).slice(0, MOST_LABELS);
  return h(
    "div",
    { class: "labels", "aria-hidden": "true" },
    largest.map(({ label, confidence, bbox: [x0, y0, , y1] }) => {
      const inside = y0 / height < 0.08; // no room above: stand below
      const node = h("span", { class: `label${confidence < 0.5 ? " unsure" : ""}${inside ? " below" : ""}${x0 / width > 0.7 ? " left" : ""}` }, `${label} ${Math.round(confidence * 100)}%`);
      node.style.left = percent(x0 / width);
      node.style.top = percent((inside ? y1 : y0) / height);
      return node;
    }),
  );
}

const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);

function facts(image) {
  if (image.state !== "DONE") return null;
  const { detections, model } = image;
  return h(
    "div",
    null,
    detections.length
      ? h("ul", { class: "found" }, [...detections].sort((a, b) => b.confidence - a.confidence).slice(0, 12).map(({ label, confidence }) => h("li", { class: "chip" }, label, h("span", null, `${Math.round(confidence * 100)}%`))))
      : h("p", { class: "quiet" }, "Nothing was found in it."),
    model && h("p", { class: "quiet model" }, `${model.name} ${model.version}`),
  );
}
