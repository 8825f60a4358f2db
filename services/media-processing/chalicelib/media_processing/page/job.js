// One job: how far it is, and its pictures with what was found drawn where it was found.

import { call, get, pathOf } from "./api.js";
import { figure } from "./boxes.js";
import { announce, arrange, h, icon, number, plural } from "./dom.js";
import { poll } from "./poll.js";
import { explain, isLive, moment, stateTone, stateWords } from "./words.js";

/** The view at `#/jobs/{jobId}`. */
export function jobView(jobId) {
  let job = null;
  let images = []; // all that were loaded, each with its detections
  let cursor = null;
  let left = false;

  const heading = h("h1", { tabindex: "-1" }, "Image job");
  const about = h("p", { class: "lede break" });
  const state = h("span", { class: "tag" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => open() }, "Try again");
  const counts = h("p", { class: "counts" });
  const whole = h("p", { class: "quiet" });
  const bar = h("progress", { max: "1", "aria-label": "Pictures looked through" });
  const cancel = h("button", { class: "button", type: "button", hidden: true, onclick: stop }, icon("close"), "Cancel");
  const labels = h("ul", { class: "found", "aria-label": "What was found" });
  const grid = h("ul", { class: "figures", role: "list" });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: loadMore }, "Show more pictures");
  const body = h(
    "div",
    { class: "event-body", hidden: true },
    h("section", { class: "panel", "aria-label": "Progress" }, h("div", { class: "between" }, h("div", { class: "grow" }, counts, whole), cancel), bar, labels),
    grid,
    more,
  );
  const node = h(
    "div",
    { class: "event-view" },
    h("a", { class: "crumb", href: "#/jobs" }, icon("back"), "All jobs"),
    h("div", { class: "event-head" }, h("div", { class: "grow" }, heading, about), state),
    error,
    body,
  );
  const made = new Map(); // imageIndex -> {mark, node}
  const poller = poll(look, complain);
  const path = pathOf("jobs", jobId);

  function complain(problem) {
    if (left) return;
    error.replaceChildren(explain(problem), " ", retry);
    error.hidden = false;
  }

  async function open() {
    try {
      take(await get(path));
      error.hidden = true;
      body.hidden = false;
      poller.wake();
    } catch (problem) {
      complain(problem);
    }
  }

  async function look() {
    if (!job || !isLive(job.status)) return { changed: false, busy: false };
    const before = job.status + JSON.stringify(job.counts);
    const pages = await allShown();
    if (!left) take(...pages);
    return { changed: job.status + JSON.stringify(job.counts) !== before, busy: isLive(job.status) };
  }

  /** As many pages as are shown, once more. */
  async function allShown() {
    const pages = [await get(path, { quiet: true })];
    while (pages.at(-1).cursor && pages.reduce((sum, page) => sum + page.images.length, 0) < images.length) {
      pages.push(await get(path, { query: { cursor: pages.at(-1).cursor }, quiet: true }));
    }
    return pages;
  }

  async function loadMore() {
    more.disabled = true;
    try {
      const page = await get(path, { query: { cursor } });
      images = [...images, ...merged(page)];
      cursor = page.cursor;
      draw();
    } catch (problem) {
      complain(problem);
    }
    more.disabled = false;
  }

  function take(...pages) {
    const before = job?.status;
    job = pages[0];
    images = pages.flatMap(merged);
    cursor = pages.at(-1).cursor;
    const { done, failed, total } = job.counts;
    heading.textContent = plural(job.imageCount, "picture");
    about.textContent = [moment(job.createdAt), job.userId, jobId].filter(Boolean).join(" · ");
    state.textContent = stateWords(job.status);
    state.className = `tag ${stateTone(job.status)}`;
    counts.textContent = [`${number(done)} of ${number(total || job.imageCount)} looked through`, failed && `${number(failed)} failed`].filter(Boolean).join(" · ");
    whole.textContent = job.error ? explain(job.error) : "";
    whole.hidden = !job.error;
    bar.hidden = !isLive(job.status);
    bar.value = (done + failed) / (total || job.imageCount);
    cancel.hidden = !isLive(job.status);
    draw();
    if (before && before !== job.status) announce(`${state.textContent}. ${counts.textContent}`);
  }

  function draw() {
    const sums = new Map();
    for (const { detections } of images) for (const { label } of detections) sums.set(label, (sums.get(label) ?? 0) + 1);
    const sorted = [...sums].sort((a, b) => b[1] - a[1]).slice(0, 24);
    labels.replaceChildren(...sorted.map(([label, count]) => h("li", { class: "chip" }, label, h("span", null, number(count)))));
    labels.hidden = !sorted.length;
    arrange(grid, images.map(card));
    more.hidden = !cursor;
  }

  function card(image) {
    const mark = JSON.stringify([image.state, image.error, image.detections.length, image.state === "PENDING" && isLive(job.status)]);
    const before = made.get(image.imageIndex);
    if (before?.mark === mark) return before.node;
    const fresh = { mark, node: figure(image, !isLive(job.status)) };
    made.set(image.imageIndex, fresh);
    return fresh.node;
  }

  async function stop() {
    cancel.disabled = true;
    try {
      await call("DELETE", path);
      take(await get(path));
      error.hidden = true;
    } catch (problem) {
      complain(problem);
    }
    cancel.disabled = false;
  }

  open();
  return {
    node,
    heading,
    title: "Image job · Medley media",
    update() {},
    leave() {
      left = true;
      poller.stop();
    },
  };
}

/** The images of a page, each with what was found in it. */
function merged({ images, detections }) {
  const found = new Map(detections.map((one) => [one.imageIndex, one.detections]));
  return images.map((image) => ({ ...image, detections: found.get(image.imageIndex) ?? [] }));
}
