// One batch: how far it is, its items, its zip, and who was told.

import { get, pathOf, post } from "./api.js";
import { deliveriesPanel } from "./deliveries.js";
import { announce, bytes, h, icon, number, randomName, safeUrl } from "./dom.js";
import { itemBox } from "./item_box.js";
import { itemGrid } from "./items.js";
import { poll } from "./poll.js";
import { remember } from "./recent.js";
import { explain, isLive, moment, stateTone, stateWords } from "./words.js";

const FILTERS = { "": "All", DONE: "Done", FAILED: "Failed" };

/** The view at `#/listings/{listingId}/{batchId}?show=&item=`. */
export function batchView(listingId, batchId, go) {
  const path = (...rest) => pathOf("listings", listingId, "batches", batchId, ...rest);
  const here = { show: "", item: "" };
  let batch = null;
  let left = false;
  let attempt = null; // a rerun asked for twice is one run

  const heading = h("h1", { tabindex: "-1" }, batchId);
  const about = h("p", { class: "lede" });
  const state = h("span", { class: "tag" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => open() }, "Try again");
  const counts = h("p", { class: "counts" });
  const bar = h("progress", { max: "1", "aria-label": "Items that came to their end" });
  const whole = h("p", { class: "quiet" });
  const zip = h("a", { class: "button main", hidden: true, rel: "noopener" });
  const rerun = h("button", { class: "button", type: "button", hidden: true, onclick: again }, icon("again"), h("span", null));
  const panel = h("section", { class: "panel", "aria-label": "Progress" }, h("div", { class: "between" }, h("div", { class: "grow" }, counts, whole), h("div", { class: "acts" }, rerun, zip)), bar);
  const tabs = Object.entries(FILTERS).map(([show, words]) => h("a", { class: "tab", "data-show": show }, words));
  const grid = itemGrid((itemId) => href({ item: itemId }));
  const nothing = h("p", { class: "nothing quiet", hidden: true }, "None.");
  const told = deliveriesPanel(path, () => batch);
  const box = itemBox({ close: () => go(href({ item: "" }), { replace: true }) });
  const body = h("div", { class: "event-body", hidden: true }, panel, h("nav", { class: "tabs", "aria-label": "Which items" }, tabs), grid.node, nothing, told.node);
  const node = h(
    "div",
    { class: "event-view" },
    h("a", { class: "crumb", href: `#/listings/${encodeURIComponent(listingId)}` }, icon("back"), listingId),
    h("div", { class: "event-head" }, h("div", { class: "grow" }, heading, about), state),
    error,
    body,
  );
  const poller = poll(look, complain);

  function href(change) {
    const query = new URLSearchParams(Object.entries({ ...here, ...change }).filter(([, value]) => value));
    return `#/${["listings", listingId, batchId].map(encodeURIComponent).join("/")}${query.size ? `?${query}` : ""}`;
  }

  function complain(problem) {
    if (left) return;
    error.replaceChildren(explain(problem), " ", retry);
    error.hidden = false;
  }

  async function open() {
    try {
      show(await get(path()));
      error.hidden = true;
      body.hidden = false;
      remember(listingId);
      await told.load();
      poller.wake();
    } catch (problem) {
      complain(problem);
    }
  }

  async function look() {
    if (!batch || (!isLive(batch.status) && !told.live)) return { changed: false, busy: false };
    const before = told.mark + batch.status + JSON.stringify(batch.counts);
    if (isLive(batch.status)) show(await get(path(), { quiet: true }));
    if (batch.callbackUrl && !isLive(batch.status)) await told.load({ quiet: true });
    const busy = isLive(batch.status) || told.live;
    return { changed: told.mark + batch.status + JSON.stringify(batch.counts) !== before, busy };
  }

  function show(fresh) {
    if (left) return;
    const before = batch?.status;
    batch = fresh;
    const { total, done, failed, skipped } = batch.counts;
    about.textContent = [moment(batch.createdAt), batch.listingIdentityId].filter(Boolean).join(" · ");
    state.textContent = stateWords(batch.status);
    state.className = `tag ${stateTone(batch.status)}`;
    counts.textContent = total
      ? [`${number(done)} of ${number(total)} done`, failed && `${number(failed)} failed`, skipped && `${number(skipped)} were done before`].filter(Boolean).join(" · ")
      : stateWords(batch.status);
    whole.textContent = batch.error ? explain(batch.error) : "";
    whole.hidden = !batch.error;
    bar.hidden = !isLive(batch.status);
    // Without a value the bar says "busy", which is true until the items were looked at.
    if (total) bar.value = (done + failed) / total;
    else bar.removeAttribute("value");
    const url = batch.zipUrl && safeUrl(batch.zipUrl);
    zip.hidden = !url;
    if (url) zip.href = url;
    zip.replaceChildren(icon("download"), `Zip · ${bytes(batch.zipBytes ?? 0)}`);
    const undone = batch.items.filter((item) => item.state !== "DONE").length;
    rerun.hidden = isLive(batch.status) || !undone;
    rerun.lastChild.textContent = `Run ${number(undone)} again`;
    told.node.hidden = !batch.callbackUrl;
    draw();
    if (before && before !== batch.status) announce(`${state.textContent}. ${counts.textContent}`);
  }

  function draw() {
    for (const tab of tabs) {
      const { show: which } = tab.dataset;
      const count = which ? batch.items.filter((item) => item.state === which).length : batch.items.length;
      tab.textContent = `${FILTERS[which]} ${number(count)}`;
      tab.href = href({ show: which, item: "" });
      if (which === here.show) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    const items = batch.items.filter((item) => !here.show || item.state === here.show);
    grid.show(items, isLive(batch.status));
    nothing.hidden = items.length > 0;
    const item = batch.items.find(({ itemId }) => itemId === here.item);
    if (item) box.show(item);
    else box.hide();
  }

  async function again() {
    attempt ??= randomName();
    rerun.disabled = true;
    try {
      show(await post(path("rerun"), undefined, { headers: { "idempotency-key": attempt } }));
      attempt = null;
      error.hidden = true;
      announce("Started");
      poller.wake();
    } catch (problem) {
      complain(problem);
    }
    rerun.disabled = false;
  }

  told.node.addEventListener("replayed", () => poller.wake());
  open();
  return {
    node,
    heading,
    title: `${batchId} · Medley media`,
    update(params) {
      here.show = params.get("show") in FILTERS ? params.get("show") : "";
      here.item = params.get("item") ?? "";
      if (batch) draw();
    },
    leave() {
      left = true;
      poller.stop();
      box.hide();
    },
  };
}
