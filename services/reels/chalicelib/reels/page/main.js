// The address decides what is shown: `#/` the events, `#/events/{eventId}?bib=&preview=` one,
// `#/templates?id=` the templates.

import { askKeyWith } from "./api.js";
import { askKey } from "./dialogs.js";
import { h } from "./dom.js";
import { eventView } from "./event.js";
import { homeView } from "./home.js";
import { templatesView } from "./templates.js";

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
  if (!parts.length) return homeView();
  if (parts.length === 2 && parts[0] === "events") return eventView(parts[1], go);
  if (parts.length === 1 && parts[0] === "templates") return templatesView(go);
  const heading = h("h1", { tabindex: "-1" }, "Nothing here");
  const node = h("div", null, heading, h("p", null, h("a", { href: "#/" }, "To the events")));
  return { node, heading, title: "Medley reels", update() {}, leave() {} };
}

function route() {
  const { parts, params } = parse(location.hash);
  const key = JSON.stringify(parts);
  for (const link of document.querySelectorAll(".bar-nav a")) {
    const here = link.getAttribute("href") === (parts[0] === "templates" ? "#/templates" : "#/");
    if (here) link.setAttribute("aria-current", "page");
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
