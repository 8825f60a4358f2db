// What the gallery says when something does not work.

const CODES = {
  gallery_not_found: "This link does not work, or no longer. Ask the organiser for the current one.",
  photo_not_found: "This photo is no longer in the gallery.",
  bad_bib: "A bib number has 1 to 6 digits.",
  too_many_reports: "Many people have written in this hour. Please try again in an hour.",
  busy: "Too much is happening at once. Try again in a moment.",
  aws_busy: "Too much is happening at once. Try again in a moment.",
  offline: "No connection. Check it, then try again.",
  timeout: "This takes too long. Try again.",
};

/** An error in words that a runner understands; never the service's own. */
export const explain = (error) => CODES[error?.code] ?? "Something went wrong. Try again in a moment.";
