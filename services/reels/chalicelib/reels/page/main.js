// The address decides what is shown: `#/` the events, `#/events/{eventId}?bib=&preview=` one,
// `#/templates?id=` the templates.

import { eventView } from "./event.js";
import { homeView } from "./home.js";
import { go, startPage } from "./router.js";
import { templatesView } from "./templates.js";

function viewOf(parts) {
  if (!parts.length) return homeView();
  if (parts.length === 2 && parts[0] === "events") return eventView(parts[1], go);
  if (parts.length === 1 && parts[0] === "templates") return templatesView(go);
  return null;
}

const section = ([first]) => (first === "templates" ? "#/templates" : "#/");

startPage(viewOf, { title: "Medley reels", back: "To the events", section });
