// One listing: the way to its files, and its batches.

import { get, pathOf, post } from "./api.js";
import { announce, arrange, h, icon, plural } from "./dom.js";
import { isVideo, MEDIA, refusal, typeOf } from "./files.js";
import { Listing } from "./listing.js";
import { poll } from "./poll.js";
import { remember } from "./recent.js";
import { askStart } from "./start.js";
import { Uploads } from "./uploads.js";
import { dropZone, uploadsPanel } from "./uploads_panel.js";
import { explain, isLive, moment, stateTone, stateWords } from "./words.js";

/** The view at `#/listings/{listingId}`. */
export function placeView(listingId, go) {
  const batches = new Listing(pathOf("listings", listingId, "batches"), { identity: "batchId" });
  const uploads = new Uploads(permit, refusal);
  let left = false;
  let refused = [];

  const heading = h("h1", { tabindex: "-1" }, listingId);
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => load() }, "Try again");
  const zone = dropZone(uploads, {
    accept: MEDIA,
    title: ["Drop photos and videos"],
    words: "JPEG, PNG, WebP, HEIC, AVIF, GIF, MP4, MOV. Folders too.",
    choose: "Choose files",
  });
  const start = h("button", { class: "button main", type: "button", onclick: ask }, "Start a batch …");
  const forget = h("button", { class: "button ghost", type: "button", onclick: () => uploads.clear(uploads.stored) }, "Forget them");
  const ready = h("p", { class: "ready-words" });
  const startPanel = h("section", { class: "panel ready", "aria-label": "Ready for a batch", hidden: true }, ready, h("div", { class: "acts" }, start, forget));
  const list = h("ul", { class: "events", role: "list" });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: () => load() }, "Show older batches");
  const empty = h("p", { class: "nothing quiet", hidden: true }, "No batches yet. Drop some files, then start one.");
  const wrong = h("ul", { class: "rows bad-rows", "aria-label": "Uploads that were no batch" });
  const node = h(
    "div",
    { class: "event-view" },
    h("a", { class: "crumb", href: "#/" }, icon("back"), "All listings"),
    h("div", { class: "event-head" }, h("div", { class: "grow" }, heading, h("p", { class: "lede" }, "Listing"))),
    error,
    h("div", { class: "event-body" }, zone.node, uploadsPanel(uploads, { explain }), startPanel, h("section", { class: "home-list", "aria-label": "Batches" }, h("h2", null, "Batches"), list, empty, more, wrong)),
  );

  async function permit(files) {
    const body = {
      files: files.map((file) => ({ filename: file.name.slice(-255), mediaType: isVideo(file) ? "video" : "photo", contentType: typeOf(file), size: file.size })),
    };
    return (await post(pathOf("listings", listingId, "uploads"), body)).uploads;
  }

  function ask() {
    const stored = uploads.stored;
    askStart(stored, async (body, key) => {
      const batch = await post(pathOf("listings", listingId, "batches"), body, { headers: { "idempotency-key": key } });
      uploads.clear(stored);
      announce("Started");
      go(`#/listings/${encodeURIComponent(listingId)}/${encodeURIComponent(batch.batchId)}`);
    });
  }

  uploads.addEventListener("change", () => {
    const count = uploads.stored.length;
    startPanel.hidden = !count || uploads.busy;
    ready.textContent = `${plural(count, "file is", "files are")} ready.`;
  });

  async function load() {
    try {
      await batches.more();
      await look();
      error.hidden = true;
      remember(listingId);
    } catch (problem) {
      if (left) return;
      error.replaceChildren(explain(problem), " ", retry);
      error.hidden = false;
    }
  }

  async function look() {
    const page = await get(pathOf("listings", listingId, "batches"), { query: { limit: 1 }, quiet: true });
    refused = page.refused ?? [];
    draw();
  }

  function draw() {
    arrange(list, batches.items.map((batch) => batchRow(batch, listingId)));
    empty.hidden = batches.items.length > 0 || !batches.loaded;
    more.hidden = !batches.cursor;
    arrange(
      wrong,
      refused.map((one) => h("li", { class: "row" }, h("span", { class: "row-name" }, "batch.json"), h("span", { class: "row-state" }, `${explain(one.error)} `, h("code", null, one.error.message), ` ${moment(one.createdAt)}`))),
    );
    wrong.hidden = !refused.length;
  }

  batches.addEventListener("change", draw);
  const poller = poll(async () => {
    if (!batches.loaded) return { changed: false, busy: false };
    const before = JSON.stringify(batches.items);
    await batches.refresh();
    if (!batches.items.some(({ status }) => isLive(status))) await look();
    return { changed: JSON.stringify(batches.items) !== before, busy: batches.items.some(({ status }) => isLive(status)) };
  });
  load();
  return {
    node,
    heading,
    title: `${listingId} · Medley media`,
    update() {},
    leave() {
      left = true;
      zone.leave();
      uploads.cancel();
      poller.stop();
      batches.stop();
    },
  };
}

function batchRow(batch, listingId) {
  const { listed, failed } = batch.counts;
  return h(
    "li",
    null,
    h(
      "a",
      { class: "event", href: `#/listings/${encodeURIComponent(listingId)}/${encodeURIComponent(batch.batchId)}` },
      h("span", { class: "event-name" }, batch.batchId),
      h("span", { class: "event-day" }, moment(batch.createdAt)),
      h(
        "span",
        { class: "event-counts" },
        listed > 0 && h("span", null, plural(listed, "item")),
        failed > 0 && h("span", { class: "tag bad" }, `${failed} failed`),
        h("span", { class: `tag ${stateTone(batch.status)}` }, stateWords(batch.status)),
      ),
    ),
  );
}
