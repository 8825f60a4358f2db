// What the codes of the API mean to the person who looks at the page.

import { COMMON } from "./codes.js";

const CODES = {
  ...COMMON,
  event_images_absent: "The photos are not here: the service event-images is not deployed beside this one.",
  event_not_found: "There is no event at this address.",
  reel_not_found: "There is no reel of this bib.",
  template_not_found: "There is no such template.",
  template_exists: "There is a template of this name already.",
  template_changed: "Somebody else has changed the template meanwhile. Load it again.",
  template_built_in: "This template comes with the service. Save it under a name of its own.",
  material_not_found: "The template names music or a logo that is not there.",
  material_not_ready: "The template names music or a logo that is not uploaded yet.",
  material_too_large: "The file is larger than the service accepts.",
  unknown_material: "There is no such music or logo.",
  licence_missing: "Music needs the licence that lets you use it.",
  bad_content_type: "The file is not of a kind that fits.",
  not_audio: "The file is not music, or it is damaged.",
  audio_empty: "There is nothing to hear in the file.",
  audio_too_short: "The music is too short.",
  audio_too_long: "The music is too long.",
  photo_gone: "A photo is no longer there.",
  no_photos: "No photo shows this runner any more.",
  no_usable_photos: "The photos of this runner are too small or too narrow.",
  bad_shape: "The photo is too narrow to fill a frame.",
  truncated_image: "The photo is damaged.",
  not_an_image: "The photo is damaged.",
  disk_full: "There was no room to make the video. Try again.",
  encoding_failed: "The video could not be made.",
  encoder_died: "The video could not be made. Try again.",
  worker_died: "The worker died, three times. Try again.",
  worker_lost: "The worker ended without a word. Try again.",
  timeout: "It took too long. Try again.",
  too_many_links: "There are too many links to this reel. Revoke them first.",
  runner_opted_out: "The runner has just opted out.",
  all_items_failed: "No reel could be made.",
};

const STATES = {
  PENDING: "Starting",
  RUNNING: "Making reels",
  SUCCEEDED: "All reels made",
  PARTIAL: "Finished, with errors",
  FAILED: "Failed",
};

/** An error in words: of its code, else as the service put it. */
export function explain(error) {
  if (error?.code === "invalid_template" || error?.code === "invalid_body") {
    return (error.errors ?? []).map((one) => `${one.field}: ${one.message}`).join(" ") || error.detail;
  }
  return CODES[error?.code] ?? error?.detail ?? error?.message ?? "Something went wrong.";
}

/** A request's state in words. */
export const stateWords = (state) => STATES[state] ?? state;

/** Seconds as a clock shows them. */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const ASPECTS = { "9:16": "Upright", "4:5": "Tall", "1:1": "Square", "16:9": "Wide" };
