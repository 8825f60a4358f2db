// The list of events, and the form that makes one.

import { call } from "./api.js";
import { arrange, day, h, number, plural, randomName, svg } from "./dom.js";
import { Listing } from "./listing.js";
import { poll } from "./poll.js";
import { explain } from "./words.js";

/** The view at `#/`. */
export function homeView(go) {
  const events = new Listing("events", { identity: "eventId" });
  const list = h("ul", { class: "events", role: "list" });
  const more = h("button", { class: "button", type: "button", hidden: true, onclick: () => load(() => events.more()) }, "Show more events");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const retry = h("button", { class: "button small", type: "button", onclick: () => load(() => events.refresh({ quiet: false })) }, "Try again");
  const empty = emptyState();
  const heading = h("h1", { tabindex: "-1" }, "Events");
  const node = h(
    "div",
    { class: "home" },
    h("div", { class: "home-head" }, heading, h("p", { class: "lede" }, "Race photos, found by bib number.")),
    newEvent(go),
    error,
    h("div", { class: "home-list" }, h("p", { class: "quiet loading" }, "Loading …"), list, empty, more),
  );
  const loading = node.querySelector(".loading");
  empty.hidden = true;

  async function load(task) {
    try {
      await task();
      error.hidden = true;
    } catch (problem) {
      loading.hidden = true;
      error.replaceChildren(explain(problem), " ", retry);
      error.hidden = false;
    }
  }

  events.addEventListener("change", () => {
    loading.hidden = true;
    error.hidden = true;
    arrange(list, events.items.map(eventRow));
    empty.hidden = events.items.length > 0;
    more.hidden = !events.cursor;
  });
  const poller = poll(async () => {
    if (!events.loaded) return { changed: false, busy: false };
    const before = JSON.stringify(events.items);
    await events.refresh();
    return { changed: JSON.stringify(events.items) !== before, busy: events.items.some(({ counts }) => counts.pending > 0) };
  });

  load(() => events.more());
  return {
    node,
    heading,
    title: "Medley",
    update() {},
    leave() {
      poller.stop();
      events.stop();
    },
  };
}

function newEvent(go) {
  const name = h("input", { id: "event-name", required: true, maxlength: "200", autocomplete: "off", placeholder: "Spring Marathon" });
  const date = h("input", { id: "event-date", type: "date" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const create = h("button", { class: "button main", type: "submit" }, "Create event");
  let sent = null; // the same form sent twice makes one event

  async function submit(event) {
    event.preventDefault();
    const body = { name: name.value.trim(), ...(date.value && { date: date.value }) };
    if (!body.name) return name.focus();
    const text = JSON.stringify(body);
    if (sent?.text !== text) sent = { text, key: randomName() };
    create.disabled = true;
    error.hidden = true;
    try {
      const made = await call("POST", "events", { body, headers: { "idempotency-key": sent.key } });
      go(`#/events/${encodeURIComponent(made.eventId)}`);
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    create.disabled = false;
  }

  return h(
    "form",
    { class: "new-event", "aria-label": "New event", onsubmit: submit },
    h("div", { class: "grow" }, h("label", { for: "event-name" }, "New event"), name),
    h("div", null, h("label", { for: "event-date" }, "Race day ", h("span", { class: "quiet" }, "optional")), date),
    create,
    error,
  );
}

function eventRow(event) {
  const { pending, done, failed } = event.counts;
  const all = pending + done + failed;
  return h(
    "li",
    null,
    h(
      "a",
      { class: "event", href: `#/events/${encodeURIComponent(event.eventId)}` },
      h("span", { class: "event-name" }, event.name),
      h("span", { class: "event-day" }, event.date ? day(event.date) : ""),
      h(
        "span",
        { class: "event-counts" },
        h("span", null, all ? plural(all, "photo") : "No photos yet"),
        pending > 0 && h("span", { class: "tag wait" }, `${number(pending)} waiting`),
        failed > 0 && h("span", { class: "tag bad" }, `${number(failed)} failed`),
      ),
    ),
  );
}

function emptyState() {
  const step = (count, title, words) =>
    h("li", null, h("span", { class: "step" }, count), h("div", null, h("h3", null, title), h("p", { class: "quiet" }, words)));
  return h(
    "section",
    { class: "empty" },
    art(),
    h("h2", null, "No events yet"),
    h(
      "ol",
      { class: "steps", role: "list" },
      step("1", "Create an event", "A name and the day of the race."),
      step("2", "Drop the photos", "Files or whole folders. Each is read for bibs as it arrives."),
      step("3", "Search a number", "Every photo of that runner, with the bib marked."),
    ),
  );
}

/** A bib with its four pin holes: the only ornament. */
function art() {
  const pin = (cx, cy) => svg("circle", { cx, cy, r: 4.5, class: "pin" });
  return svg(
    "svg",
    { class: "art", viewBox: "0 0 240 160", "aria-hidden": "true" },
    svg("rect", { x: 8, y: 12, width: 224, height: 140, rx: 12, class: "bib-shade" }),
    svg("rect", { x: 4, y: 4, width: 224, height: 140, rx: 12, class: "bib-paper" }),
    svg("path", { d: "M4 16A12 12 0 0116 4H216A12 12 0 01228 16V38H4z", class: "bib-band" }),
    [pin(20, 21), pin(212, 21), pin(20, 128), pin(212, 128)],
    svg("text", { x: 116, y: 112, "text-anchor": "middle", class: "bib-number" }, "2026"),
  );
}
