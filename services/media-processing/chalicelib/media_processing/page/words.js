// What the codes of the API mean to the person who looks at the page.

import { COMMON } from "./codes.js";

const CODES = {
  ...COMMON,
  object_not_found: "Nothing was uploaded there.",
  empty_file: "The file is empty.",
  too_large: "The file is larger than the service accepts.",
  object_too_large: "The file is larger than the service accepts.",
  not_an_image: "This is neither a picture nor a video, although its name says so.",
  unsupported_format: "Files of this format cannot be read.",
  too_many_pixels: "The picture has more pixels than the service accepts.",
  too_small: "The picture is too small.",
  truncated_image: "The file breaks off half way. Upload the original again.",
  not_a_video: "The video is cut off or damaged.",
  no_picture: "The video has no picture.",
  took_too_long: "It took too long.",
  checksum_mismatch: "The file is not the one that the checksum names.",
  worker_died: "The worker died, three times. Run it again.",
  worker_lost: "The worker ended without a word. Run it again.",
  timeout: "It took too long. Try again.",
  all_items_failed: "None of the items came to its end.",
  not_started: "The state machine could not be started.",
  stuck: "Nothing happened for too long.",
  batch_exists: "The listing has another batch of this name.",
  batch_not_found: "The listing has no such batch.",
  batch_running: "The batch runs already.",
  bad_listing_id: "A listing's id has letters, digits, hyphens and underscores, 64 at most.",
  bad_callback_url: "The callback's address must be https.",
  delivery_not_found: "What was sent is no longer there.",
  invalid_batch: "The uploaded batch.json is no batch.",
  job_not_found: "There is no such job.",
  job_ended: "The job has ended already.",
  disabled: "The receiver asked for no more.",
  redirect: "The receiver redirects, which is not followed.",
  forbidden_address: "The receiver's address is not a public one.",
  bad_url: "The address is not one that is called.",
  unknown_host: "There is no such host.",
  no_connection: "The receiver takes no connection.",
  no_answer: "The receiver did not answer.",
  bad_certificate: "The receiver's certificate cannot be trusted.",
};

const STATES = {
  PENDING: "Starting",
  RUNNING: "Running",
  PROCESSING: "Running",
  SUCCEEDED: "Complete",
  COMPLETED: "Complete",
  PARTIAL: "Complete, with errors",
  VALIDATION_FAILED: "No item passed",
  PROCESSING_FAILED: "No item came to its end",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
};

const CHECKS = {
  exists: "There",
  type: "Kind",
  checksum: "Checksum",
  bytes: "Bytes",
  pixels: "Pixels",
  width: "Width",
  height: "Height",
  aspect: "Aspect",
  count: "Count",
};

/** An error in words: of its fields, of its code, else as the service put it. */
export function explain(error) {
  if (error?.errors?.length) return error.errors.map((one) => [one.field, CODES[one.code] ?? one.message].filter(Boolean).join(": ")).join(" ");
  if (error?.code?.startsWith("bad_") && CHECKS[error.code.slice(4)]) return `${CHECKS[error.code.slice(4)]}: ${error.message}`;
  const answered = /^status_(\d+)$/.exec(error?.code ?? "");
  if (answered) return `The receiver answered ${answered[1]}.`;
  return CODES[error?.code] ?? error?.detail ?? error?.message ?? "Something went wrong.";
}

/** A state in words. */
export const stateWords = (state) => STATES[state] ?? state;

/** The name of a check of a report. */
export const checkWords = (check) => CHECKS[check] ?? check;

/** How a state is coloured: bad, wait, good or live. */
export const stateTone = (state) =>
  ({ PENDING: "live", RUNNING: "live", PROCESSING: "live", SUCCEEDED: "good", COMPLETED: "good", PARTIAL: "wait", CANCELLED: "wait" })[state] ?? "bad";

/** Whether something more comes. */
export const isLive = (state) => ["PENDING", "RUNNING", "PROCESSING"].includes(state);

const moments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const times = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** A moment, in the reader's own time. */
export const moment = (text) => moments.format(new Date(text));

/** The time of day of a moment, in the reader's own time. */
export const timeOf = (text) => times.format(new Date(text));
