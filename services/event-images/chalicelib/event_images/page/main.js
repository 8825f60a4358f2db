// The address decides what is shown: `#/` the events, `#/events/{eventId}?bib=&state=&photo=` one,
// `#/events/{eventId}/review` what is doubtful in it.

import { askKeyWith } from "./api.js";
import { askKey } from "./dialogs.js";
import { h } from "./dom.js";
import { eventView } from "./event.js";
import { homeView } from "./home.js";
import { reviewView } from "./review.js";

const main = document.getElementById("main");
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

function viewOf(parts) {
  if (!parts.length) return homeView(go);
  if (parts.length === 2 && parts[0] === "events") return eventView(parts[1], go);
  if (parts.length === 3 && parts[0] === "events" && parts[2] === "review") return reviewView(parts[1]);
  const heading = h("h1", { tabindex: "-1" }, "Nothing here");
  const node = h("div", null, heading, h("p", null, h("a", { href: "#/" }, "To the events")));
  return { node, heading, title: "Medley", update() {}, leave() {} };
}

function route() {
  const { parts, params } = parse(location.hash);
  const key = JSON.stringify(parts);
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
// Not through the address, which names the view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
route();
