// The photos of an event on their way: where they are dropped, and how far they are.

import { h } from "./dom.js";
import { ACCEPT, permits, refusal } from "./files.js";
import { Uploads } from "./uploads.js";
import { dropZone, uploadsPanel } from "./uploads_panel.js";
import { explain } from "./words.js";

// Uploads outlive their view: whoever looks at another event meanwhile loses none.
const uploadsOf = new Map();

addEventListener("beforeunload", (event) => {
  if ([...uploadsOf.values()].some((uploads) => uploads.busy)) event.preventDefault();
});

/** The uploads of an event, the zone that takes them, and the panel that follows them. */
export function eventUploads(eventId, ...beside) {
  if (!uploadsOf.has(eventId)) uploadsOf.set(eventId, new Uploads(permits(eventId), refusal));
  const uploads = uploadsOf.get(eventId);
  const zone = dropZone(uploads, {
    accept: ACCEPT,
    title: [h("span", { class: "no-touch" }, "Drop photos or a folder anywhere"), h("span", { class: "touch" }, "Add the photos of the race")],
    words: "JPEG, PNG or WebP, up to 60 MB each. Bibs are read as they arrive.",
    choose: "Choose photos",
    main: true,
    folder: true,
    beside,
  });
  const sending = uploadsPanel(uploads, { explain, one: "photo", after: "They appear below as they are read." });
  return { uploads, zone, sending };
}
