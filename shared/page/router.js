// The address decides what is shown: the parts of its hash name a view, its query is the view's own.

import { askKeyWith } from "./api.js";
import { askKey } from "./dialogs.js";
import { h } from "./dom.js";

/** Goes to a view of this page: `go("#/events/city-run?bib=7")`. */
export function go(href, { replace = false } = {}) {
  if (location.hash === href) return;
  history[replace ? "replaceState" : "pushState"](null, "", href);
  dispatchEvent(new Event("hashchange"));
}

/**
 * Shows what the address names, from now on.
 *
 * `viewOf(parts)` makes the view of the decoded parts of the hash, or null if there is none:
 * `{node, heading, title, update(params), leave()}`. `title` is the page's and `back` names its
 * first view; `section(parts)` is the link of the bar that the view belongs to.
 */
export function startPage(viewOf, { title, back, section = () => "#/" }) {
  const main = document.getElementById("main");
  let shown = null; // {key, view}

  function nothing() {
    const heading = h("h1", { tabindex: "-1" }, "Nothing here");
    const node = h("div", null, heading, h("p", null, h("a", { href: "#/" }, back)));
    return { node, heading, title, update() {}, leave() {} };
  }

  function route() {
    const { parts, params } = parse(location.hash);
    const key = JSON.stringify(parts);
    for (const link of document.querySelectorAll(".bar-nav a")) {
      if (link.getAttribute("href") === section(parts)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (shown?.key !== key) {
      const first = shown === null;
      shown?.view.leave();
      shown = { key, view: viewOf(parts) ?? nothing() };
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
}

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const params = new URLSearchParams(query);
  try {
    return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), params };
  } catch {
    return { parts: ["?"], params }; // a broken percent code
  }
}
