// The address decides what is shown: `#/` the choice of a listing, `#/listings/{listingId}` one,
// `#/listings/{listingId}/{batchId}?show=&item=` a batch, `#/jobs` and `#/jobs/{jobId}` image jobs.

import { batchView } from "./batch.js";
import { homeView } from "./home.js";
import { jobView } from "./job.js";
import { jobsView } from "./jobs.js";
import { placeView } from "./place.js";
import { go, startPage } from "./router.js";

const ID = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/; // what listings and batches may be called

function viewOf([first, ...rest]) {
  if (!first) return homeView(go);
  const named = rest.every((part) => ID.test(part));
  if (first === "listings" && rest.length === 1 && named) return placeView(rest[0], go);
  if (first === "listings" && rest.length === 2 && named) return batchView(rest[0], rest[1], go);
  if (first === "jobs" && !rest.length) return jobsView(go);
  if (first === "jobs" && rest.length === 1) return jobView(rest[0], go);
  return null;
}

const section = ([first]) => (first === "jobs" ? "#/jobs" : "#/");

startPage(viewOf, { title: "Medley media", back: "To the listings", section });
