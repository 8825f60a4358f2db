// The panel that follows one request: its state, its counts, and the runners whose reel failed.

import { eventPath, get } from "./api.js";
import { announce, h, icon, number } from "./dom.js";
import { explain, stateWords } from "./words.js";

/** Whether a request still has something to do. */
export const live = (request) => ["PENDING", "RUNNING"].includes(request?.state);

/** `show(request)` draws it; a null hides the panel. `reelHref(bib)` links to a reel. */
export function progressPanel(reelHref) {
  const title = h("h2", { class: "panel-title" });
  const note = h("p", { class: "quiet" });
  const bar = h("progress", { max: "1", "aria-label": "Reels made" });
  const errors = h("ul", { class: "rows bad-rows", "aria-label": "Reels that failed" });
  const more = h("button", { class: "button small", type: "button", hidden: true, onclick: loadMore }, "Show more errors");
  const close = h("button", { class: "button small ghost", type: "button", "aria-label": "Close this request", onclick: dismiss }, icon("close"));
  const node = h(
    "section",
    { class: "panel", "aria-label": "Progress", hidden: true },
    h("div", { class: "panel-head" }, h("div", { class: "grow" }, title, note), close),
    bar,
    errors,
    more,
  );
  let shown = null;
  let cursor = null;
  let dismissed = null;
  let extra = []; // errors beyond the first page, once someone asked for them

  function dismiss() {
    dismissed = shown?.requestId;
    node.hidden = true;
  }

  function show(request) {
    if (!request || request.requestId === dismissed) {
      node.hidden = true;
      return;
    }
    if (shown?.requestId !== request.requestId) extra = [];
    const before = shown?.requestId === request.requestId ? shown.state : null;
    shown = request;
    if (!extra.length) cursor = request.errorsCursor;
    const { total, done, failed } = request.counts;
    node.hidden = false;
    node.dataset.state = request.state;
    title.textContent = stateWords(request.state);
    note.textContent = [counted(request), request.error && explain(request.error)].filter(Boolean).join(" · ");
    close.hidden = live(request);
    bar.hidden = !live(request);
    // Without a value the bar says "busy", which is true until the runners are listed.
    if (total) bar.value = (done + failed) / total;
    else bar.removeAttribute("value");
    drawErrors();
    if (before && before !== request.state) announce(`${title.textContent}. ${note.textContent}`);
  }

  function drawErrors() {
    const all = [...(shown.errors ?? []), ...extra];
    errors.replaceChildren(...all.map((error) => errorRow(error, reelHref)));
    errors.hidden = !all.length;
    more.hidden = !cursor;
  }

  async function loadMore() {
    more.disabled = true;
    try {
      const path = eventPath(shown.eventId, "reel-requests", shown.requestId);
      const next = await get(path, { query: { cursor } });
      extra.push(...next.errors);
      cursor = next.errorsCursor;
      drawErrors();
    } catch (error) {
      announce(explain(error));
    }
    more.disabled = false;
  }

  return { node, show };
}

function counted({ counts, preview }) {
  const { listed, optedOut, withoutPhotos, total, done, failed, unchanged } = counts;
  if (!listed && !total) return optedOut ? `${number(optedOut)} opted out` : "";
  return [
    `${number(done)} of ${number(total)} ${preview ? "previews" : "reels"}`,
    failed && `${number(failed)} failed`,
    unchanged && `${number(unchanged)} had not changed`,
    withoutPhotos && `${number(withoutPhotos)} without photos`,
    optedOut && `${number(optedOut)} opted out`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function errorRow(error, reelHref) {
  return h(
    "li",
    { class: "row" },
    h("a", { class: "row-name", href: reelHref(error.bib) }, h("span", { class: "bib" }, error.bib)),
    h("span", { class: "row-state" }, explain(error), " ", h("code", null, error.code)),
  );
}
