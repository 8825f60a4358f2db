// Pictures looked through for what is in them: the way to a job, and the jobs.

import { pathOf, post } from "./api.js";
import { announce, arrange, h, plural, randomName } from "./dom.js";
import { PICTURES, refusal, typeOf } from "./files.js";
import { Listing } from "./listing.js";
import { poll } from "./poll.js";
import { Uploads } from "./uploads.js";
import { dropZone, uploadsPanel } from "./uploads_panel.js";
import { explain, isLive, moment, stateTone, stateWords } from "./words.js";

/** The view at `#/jobs`. */
export function jobsView(go) {
  const jobs = new Listing("jobs", { identity: "jobId" });
  const uploads = new Uploads(permit, (file) => refusal(file, { videos: false }));
  let left = false;
  let sent = null; // the same pictures sent twice are one job

  const heading = h("h1", { tabindex: "-1" }, "Image jobs");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => load() }, "Try again");
  const zone = dropZone(uploads, {
    accept: PICTURES,
    title: ["Drop pictures"],
    words: "Each is looked through for things, people and text. JPEG, PNG, WebP, HEIC, AVIF.",
    choose: "Choose files",
  });
  const start = h("button", { class: "button main", type: "button", onclick: process }, "Find what is in them");
  const forget = h("button", { class: "button ghost", type: "button", onclick: () => uploads.clear(uploads.stored) }, "Forget them");
  const ready = h("p", { class: "ready-words" });
  const startPanel = h("section", { class: "panel ready", "aria-label": "Ready for a job", hidden: true }, ready, h("div", { class: "acts" }, start, forget));
  const list = h("ul", { class: "events", role: "list" });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: () => load() }, "Show older jobs");
  const empty = h("p", { class: "nothing quiet", hidden: true }, "No jobs yet. Drop some pictures.");
  const node = h(
    "div",
    { class: "event-view" },
    h("div", { class: "event-head" }, h("div", { class: "grow" }, heading, h("p", { class: "lede" }, "Pictures in; boxes with labels and how sure they are."))),
    error,
    h("div", { class: "event-body" }, zone.node, uploadsPanel(uploads, { explain }), startPanel, h("section", { class: "home-list", "aria-label": "Jobs" }, list, empty, more)),
  );

  const permit1 = async (file) => {
    const form = await post("uploads/presign", { filename: file.name.slice(-255), contentType: typeOf(file), size: file.size });
    return { ...form.post, imageUrl: form.imageUrl };
  };

  function permit(files) {
    return Promise.all(files.map(permit1));
  }

  async function process() {
    const stored = uploads.stored;
    const text = stored.map(({ permission }) => permission.imageUrl).join("\n");
    if (sent?.text !== text) sent = { text, key: randomName() };
    start.disabled = true;
    try {
      const body = { imageUrls: text.split("\n"), metadata: { source: "page" } };
      const job = await post("process", body, { headers: { "idempotency-key": sent.key } });
      uploads.clear(stored);
      announce("Started");
      go(`#/jobs/${encodeURIComponent(job.jobId)}`);
    } catch (problem) {
      complain(problem);
    }
    start.disabled = false;
  }

  uploads.addEventListener("change", () => {
    const count = uploads.stored.length;
    startPanel.hidden = !count || uploads.busy;
    ready.textContent = `${plural(count, "picture is", "pictures are")} ready.`;
  });

  function complain(problem) {
    if (left) return;
    error.replaceChildren(explain(problem), " ", retry);
    error.hidden = false;
  }

  async function load() {
    try {
      await jobs.more();
      error.hidden = true;
    } catch (problem) {
      complain(problem);
    }
  }

  jobs.addEventListener("change", () => {
    arrange(list, jobs.items.map(jobRow));
    empty.hidden = jobs.items.length > 0;
    more.hidden = !jobs.cursor;
  });
  const poller = poll(async () => {
    if (!jobs.loaded) return { changed: false, busy: false };
    const before = JSON.stringify(jobs.items);
    await jobs.refresh();
    return { changed: JSON.stringify(jobs.items) !== before, busy: jobs.items.some(({ status }) => isLive(status)) };
  });
  load();
  return {
    node,
    heading,
    title: "Image jobs · Medley media",
    update() {},
    leave() {
      left = true;
      zone.leave();
      uploads.cancel();
      poller.stop();
      jobs.stop();
    },
  };
}

function jobRow(job) {
  const { failed } = job.counts;
  return h(
    "li",
    null,
    h(
      "a",
      { class: "event", href: `#/${pathOf("jobs", job.jobId)}` },
      h("span", { class: "event-name" }, plural(job.imageCount, "picture")),
      h("span", { class: "event-day" }, [moment(job.createdAt), job.userId].filter(Boolean).join(" · ")),
      h("span", { class: "event-counts" }, failed > 0 && h("span", { class: "tag bad" }, `${failed} failed`), h("span", { class: `tag ${stateTone(job.status)}` }, stateWords(job.status))),
    ),
  );
}
