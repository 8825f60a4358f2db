// The address decides what is shown: `#/` the choice of a listing, `#/listings/{listingId}` one,
// `#/listings/{listingId}/{batchId}?show=&item=` a batch, `#/jobs` and `#/jobs/{jobId}` image jobs.

import { askKeyWith } from "./api.js";
import { batchView } from "./batch.js";
import { askKey } from "./dialogs.js";
import { h } from "./dom.js";
import { homeView } from "./home.js";
import { jobView } from "./job.js";
import { jobsView } from "./jobs.js";
import { placeView } from "./place.js";

const main = document.getElementById("main");
const ID = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/; // what listings and batches may be called
let shown = null; // {key, view}

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const params = new URLSearchParams(query);
  try {
    return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), params };
  } catch {
    return { parts: ["?"], params }; // a broken percent code
  }
}

function go(href, { replace = false } = {}) {
  if (location.hash === href) return;
  history[replace ? "replaceState" : "pushState"](null, "", href);
  route();
}

function viewOf([first, ...rest]) {
  if (!first) return homeView(go);
  const named = rest.every((part) => ID.test(part));
  if (first === "listings" && rest.length === 1 && named) return placeView(rest[0], go);
  if (first === "listings" && rest.length === 2 && named) return batchView(rest[0], rest[1], go);
  if (first === "jobs" && !rest.length) return jobsView(go);
  if (first === "jobs" && rest.length === 1) return jobView(rest[0], go);
  const heading = h("h1", { tabindex: "-1" }, "Nothing here");
  const node = h("div", null, heading, h("p", null, h("a", { href: "#/" }, "To the listings")));
  return { node, heading, title: "Medley media", update() {}, leave() {} };
}

function route() {
  const { parts, params } = parse(location.hash);
  const key = JSON.stringify(parts);
  for (const link of document.querySelectorAll(".bar-nav a")) {
    if (link.getAttribute("href") === (parts[0] === "jobs" ? "#/jobs" : "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (shown?.key !== key) {
    const first = shown === null;
    shown?.view.leave();
    shown = { key, view: viewOf(parts) };
    document.title = shown.view.title;
    main.replaceChildren(shown.view.node);
    if (!first) {
      scrollTo(0, 0);
      shown.view.heading.focus({ preventScroll: true });
    }
  }
  shown.view.update(params);
}

askKeyWith(askKey);
addEventListener("hashchange", route);
addEventListener("popstate", route);
// Not through the address, which names the view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
route();
