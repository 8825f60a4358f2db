// The organiser's side of the gallery: its link, and what runners reported through it.

import { call, eventPath, get, post } from "./api.js";
import { announce, day, h, icon, plural, safeUrl } from "./dom.js";
import { explain } from "./words.js";

const ROOT = new URL("..", import.meta.url);
const SURE_MS = 5_000;

// The service cannot show a link again: it keeps a hash only. The browser that made it can, since
// the link is meant to be passed on. What is kept counts only while the service names the same id.
const shelf = (eventId) => `medley-gallery-${eventId}`;

function remembered(eventId, linkId) {
  try {
    const kept = JSON.parse(localStorage.getItem(shelf(eventId)));
    return kept?.linkId === linkId ? safeUrl(kept.url) : null;
  } catch {
    return null;
  }
}

function remember(eventId, kept) {
  try {
    if (kept) localStorage.setItem(shelf(eventId), JSON.stringify(kept));
    else localStorage.removeItem(shelf(eventId));
  } catch {
    // A browser that keeps nothing shows the link until the page is left.
  }
}

/** A button that asks "sure?" in its own words before it acts. */
function sureButton(words, question, act, props = {}) {
  const label = h("span", null, words);
  let timer = null;
  const node = h("button", { class: "button small ghost", type: "button", ...props, onclick: () => (timer ? go() : ask()) }, label);
  function ask() {
    label.textContent = question;
    announce(question);
    timer = setTimeout(calm, SURE_MS);
  }
  function calm() {
    clearTimeout(timer);
    timer = null;
    label.textContent = words;
  }
  function go() {
    calm();
    act();
  }
  return node;
}

