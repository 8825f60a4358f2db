// One event: its photos, how far they are read, the search, and the ways to add more.

import { eventPath, get, post } from "./api.js";
import { announce, day, h, icon, number, plural } from "./dom.js";
import { eventUploads } from "./event_uploads.js";
import { keepPhoto, nameOf, photoGrid } from "./grid.js";
import { lightbox } from "./lightbox.js";
import { Listing } from "./listing.js";
import { isState, stateTabs } from "./photo_tabs.js";
import { nearWords } from "./near.js";
import { participantsPanel } from "./participants.js";
import { poll } from "./poll.js";
import { askProcess } from "./process_ask.js";
import { reviewLink } from "./review_link.js";
import { galleryPanel } from "./reports.js";
import { live, requestPanel } from "./requests.js";
import { searchForm } from "./search.js";
import { explain } from "./words.js";

/** The view at `#/events/{eventId}`. */
export function eventView(eventId, go) {
  const here = { bib: "", state: "", photo: "" };
  let event = null;
  let request = null;
  let photos = null;
  let pushed = false; // the lightbox was opened from the grid, so "back" closes it
  let left = false;
  let stale = false; // the counts moved, the photos shown have not
  let refreshed = { at: 0, took: 0 };
  let outside = null; // a photo with an address of its own that no loaded page holds

  const heading = h("h1", { tabindex: "-1" }, " ");
  const about = h("p", { class: "lede" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => guard(open()) }, "Try again");
  const againWords = h("span", null, "Process again");
  const again = h("button", { class: "button ghost", type: "button", onclick: () => askProcess(process, { first: !photoCount() }) }, icon("again"), againWords);
  const { uploads, zone, sending } = eventUploads(eventId, again);
  const following = requestPanel((imageId) => href({ photo: imageId }));
  const search = searchForm((bib, typing) => go(href({ bib, state: "", photo: "" }), { replace: typing }));
  const review = reviewLink(eventId);
  const people = participantsPanel(eventId, { bibHref: (bib) => href({ bib, state: "", photo: "" }), changed: refresh });
  const tabs = stateTabs((state) => href({ state, bib: "", photo: "" }));
  const found = h("div", { class: "found", hidden: true });
  const grid = photoGrid({ href: (imageId) => href({ photo: imageId }), broken: reload });
  const nothing = h("p", { class: "nothing quiet", hidden: true });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: () => guard(photos.more()) }, "Load more photos");
  const box = lightbox({ move, close: closed, bibHref: (bib) => href({ bib, state: "", photo: "" }), broken: reload, changed: corrected });
  const node = h(
    "div",
    { class: "event-view" },
    h("a", { class: "crumb", href: "#/" }, icon("back"), "All events"),
    h("div", { class: "event-head" }, h("div", { class: "grow" }, heading, about), search.node),
    error,
    h("div", { class: "event-body", hidden: true }, zone.node, sending, following.node, review.node, people.node, galleryPanel(eventId), tabs.node, found, grid.node, nothing, more),
  );
  const body = node.querySelector(".event-body");

  const near = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting) && photos?.cursor) guard(photos.more({ quiet: true }));
    },
    { rootMargin: "600px" },
  );
  near.observe(more);

  const stored = () => poller.wake();
  uploads.addEventListener("stored", stored);
  const poller = poll(look, (problem) => complain(problem));

  function href(change) {
    const query = new URLSearchParams(Object.entries({ ...here, ...change }).filter(([, value]) => value));
    return `#/events/${encodeURIComponent(eventId)}${query.size ? `?${query}` : ""}`;
  }

  const photoCount = () => Object.values(event?.counts ?? {}).reduce((sum, count) => sum + count, 0);

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
    draw(await get(eventPath(eventId)));
    const latest = await get(eventPath(eventId, "requests"), { query: { limit: 1 } });
    // A request that ended well some time ago is nobody's news.
    if (latest.items[0] && (live(latest.items[0]) || latest.items[0].state !== "SUCCEEDED")) await follow(latest.items[0].requestId);
    if (photos && !photos.loaded) await photos.more();
    poller.wake();
  }

  async function look() {
    if (!event) return { changed: false, busy: false };
    const before = JSON.stringify([event.counts, request]);
    const [fresh] = await Promise.all([get(eventPath(eventId), { quiet: true }), live(request) && follow(request.requestId, true)]);
    const changed = JSON.stringify([fresh.counts, request]) !== before;
    if (left) return { changed: false, busy: false };
    error.hidden = true;
    draw(fresh);
    stale ||= changed;
    // A long list takes long to load once more; it gets at most a fifth of the time.
    if (stale && performance.now() - refreshed.at > 4 * refreshed.took) {
      stale = false;
      const start = performance.now();
      await photos?.refresh();
      refreshed = { at: performance.now(), took: performance.now() - start };
    }
    return { changed, busy: stale || fresh.counts.pending > 0 || live(request) || uploads.busy };
  }

  async function follow(requestId, quiet = false) {
    request = await get(eventPath(eventId, "requests", requestId), { quiet });
    following.show(request);
  }

  async function process(what, idempotencyKey) {
    request = await post(eventPath(eventId, "process"), what, { headers: { "idempotency-key": idempotencyKey } });
    following.show(request);
    announce("Processing started");
    poller.wake();
  }

  function draw(fresh) {
    event = fresh;
    const { pending, done, failed } = event.counts;
    const all = photoCount();
    heading.textContent = event.name;
    document.title = `${event.name} · Medley`;
    about.textContent = [event.date && day(event.date), all > 0 && plural(all, "photo"), pending && `${number(pending)} waiting to be read`].filter(Boolean).join(" · ");
    review.show(event.review);
    body.hidden = false;
    node.classList.toggle("no-photos", all === 0 && !here.bib);
    againWords.textContent = all ? "Process again" : "Photos from S3 …";
    again.setAttribute("aria-label", againWords.textContent); // on a phone the icon stands alone
    tabs.show(here.state, { "": all, DONE: done, PENDING: pending, FAILED: failed });
  }

  function list() {
    photos?.stop();
    photos = new Listing(eventPath(eventId, "photos"), { query: { bib: here.bib, state: here.state }, identity: "imageId", keep: keepPhoto });
    const mine = photos;
    mine.addEventListener("change", () => {
      if (mine === photos) drawPhotos();
    });
    grid.show([]);
    nothing.hidden = true;
    more.hidden = true;
    found.hidden = true;
    node.classList.toggle("searching", Boolean(here.bib));
    if (event) guard(mine.more());
  }

  function drawPhotos() {
    const { items, cursor, loaded } = photos;
    grid.show(items, here.bib);
    more.hidden = !cursor;
    // An observer tells of crossings only; a short page may leave the button in view.
    near.unobserve(more);
    near.observe(more);
    nothing.hidden = !loaded || items.length > 0 || !(here.bib || here.state);
    nothing.replaceChildren(here.bib ? noneFound() : "No photo is in this state.");
    found.hidden = !here.bib;
    if (here.bib) {
      const count = items.length ? `${number(items.length)}${cursor ? "+" : ""}` : "No";
      const words = `${count} ${items.length === 1 && !cursor ? "photo" : "photos"} of `;
      found.replaceChildren(h("h2", null, words, h("span", { class: "bib found" }, here.bib), nameOf(items[0], here.bib)), h("a", { class: "button small", href: href({ bib: "", photo: "" }) }, "Show all photos"));
      announce(words + here.bib);
    }
    if (here.photo) showPhoto();
  }

  function noneFound() {
    const meant = nearWords(here.bib, photos.near, (bib) => href({ bib, state: "", photo: "" }));
    if (meant) return meant;
    const wait = event?.counts.pending ?? 0;
    if (wait) return `${plural(wait, "photo is", "photos are")} still to be read.`;
    return "The number may be hidden or blurred: it is worth a look through all photos.";
  }

  function place(imageId) {
    const { items, cursor } = photos;
    const index = items.findIndex((photo) => photo.imageId === imageId);
    const known = index >= 0;
    return { index, count: items.length, more: known && Boolean(cursor), previous: known ? items[index - 1] : null, next: known ? items[index + 1] : null };
  }

  async function showPhoto() {
    const wanted = here.photo;
    const { index } = place(wanted);
    try {
      if (index < 0 && outside?.imageId !== wanted) outside = await get(eventPath(eventId, "photos", wanted));
      const photo = index >= 0 ? photos.items[index] : outside;
      if (here.photo === wanted && !left) box.show(photo, place(wanted));
    } catch (problem) {
      complain(problem);
      go(href({ photo: "" }), { replace: true });
    }
  }

  async function move(step) {
    const from = place(here.photo);
    if (step > 0 && !from.next && from.more) await guard(photos.more());
    const target = step > 0 ? place(here.photo).next : from.previous;
    if (target) go(href({ photo: target.imageId }), { replace: true });
  }

  function closed() {
    if (!here.photo || box.open) return;
    if (pushed) history.back();
    else go(href({ photo: "" }), { replace: true });
  }

  /** A picture that does not load has most likely outlived its signed address. */
  async function reload(photo) {
    try {
      photos.replace(await get(eventPath(eventId, "photos", photo.imageId), { quiet: true }));
    } catch {
      // The tile stays as it is; the next look at the list replaces it.
    }
  }

  /** What is shown of all photos may have changed: by a start list, or an opt-out. */
  function refresh() {
    stale = true;
    poller.wake();
  }

  function corrected(photo) {
    if (outside?.imageId === photo.imageId) outside = photo;
    photos.replace(photo);
    poller.wake();
  }

  function update(params) {
    const before = { ...here };
    const state = (params.get("state") ?? "").toUpperCase();
    here.bib = (params.get("bib") ?? "").trim();
    here.state = !here.bib && isState(state) ? state : "";
    here.photo = params.get("photo") ?? "";
    search.set(here.bib);
    if (!photos || here.bib !== before.bib || here.state !== before.state) list();
    else if (here.photo !== before.photo && photos.loaded) drawPhotos();
    if (event) draw(event);
    if (!here.photo) {
      pushed = false;
      box.hide();
    } else if (!before.photo && photos.loaded) pushed = true;
  }

  guard(open());
  return {
    node,
    heading,
    title: "Medley",
    update,
    leave() {
      left = true;
      here.photo = ""; // so that closing the lightbox goes nowhere
      poller.stop();
      photos?.stop();
      near.disconnect();
      zone.leave();
      box.hide();
      uploads.removeEventListener("stored", stored);
    },
  };
}
