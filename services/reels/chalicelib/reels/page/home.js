// The events that reels can be made for.

import { arrange, day, h } from "./dom.js";
import { Listing } from "./listing.js";
import { explain } from "./words.js";

/** The view at `#/`. */
export function homeView() {
  const events = new Listing("events", { identity: "eventId" });
  const list = h("ul", { class: "events", role: "list" });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: () => load() }, "Show more events");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => load() }, "Try again");
  const loading = h("p", { class: "quiet" }, "Loading …");
  const empty = h("p", { class: "nothing quiet", hidden: true }, "There are no events yet. They are made in event-images, where the photos go in.");
  const heading = h("h1", { tabindex: "-1" }, "Events");
  const node = h(
    "div",
    { class: "home" },
    h("div", null, heading, h("p", { class: "lede" }, "A video for every runner, made of the photos that show their bib.")),
    error,
    h("div", { class: "home-list" }, loading, list, empty, more),
  );

  async function load() {
    try {
      await events.more();
      error.hidden = true;
    } catch (problem) {
      error.replaceChildren(explain(problem), " ", retry);
      error.hidden = false;
    }
    loading.hidden = true;
  }

  events.addEventListener("change", () => {
    arrange(list, events.items.map(eventRow));
    empty.hidden = events.items.length > 0;
    more.hidden = !events.cursor;
  });

  load();
  return { node, heading, title: "Medley reels", update() {}, leave: () => events.stop() };
}

function eventRow(event) {
  return h(
    "li",
    null,
    h(
      "a",
      { class: "event", href: `#/events/${encodeURIComponent(event.eventId)}` },
      h("span", { class: "event-name" }, event.name),
      h("span", { class: "event-day" }, event.date ? day(event.date) : ""),
    ),
  );
}
