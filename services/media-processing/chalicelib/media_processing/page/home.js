// The choice of a listing.

import { h, icon, svg } from "./dom.js";
import { recentListings } from "./recent.js";

const PATTERN = "[A-Za-z0-9](?:[A-Za-z0-9_\\-]{0,62}[A-Za-z0-9])?";

/** The view at `#/`. */
export function homeView(go) {
  const input = h("input", {
    id: "listing-id",
    required: true,
    maxlength: "64",
    pattern: PATTERN,
    title: "Letters, digits, hyphens and underscores",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: "elm-street-7",
  });
  const submit = (event) => {
    event.preventDefault();
    go(`#/listings/${encodeURIComponent(input.value.trim())}`);
  };
  const heading = h("h1", { tabindex: "-1" }, "A listing’s media");
  const recent = recentListings();
  const node = h(
    "div",
    { class: "home" },
    h("div", null, heading, h("p", { class: "lede" }, "Photos and videos in; checked, in every size, as one zip, with a signed callback.")),
    h(
      "form",
      { class: "new-event", onsubmit: submit },
      h("div", { class: "grow" }, h("label", { for: "listing-id" }, "Listing"), input),
      h("button", { class: "button main", type: "submit" }, "Open"),
    ),
    recent.length
      ? h(
          "section",
          { class: "home-list", "aria-label": "Opened lately" },
          h("h2", null, "Opened lately"),
          h("ul", { class: "events", role: "list" }, recent.map(listingRow)),
        )
      : steps(),
  );
  return { node, heading, title: "Medley media", update() {}, leave() {} };
}

const listingRow = (listingId) =>
  h("li", null, h("a", { class: "event", href: `#/listings/${encodeURIComponent(listingId)}` }, h("span", { class: "event-name" }, listingId), icon("next")));

function steps() {
  const step = (count, title, words) =>
    h("li", null, h("span", { class: "step" }, count), h("div", null, h("h3", null, title), h("p", { class: "quiet" }, words)));
  return h(
    "section",
    { class: "empty" },
    art(),
    h(
      "ol",
      { class: "steps", role: "list" },
      step("1", "Open a listing", "Any id that your system knows it by."),
      step("2", "Drop its photos and videos", "They go straight to the storage."),
      step("3", "Start a batch", "Checks, sizes, zip and callback, and what was wrong with each file."),
    ),
  );
}

/** One picture in its sizes: the only ornament. */
function art() {
  const frame = (x, y, width) => {
    const height = width * 0.7;
    return [
      svg("rect", { x, y, width, height, rx: 5, class: "art-card" }),
      svg("path", { d: `M${x + width * 0.18} ${y + height * 0.78}V${y + height * 0.5}L${x + width * 0.5} ${y + height * 0.22}L${x + width * 0.82} ${y + height * 0.5}V${y + height * 0.78}z`, class: "art-house" }),
    ];
  };
  return svg("svg", { class: "art", viewBox: "0 0 240 130", "aria-hidden": "true" }, ...frame(4, 8, 150), ...frame(120, 52, 86), ...frame(188, 88, 48));
}