/** The panel of an event; it loads when it comes into view, and asks for no key by itself. */
export function galleryPanel(eventId) {
  const link = h("div", { class: "gallery-link" });
  const list = h("ul", { class: "reports", role: "list" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const waiting = h("span", { class: "tag", hidden: true });
  const node = h(
    "details",
    { class: "panel gallery-panel" },
    h("summary", null, h("h2", null, "Runners' gallery"), waiting),
    h("div", { class: "gallery-body" }, link, error, list),
  );
  let fresh = null; // the address of a link that was made just now
  let cursor = null;

  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    guard(load(true), true);
  });
  seen.observe(node);
  node.addEventListener("toggle", () => node.open && guard(load()));

  async function guard(promise, quiet = false) {
    try {
      await promise;
      error.hidden = true;
    } catch (problem) {
      if (quiet) return;
      error.textContent = explain(problem);
      error.hidden = false;
    }
  }

  async function load(quiet = false) {
    const [state, reports] = await Promise.all([
      get(eventPath(eventId, "gallery-link"), { quiet }),
      get(eventPath(eventId, "reports"), { quiet, query: { limit: 50 } }),
    ]);
    drawLink(state);
    draw(reports);
  }

  // --- the link -------------------------------------------------------------------------------

  function drawLink(state) {
    const make = (words) => h("button", { class: state.active ? "button small" : "button main", type: "button", onclick: () => guard(create()) }, icon("link"), words);
    if (!state.active) {
      link.replaceChildren(h("p", { class: "quiet" }, "Give runners a link: they enter their bib number and get their own photos. Nobody sees a list of runners."), h("div", { class: "acts" }, make("Create the link")));
      return;
    }
    const url = fresh ?? remembered(eventId, state.linkId);
    const revoke = sureButton("Revoke", "Really end this link?", () => guard(end()));
    if (url) link.replaceChildren(address(url), h("div", { class: "acts" }, renew(), revoke));
    else {
      const since = state.createdAt ? ` since ${day(state.createdAt.slice(0, 10))}` : "";
      link.replaceChildren(h("p", { class: "quiet" }, `A link is in force${since}. Only the browser in which it was made can show it again. A new link ends it.`), h("div", { class: "acts" }, renew(), revoke));
    }
  }

  const renew = () => sureButton("Make a new link", "The old one ends. Sure?", () => guard(create()), { class: "button small" });

  function address(url) {
    const field = h("input", { id: "gallery-url", readonly: true, value: url, onfocus: (event) => event.target.select() });
    const words = h("span", null, "Copy");
    async function copy() {
      try {
        await navigator.clipboard.writeText(url);
        words.textContent = "Copied";
      } catch {
        field.select();
        words.textContent = "Press Ctrl+C";
      }
      announce(words.textContent);
    }
    return h(
      "div",
      { class: "address" },
      h("label", { for: "gallery-url" }, "Link for runners"),
      h("div", { class: "address-row" }, field, h("button", { class: "button main", type: "button", onclick: copy }, words), h("a", { class: "button", href: url, target: "_blank", rel: "noopener" }, "Open")),
      h("p", { class: "quiet" }, "Print it as a QR code or mail it. This browser remembers it; the service keeps only a hash."),
    );
  }

  async function create() {
    const made = await post(eventPath(eventId, "gallery-link"), {});
    // Beside the assets' folder, whatever prefix a stage or a domain puts before both.
    fresh = new URL(`g/${encodeURIComponent(made.token)}`, ROOT).href;
    remember(eventId, { linkId: made.linkId, url: fresh });
    drawLink({ active: true, linkId: made.linkId, createdAt: made.createdAt });
    announce("The link is made");
  }

  async function end() {
    const state = await call("DELETE", eventPath(eventId, "gallery-link"));
    fresh = null;
    remember(eventId, null);
    drawLink(state);
    announce("The link is revoked");
  }

  // --- reports --------------------------------------------------------------------------------

  function draw({ items, cursor: after }) {
    cursor = after;
    list.replaceChildren(...items.map(report));
    count();
  }

  function count() {
    const left = list.children.length;
    waiting.hidden = left === 0;
    waiting.textContent = `${plural(left, "report")}${cursor ? " or more" : ""} waiting`;
  }

  function report(one) {
    const thumb = one.thumbUrl && safeUrl(one.thumbUrl);
    const act = (action) => guard(resolve(one, action, row));
    const bib = one.bib ? h("span", { class: "bib" }, one.bib) : "a runner who opted out";
    const wish = one.kind === "wrong_tag" ? [bib, " is not on this photo"] : one.imageId ? [bib, " wants this photo removed"] : [bib, " wants all photos removed"];
    const row = h(
      "li",
      { class: "report" },
      thumb ? h("a", { class: "report-photo", href: `#/events/${encodeURIComponent(eventId)}?photo=${one.imageId}`, "aria-label": "The photo" }, h("img", { src: thumb, alt: "", loading: "lazy" })) : h("span", { class: "report-photo" }, icon("boxes")),
      h(
        "div",
        { class: "report-words" },
        h("p", { class: "report-wish" }, wish),
        one.message && h("p", { class: "report-message" }, one.message),
        h("p", { class: "quiet" }, day(one.createdAt.slice(0, 10))),
      ),
      h(
        "div",
        { class: "acts" },
        one.imageId && one.bib && h("button", { class: "button small", type: "button", onclick: () => act("untag") }, "Take the number off"),
        one.kind === "remove_me" && one.bib && sureButton("Opt the runner out", "All photos of the bib. Sure?", () => act("opt_out"), { class: "button small" }),
        h("button", { class: "button small ghost", type: "button", onclick: () => act("dismiss") }, "Dismiss"),
      ),
    );
    return row;
  }

  async function resolve(one, action, row) {
    const buttons = [...row.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    try {
      await post(eventPath(eventId, "reports", one.reportId, "resolve"), { action });
    } catch (problem) {
      for (const button of buttons) button.disabled = false;
      if (problem.code !== "report_handled") throw problem; // somebody else was faster
    }
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    next?.querySelector("button")?.focus();
    count();
    announce("Done");
    if (!list.children.length && cursor) await load();
  }

  return node;
}
