// One photo large: swipe or arrow keys to turn, and what one can do with it.

import { announce, h, icon, number, safeUrl } from "./dom.js";
import { clock } from "./gallery_grid.js";

const SWIPE_PX = 48;

/**
 * `show(photos, index, burst)` opens it or moves on: all photos in order, and those of the same
 * moment. `go(imageId)`, `close()` and `broken()` are told what happens; `actions` are the
 * functions `download(photo) -> href`, `share(photo)`, `wrong(photo)` and `remove(photo)`.
 */
export function galleryBox({ go, close, broken, actions }) {
  const title = h("h2", { class: "box-name" });
  const where = h("p", { class: "box-where" });
  const stage = h("div", { class: "box-stage" });
  const strip = h("ul", { class: "strip", role: "list", "aria-label": "Photos of the same moment" });
  let photos = [];
  let at = 0;
  let start = null;
  const current = () => photos[at];
  const button = (label, sign, onclick, props) =>
    h("button", { class: "box-button", type: "button", "aria-label": label, title: label, onclick, ...props }, icon(sign));
  const download = h("a", { class: "button main", download: "" }, icon("download"), "Download");
  const shareWords = h("span", null, navigator.share ? "Share" : "Copy link");
  const back = button("Previous photo", "back", () => turn(-1), { class: "box-button turn previous" });
  const next = button("Next photo", "next", () => turn(1), { class: "box-button turn next" });
  const node = h(
    "dialog",
    { class: "lightbox runner-box", "aria-label": "Photo", tabindex: "-1", onclose: () => close(), onkeydown: keyed },
    h("header", { class: "box-head" }, h("div", { class: "grow" }, title, where), button("Close", "close", () => node.close())),
    h("div", { class: "box-main" }, stage, back, next),
    h(
      "footer",
      { class: "box-foot" },
      strip,
      h(
        "div",
        { class: "box-acts" },
        download,
        h("button", { class: "button", type: "button", onclick: share }, icon(navigator.share ? "share" : "link"), shareWords),
        h("span", { class: "grow" }),
        h("button", { class: "button ghost", type: "button", onclick: () => actions.wrong(current()) }, "This is not me"),
        h("button", { class: "button ghost", type: "button", onclick: () => actions.remove(current()) }, "Remove"),
      ),
    ),
  );

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
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) turn(x < 0 ? 1 : -1);
  });
  stage.addEventListener("pointercancel", () => {
    start = null;
  });

  function turn(step) {
    const target = photos[at + step];
    if (target) go(target.imageId);
  }

  function keyed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const keys = { ArrowLeft: () => turn(-1), ArrowRight: () => turn(1), Home: () => go(photos[0].imageId), End: () => go(photos.at(-1).imageId) };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  async function share() {
    const said = await actions.share(current());
    if (!said) return;
    shareWords.textContent = said;
    announce(said);
  }

  function show(all, index, burst) {
    photos = all;
    const photo = all[index];
    const turned = at !== index || !node.open;
    at = index;
    title.textContent = photo.takenAt ? clock(photo.takenAt) : "Photo";
    where.textContent = `${number(index + 1)} of ${number(all.length)}`;
    back.hidden = index === 0;
    next.hidden = index === all.length - 1;
    download.href = actions.download(photo);
    if (turned || stage.dataset.url !== photo.webUrl) {
      stage.dataset.url = photo.webUrl;
      stage.replaceChildren(picture(photo));
      shareWords.textContent = navigator.share ? "Share" : "Copy link";
    }
    strip.hidden = burst.length < 2;
    showStrip(burst, photo);
    if (!node.open) {
      document.body.append(node);
      node.showModal();
      node.focus(); // not its first button: arrow keys are what one uses here
    } else if (turned) announce(`${where.textContent}`);
    for (const near of [all[index + 1], all[index - 1]]) {
      if (near) new Image().src = safeUrl(near.webUrl); // so that turning shows it at once
    }
  }

  function picture(photo) {
    const image = h("img", { src: safeUrl(photo.webUrl), alt: `Photo ${at + 1}`, draggable: "false", onerror: broken });
    if (!photo.width || !photo.height) return h("div", { class: "frame unsized" }, image);
    const made = h("div", { class: "frame" }, image);
    made.style.setProperty("--ratio", photo.width / photo.height);
    made.style.setProperty("--width", `${photo.width}px`);
    return made;
  }

  /** The frames stay while the burst does, and with them somebody's focus. */
  function showStrip(burst, photo) {
    if (strip.dataset.burst !== burst[0].thumbUrl) {
      strip.dataset.burst = burst[0].thumbUrl;
      strip.replaceChildren(...(burst.length < 2 ? [] : burst.map(frame)));
    }
    [...strip.children].forEach((each, place) => {
      if (burst[place] === photo) each.firstChild.setAttribute("aria-current", "true");
      else each.firstChild.removeAttribute("aria-current");
    });
  }

  function frame(each, place) {
    return h(
      "li",
      null,
      h(
        "button",
        { type: "button", "aria-label": place ? `Same moment, photo ${place + 1}` : "Same moment, the sharpest", onclick: () => go(each.imageId) },
        h("img", { src: safeUrl(each.thumbUrl), alt: "" }),
      ),
    );
  }

  return {
    show,
    hide() {
      if (node.open) node.close();
      node.remove();
    },
    get open() {
      return node.open;
    },
  };
}
