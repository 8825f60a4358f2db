// One reel: the video, its shapes, what it is made of, and the links to it.

import { bytes, h, icon, plural, safeUrl } from "./dom.js";
import { open } from "./dialogs.js";
import { sharing } from "./share.js";
import { ASPECTS, explain } from "./words.js";

/** Opens a player for the reel; `closed()` is called when it closes. Gives what closes it. */
export function player(reel, closed) {
  const stage = h("div", { class: "stage" });
  const download = h("a", { class: "button", download: "" }, icon("download"), h("span", null, "Download"));
  const shapes = reel.videos.map((video, number) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type: "radio", name: "shape", checked: number === 0, onchange: () => show(video) }),
      h("span", null, `${ASPECTS[video.aspect] ?? ""} ${video.aspect}`),
    ),
  );
  const close = h("button", { class: "box-button", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));
  const dialog = h(
    "dialog",
    { class: "player", "aria-label": `Reel of bib ${reel.bib}`, onclose: closed },
    h("div", { class: "player-head" }, h("span", { class: "bib" }, reel.bib), h("h2", { class: "grow" }, reel.name ?? ""), close),
    stage,
    h(
      "div",
      { class: "player-facts" },
      reel.error && h("p", { class: "notice bad" }, explain(reel.error), " ", h("code", null, reel.error.code)),
      reel.warnings.map((one) => h("p", { class: "notice" }, `A photo was left out: ${explain(one)}`)),
      reel.videos.length > 1 && h("fieldset", { class: "shapes" }, h("legend", { class: "unseen" }, "Shape"), shapes),
      reel.videos.length > 0 && h("div", { class: "acts" }, download),
      reel.videos.length > 0 && h("p", { class: "quiet made" }, madeOf(reel)),
      reel.videos.length > 0 && !reel.preview && sharing(reel),
    ),
  );

  function show(video) {
    const source = safeUrl(video.url);
    if (!source) return;
    // A new element for each shape: one whose source changes keeps the old picture for a while.
    stage.replaceChildren(
      h("video", {
        src: source,
        poster: safeUrl(video.posterUrl),
        controls: true,
        playsinline: true,
        loop: true,
        preload: "metadata",
        width: video.width,
        height: video.height,
        "aria-label": `Reel of bib ${reel.bib}`,
      }),
    );
    download.href = safeUrl(video.downloadUrl) ?? source;
    download.querySelector("span").textContent = `Download, ${bytes(video.size)}`;
  }

  if (reel.videos.length) show(reel.videos[0]);
  else stage.replaceChildren(h("p", { class: "blank" }, icon("alert"), "There is no video."));
  open(dialog);
  const video = stage.querySelector("video");
  // Browsers may refuse to start by themselves; the controls are there for that.
  if (video && !matchMedia("(prefers-reduced-motion: reduce)").matches) video.play().catch(() => {});
  return () => dialog.close();
}

function madeOf(reel) {
  const parts = [plural(reel.sources.length, "photo"), `template ${reel.templateId}, version ${reel.templateVersion}`];
  return `Made of ${parts.join(" · ")}`;
}
