// Which files can be photos, and the permission to upload them.

import { eventPath, post } from "./api.js";

const MAX_BYTES = 60_000_000; // as the service's MAX_PHOTO_BYTES; the service has the last word
const JPEG = "image/jpeg";
const TYPES = { jpg: JPEG, jpeg: JPEG, jpe: JPEG, jfif: JPEG, mpo: JPEG, png: "image/png", webp: "image/webp" };
const RAW = /\.(heic|heif|avif|tiff?|cr[23]|nef|arw|dng|raf|orf)$/i;

export const ACCEPT = "image/jpeg,image/png,image/webp";

const typeByName = (name) => TYPES[/\.([a-z]+)$/i.exec(name)?.[1].toLowerCase()] ?? null;

/** The type that the file's upload is bound to, or null if it is none of a photo. */
function photoType(file) {
  if (Object.values(TYPES).includes(file.type)) return file.type;
  const byName = typeByName(file.name);
  return (!file.type || file.type === "application/octet-stream" || file.type === "image/jpg") && byName ? byName : null;
}

/** The file's name, with an ending of its type if it has none: the service goes by endings. */
const photoName = (file) => (typeByName(file.name) ? file.name : `${file.name}.${photoType(file).split("/")[1]}`);

/** Why a file is not uploaded, in words, or null if it is. */
export function refusal(file) {
  if (!photoType(file)) {
    return RAW.test(file.name)
      ? "This format cannot be read. Export it as JPEG."
      : "Not a photo. JPEG, PNG and WebP can be read.";
  }
  if (file.size === 0) return "The file is empty.";
  if (file.size > MAX_BYTES) return `Larger than ${MAX_BYTES / 1e6} MB.`;
  return null;
}

/** Asks for the signed forms of an event's files: `permits(eventId)(files)`. */
export const permits = (eventId) => async (files) => {
  const wanted = files.map((file) => ({ filename: photoName(file), size: file.size, contentType: photoType(file) }));
  return (await post(eventPath(eventId, "uploads"), { files: wanted })).uploads;
};
