// One event: how far its reels are, the reels, and the ways to make more.

import { eventPath, get, post } from "./api.js";
import { announce, day, h, icon } from "./dom.js";
import { keepReel, reelGrid } from "./grid.js";
import { Listing } from "./listing.js";
import { player } from "./player.js";
import { poll } from "./poll.js";
import { live, progressPanel } from "./progress.js";
import { askStart } from "./start.js";
import { explain } from "./words.js";

/** The view at `#/events/{eventId}`. */
export function eventView(eventId, go) {
  const here = { bib: "", preview: "" };
  let event = null;
  let request = null;
  let reels = null;
  let showing = null; // the open player
  let left = false;

  const heading = h("h1", { tabindex: "-1" }, " ");
  const about = h("p", { class: "lede" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => guard(open()) }, "Try again");
  const start = h("button", { class: "button main", type: "button", onclick: () => askStart(make) }, icon("again"), "Make reels …");
  const search = searchForm((bib) => go(href({ bib })));
  const following = progressPanel((bib) => href({ bib }));
  const tabs = ["", "true"].map((preview) => h("a", { class: "tab", href: href({ preview, bib: "" }) }, preview ? "Previews" : "Reels"));
  const grid = reelGrid((bib) => href({ bib }));
  const nothing = h("p", { class: "nothing quiet", hidden: true });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: () => guard(reels.more()) }, "Load more reels");
  const body = h(
    "div",
    { class: "event-body", hidden: true },
    following.node,
    h("div", { class: "between" }, h("nav", { class: "tabs", "aria-label": "Which" }, tabs), start),
    grid.node,
    nothing,
    more,
  );
  const node = h(
    "div",
    { class: "event-view" },
    h("a", { class: "crumb", href: "#/" }, icon("back"), "All events"),
    h("div", { class: "event-head" }, h("div", { class: "grow" }, heading, about), search),
    error,
    body,
  );
  const near = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting) && reels?.cursor) guard(reels.more({ quiet: true }));
    },
    { rootMargin: "600px" },
  );
  near.observe(more);
  const poller = poll(look, complain);

  function href(change) {
    const query = new URLSearchParams(Object.entries({ ...here, ...change }).filter(([, value]) => value));
    return `#/events/${encodeURIComponent(eventId)}${query.size ? `?${query}` : ""}`;
  }

  function complain(problem) {
    if (left) return;
    error.replaceChildren(explain(problem), " ", retry);
    error.hidden = false;
  }

  async function guard(promise) {
    try {
      await promise;
      error.hidden = true;
    } catch (problem) {
      complain(problem);
    }
  }

  /** The first look: may ask for a key, and says if there is no such event. */
  async function open() {
    event = await get(eventPath(eventId));
    heading.textContent = event.name;
    document.title = `${event.name} · Medley reels`;
    about.textContent = event.date ? day(event.date) : "";
    const latest = await get(eventPath(eventId, "reel-requests"), { query: { limit: 1 } });
    // A request that ended well some time ago is nobody's news.
    if (latest.items[0] && (live(latest.items[0]) || latest.items[0].state !== "SUCCEEDED")) await follow(latest.items[0].requestId);
    body.hidden = false;
    if (!reels.loaded) await reels.more();
    poller.wake();
  }

  async function look() {
    if (!event || !live(request)) return { changed: false, busy: false };
    const before = JSON.stringify(request.counts) + request.state;
    await follow(request.requestId, true);
    const changed = JSON.stringify(request.counts) + request.state !== before;
    if (changed && !left) await reels.refresh();
    return { changed, busy: live(request) };
  }

  async function follow(requestId, quiet = false) {
    request = await get(eventPath(eventId, "reel-requests", requestId), { quiet });
    if (!left) following.show(request);
  }

  async function make(what, idempotencyKey) {
    request = await post(eventPath(eventId, "reels"), what, { headers: { "idempotency-key": idempotencyKey } });
    following.show(request);
    announce("Started");
    go(href({ preview: what.preview ? "true" : "", bib: "" }));
    poller.wake();
  }

  function list() {
    reels?.stop();
    reels = new Listing(eventPath(eventId, "reels"), { query: { preview: here.preview }, identity: "bib", keep: keepReel });
    const mine = reels;
    mine.addEventListener("change", () => {
      if (mine === reels) draw();
    });
    grid.show([]);
    nothing.hidden = true;
    more.hidden = true;
    if (event) guard(mine.more());
  }

  function draw() {
    grid.show(reels.items);
    more.hidden = !reels.cursor;
    // An observer tells of crossings only; a short page may leave the button in view.
    near.unobserve(more);
    near.observe(more);
    nothing.hidden = reels.items.length > 0;
    nothing.textContent = here.preview ? "No previews. They go after a day." : "No reels yet. “Make reels” makes one for every runner on the photos.";
  }

  /** Plays the reel of the bib in the address. */
  async function play() {
    if (!here.bib) {
      showing?.close();
      return;
    }
    if (showing?.bib === here.bib && showing.preview === here.preview) return;
    showing?.close();
    const mine = { bib: here.bib, preview: here.preview, close: () => {} };
    showing = mine;
    try {
      const reel = await get(eventPath(eventId, "reels", here.bib), { query: { preview: here.preview } });
      if (showing !== mine || left) return;
      mine.close = player(reel, () => {
        if (showing !== mine) return;
        showing = null;
        go(href({ bib: "" }), { replace: true });
      });
      error.hidden = true;
    } catch (problem) {
      if (showing !== mine) return;
      showing = null;
      complain(problem);
    }
  }

  return {
    node,
    heading,
    title: "Medley reels",
    update(params) {
      const preview = params.get("preview") === "true" ? "true" : "";
      const listed = reels !== null && preview === here.preview;
      here.preview = preview;
      here.bib = (params.get("bib") ?? "").slice(0, 6);
      search.querySelector("input").value = here.bib;
      tabs.forEach((tab, number) => {
        if (Boolean(number) === Boolean(here.preview)) tab.setAttribute("aria-current", "page");
        else tab.removeAttribute("aria-current");
      });
      if (!listed) list();
      if (!event) guard(open());
      play();
    },
    leave() {
      left = true;
      showing?.close();
      poller.stop();
      reels?.stop();
      near.disconnect();
    },
  };
}

function searchForm(found) {
  const input = h("input", { id: "bib", type: "search", inputmode: "numeric", pattern: "[0-9]{1,6}", maxlength: "6", autocomplete: "off", placeholder: "Bib number" });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) found(input.value.trim());
  };
  return h(
    "form",
    { class: "search", role: "search", onsubmit: submit },
    h("label", { class: "unseen", for: "bib" }, "Bib number"),
    h("div", { class: "search-field" }, icon("search"), input, h("button", { class: "button main", type: "submit" }, "Play")),
  );
}
