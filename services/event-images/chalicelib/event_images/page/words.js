// What the codes of the API mean to the person who looks at the page.

import { COMMON } from "./codes.js";

const CODES = {
  ...COMMON,
  empty_file: "The file is empty.",
  too_large: "The file is larger than the service accepts.",
  object_too_large: "The file is larger than the service accepts.",
  not_an_image: "This is not a picture, although its name says so.",
  unsupported_format: "Pictures of this format cannot be read. Export it as JPEG, PNG or WebP.",
  too_many_pixels: "The picture has more pixels than the service accepts.",
  too_small: "The picture is too small to show a bib.",
  truncated_image: "The file breaks off half way. Upload the original again.",
  object_not_found: "The file is no longer where it was.",
  event_not_found: "There is no event at this address.",
  photo_not_found: "There is no photo at this address.",
  version_conflict: "The photo has changed meanwhile.",
  decided_already: "Somebody else has decided it meanwhile.",
  reading_not_found: "The photo was read again, and this number is no longer in it.",
  opted_out: "This runner wants no photos.",
  bad_bib: "A bib number has 1 to 6 digits.",
  event_removed: "This event was removed, with all that belonged to it.",
  start_list_empty: "The file has no rows.",
  start_list_not_text: "This is no text file. Export the list as CSV.",
  start_list_too_large: "The list is larger than the service accepts.",
  start_list_too_many_rows: "A start list has at most 100,000 rows.",
  start_list_no_bib_column: "No column is headed as the bib number, such as Bib, Number or Startnummer.",
  no_photos: "There are no photos of this number.",
  too_many_photos: "There are too many photos for one zip.",
  too_many_tags: "A photo cannot have more tags.",
  too_many_decisions: "Too much was decided about this photo. Undo something first.",
  decision_not_found: "There is no such decision.",
  photo_not_done: "The photo has not been read.",
  timeout: "The service takes too long to answer. Try again.",
  photo_gone: "The file is no longer where it was.",
  request_not_found: "There is no such request.",
  report_handled: "Somebody has dealt with this report already.",
  link_busy: "Somebody else changes the link at this moment. Try again.",
  event_exists: "There is an event of this name already.",
};

// Fields of the API whose names are not the page's.
const NAMES = { name: "Name", date: "Race day", filename: "Name", contentType: "Type", size: "Size", bucket: "Bucket", prefix: "Folder" };

const STATES = {
  PENDING: "Waiting",
  RUNNING: "Reading photos",
  SUCCEEDED: "All photos read",
  PARTIAL: "Finished, with errors",
  FAILED: "Failed",
};

/** An error in words: of its code, else as the service put it. */
export function explain(error) {
  // A refused form says which of its fields; that is more use than what its code means.
  if (error?.errors?.length) return error.errors.map(field).join(" ");
  return CODES[error?.code] ?? error?.detail ?? error?.message ?? "Something went wrong.";
}

function field(entry) {
  const name = String(entry.field ?? "").split(".").pop();
  const what = CODES[entry.code] ?? entry.message ?? "Not valid.";
  return name ? `${NAMES[name] ?? name}: ${what}` : what;
}

/** A request's state in words. */
export const stateWords = (state) => (state === "PENDING" ? "Starting" : (STATES[state] ?? state));
