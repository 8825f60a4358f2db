// The address decides what is shown: `#/` the events, `#/events/{eventId}?bib=&state=&photo=` one,
// `#/events/{eventId}/review` what is doubtful in it.

import { eventView } from "./event.js";
import { homeView } from "./home.js";
import { reviewView } from "./review.js";
import { go, startPage } from "./router.js";

function viewOf(parts) {
  if (!parts.length) return homeView(go);
  if (parts.length === 2 && parts[0] === "events") return eventView(parts[1], go);
  if (parts.length === 3 && parts[0] === "events" && parts[2] === "review") return reviewView(parts[1]);
  return null;
}

startPage(viewOf, { title: "Medley", back: "To the events" });
