// Links to one reel: made, copied, revoked.

import { call, eventPath, get } from "./api.js";
import { announce, h, icon, plural } from "./dom.js";
import { explain } from "./words.js";

/** The part of the player about links. */
export function sharing(reel) {
  const path = eventPath(reel.eventId, "reels", reel.bib, "share");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const known = h("p", { class: "quiet" });
  const made = h("div", { class: "link", hidden: true });
  const make = h("button", { class: "button", type: "button", onclick: () => guard(create) }, "Make a link to share");
  const revoke = h("button", { class: "button ghost", type: "button", hidden: true, onclick: () => guard(end) }, "Revoke all links");
  const node = h("section", { class: "sharing", "aria-label": "Share" }, h("div", { class: "acts" }, make, revoke), made, known, error);

  async function guard(task) {
    error.hidden = true;
    make.disabled = revoke.disabled = true;
    try {
      await task();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    make.disabled = revoke.disabled = false;
  }

  async function look() {
    const { items } = await get(path, { quiet: true });
    revoke.hidden = items.length === 0;
    known.textContent = items.length ? `${plural(items.length, "link")} to this reel. Whoever has one can watch it.` : "";
  }

  async function create() {
    const link = await call("POST", path);
    // Relative to the service, so that a stage's prefix needs no setting.
    const url = new URL(`../w/${link.token}`, import.meta.url).href;
    const field = h("input", { id: "link", readonly: true, value: url, onfocus: (event) => event.target.select() });
    const copy = h("button", { class: "button", type: "button", onclick: () => copied(field, url) }, "Copy");
    made.replaceChildren(h("label", { class: "unseen", for: "link" }, "Link"), field, copy, h("a", { class: "button", href: url, target: "_blank", rel: "noopener" }, icon("next"), "Open"));
    made.hidden = false;
    announce("Link made. It is shown only now.");
    await look();
    field.focus();
  }

  async function copied(field, url) {
    field.select();
    try {
      await navigator.clipboard.writeText(url);
      announce("Copied");
    } catch {
      announce("Press Ctrl-C to copy"); // no clipboard without TLS
    }
  }

  async function end() {
    const { revoked } = await call("DELETE", path);
    made.hidden = true;
    announce(`${plural(revoked, "link")} revoked`);
    await look();
  }

  guard(look);
  return node;
}
