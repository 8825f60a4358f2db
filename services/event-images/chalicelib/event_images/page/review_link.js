// The way from an event's photos to its review.

import { h, icon, plural } from "./dom.js";

/** `show(count)` tells how many readings are uncertain; without any, there is no link. */
export function reviewLink(eventId) {
  const count = h("span");
  const node = h(
    "a",
    { class: "review-link", href: `#/events/${encodeURIComponent(eventId)}/review`, hidden: true },
    icon("boxes"),
    count,
    h("span", { class: "quiet" }, "Review"),
    icon("next"),
  );
  return {
    node,
    show(uncertain = 0) {
      node.hidden = !uncertain;
      count.textContent = plural(uncertain, "uncertain reading");
    },
  };
}
