// One photo, large, with what was read in it drawn where it was read.

import { bytes, cameraTime, h, icon, number, safeUrl, svg } from "./dom.js";
import { corrections } from "./review_correct.js";
import { explain } from "./words.js";

const SWIPE_PX = 48;
const percent = (share) => `${(share * 100).toFixed(3)}%`;

/**
 * `show(photo, place)` opens it or moves on; `place` is `{index, count, more, previous, next}`.
 * `move(-1 | 1)` and `close()` are told what the person asks for; `bibHref(bib)` is a search;
 * `changed(photo)` gets a photo whose bibs the person has set right.
 */
export function lightbox({ move, close, bibHref, broken, changed }) {
  const bibs = corrections({ changed, bibHref });
  const name = h("h2", { class: "box-name" });
  const where = h("p", { class: "box-where", "aria-live": "polite" });
  const stage = h("div", { class: "box-stage" });
  const facts = h("div", { class: "box-facts" });
  const action = (label, sign, onclick, props) =>
    h("button", { class: "box-button", type: "button", "aria-label": label, title: label, onclick, ...props }, icon(sign));
  const marks = action("Show what was read", "boxes", toggle, { "aria-pressed": "true" });
  const download = h("a", { class: "box-button", "aria-label": "Download", title: "Download", rel: "noopener", target: "_blank" }, icon("download"));
  const back = action("Previous photo", "back", () => move(-1), { class: "box-button turn previous" });
  const next = action("Next photo", "next", () => move(1), { class: "box-button turn next" });
  const node = h(
    "dialog",
    { class: "lightbox", "aria-label": "Photo", tabindex: "-1", onclose: () => close(), onkeydown: keyed },
    h(
      "header",
      { class: "box-head" },
      h("div", { class: "grow" }, name, where),
      marks,
      download,
      action("Close", "close", () => node.close(), { class: "box-button box-close" }),
    ),
    h("div", { class: "box-main" }, stage, back, next),
    facts,
  );
  let start = null;
  let current = null;

  stage.addEventListener("pointerdown", (event) => {
    start = event.isPrimary && event.pointerType !== "mouse" ? { x: event.clientX, y: event.clientY } : null;
  });
  stage.addEventListener("pointerup", (event) => {
    if (!start || !event.isPrimary) return;
    const x = event.clientX - start.x;
    const y = event.clientY - start.y;
    start = null;
    // A zoomed view is moved around in, not turned.
    if ((visualViewport?.scale ?? 1) > 1.01) return;
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) move(x < 0 ? 1 : -1);
  });
  stage.addEventListener("pointercancel", () => {
    start = null;
  });

  function keyed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input")) return;
    const keys = { ArrowLeft: () => move(-1), ArrowRight: () => move(1), b: toggle };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  function toggle() {
    const shown = marks.getAttribute("aria-pressed") !== "true";
    marks.setAttribute("aria-pressed", String(shown));
    node.classList.toggle("plain", !shown);
  }

  function show(photo, place) {
    const turned = current !== photo;
    current = photo;
    name.textContent = photo.filename;
    where.textContent = place.index >= 0 ? `${number(place.index + 1)} of ${number(place.count)}${place.more ? "+" : ""}` : "";
    back.hidden = !place.previous;
    next.hidden = !place.next && !place.more;
    const url = safeUrl(photo.webUrl ?? "invalid:");
    download.hidden = !url;
    if (url) {
      download.href = url;
      download.download = photo.filename;
    }
    marks.hidden = !photo.readings?.length;
    if (turned) {
      bibs.show(photo);
      stage.replaceChildren(picture(photo, url));
      facts.replaceChildren(...factsOf(photo));
    }
    if (!node.open) {
      document.body.append(node);
      node.showModal();
      node.focus(); // not its first button: arrow keys are what one uses here
    }
    // Turning shows the next one at once.
    for (const near of [place.next, place.previous]) {
      const ahead = near && safeUrl(near.webUrl ?? "invalid:");
      if (ahead) new Image().src = ahead;
    }
  }

  function picture(photo, url) {
    if (!url) return message(photo);
    const { width, height } = photo;
    const image = h("img", { src: url, alt: described(photo), draggable: "false", onerror: () => broken(photo) });
    if (!width || !height) return h("div", { class: "frame unsized" }, image);
    const frame = h("div", { class: "frame" }, image, drawing(photo), labels(photo));
    frame.style.setProperty("--ratio", width / height);
    frame.style.setProperty("--width", `${width}px`);
    return frame;
  }

  function factsOf(photo) {
    const entry = (term, ...value) => h("div", null, h("dt", null, term), h("dd", null, ...value));
    return [
      h(
        "dl",
        null,
        photo.state === "DONE" && entry("Bibs", bibs.node),
        photo.takenAt && entry("Taken", cameraTime(photo.takenAt)),
        photo.width && entry("Size", `${number(photo.width)} × ${number(photo.height)}, ${bytes(photo.size)}`),
        !photo.width && photo.size !== null && photo.size !== undefined && entry("Size", bytes(photo.size)),
        photo.engine && entry("Read by", photo.engine),
      ),
    ].filter(Boolean);
  }

  return {
    show,
    hide() {
      current = null;
      if (node.open) node.close();
      node.remove();
    },
    get open() {
      return node.open;
    },
  };
}

function message(photo) {
  const failed = photo.state === "FAILED";
  return h("div", { class: "box-blank" }, icon(failed ? "alert" : "clock"), h("p", null, failed ? explain(photo.error) : "Waiting to be read"), failed && h("code", null, photo.error?.code ?? "unknown"));
}

const described = (photo) =>
  photo.bibs.length ? `Photo ${photo.filename} with bibs ${photo.bibs.join(", ")}` : `Photo ${photo.filename}`;

/** What is drawn: not what a person says is not there, nor what is somewhere in the photo. */
function placed({ width, height, readings }) {
  const somewhere = ([x0, y0, x1, y1]) => x0 <= 0 && y0 <= 0 && x1 >= width && y1 >= height;
  return (readings ?? []).filter(({ accepted, decided, box }) => (accepted || !decided) && !somewhere(box));
}

/** The boxes, in the pixels of the upright photo: the view box does the scaling. */
function drawing(photo) {
  const { width, height } = photo;
  return svg(
    "svg",
    { class: "marks", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    placed(photo).flatMap(({ bib, box: [x0, y0, x1, y1], accepted }) => {
      const place = { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
      const kind = accepted ? "sure" : "unsure";
      // A dark line under the bright one keeps it visible on any shirt.
      return [svg("rect", { ...place, class: `under ${kind}` }), svg("rect", { ...place, class: kind, "data-bib": bib })];
    }),
  );
}

/** The numbers beside the boxes are text of the page's size, not of the photo's. */
function labels(photo) {
  const { width, height } = photo;
  return h(
    "div",
    { class: "labels", "aria-hidden": "true" },
    placed(photo).map(({ bib, confidence, box: [x0, y0, , y1], accepted }) => {
      const label = h(
        "span",
        { class: accepted ? "label" : "label unsure" },
        accepted ? bib : `${bib} · ${Math.round(confidence * 100)}%`,
      );
      const inside = y0 / height < 0.07; // no room above: stand below
      label.classList.toggle("below", inside);
      label.style.left = percent(x0 / width);
      label.style.top = percent((inside ? y1 : y0) / height);
      return label;
    }),
  );
}
