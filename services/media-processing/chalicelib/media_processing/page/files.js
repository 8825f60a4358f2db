// Which files may be sent.

const IMAGE_BYTES = 60_000_000; // as the service's limits; the service has the last word
const VIDEO_BYTES = 2_000_000_000;
const JPEG = "image/jpeg";
const IMAGES = { jpg: JPEG, jpeg: JPEG, jpe: JPEG, jfif: JPEG, png: "image/png", webp: "image/webp", heic: "image/heic", heif: "image/heif", avif: "image/avif", gif: "image/gif" };
const VIDEOS = { mp4: "video/mp4", m4v: "video/mp4", mov: "video/quicktime" };
const TYPES = { ...IMAGES, ...VIDEOS };

/** For the choosers: by type and by ending, since few systems know all of these types. */
export const MEDIA = [...new Set(Object.values(TYPES)), ...Object.keys(TYPES).map((end) => `.${end}`)].join(",");
export const PICTURES = [...new Set(Object.values(IMAGES)), ...Object.keys(IMAGES).map((end) => `.${end}`)].join(",");

/** The type that a file's upload is bound to, or null if it is none that is taken. */
export function typeOf(file) {
  if (Object.values(TYPES).includes(file.type)) return file.type;
  const known = TYPES[/\.([a-z0-9]+)$/i.exec(file.name)?.[1].toLowerCase()] ?? null;
  return !file.type || file.type === "application/octet-stream" || file.type === "image/jpg" ? known : null;
}

export const isVideo = (file) => typeOf(file)?.startsWith("video/") ?? false;

/** Why a file is not sent, in words, or null if it is. */
export function refusal(file, { videos = true } = {}) {
  const type = typeOf(file);
  if (!type) return "Not a photo or video that can be read.";
  if (!videos && isVideo(file)) return "Videos cannot be looked through.";
  if (file.size === 0) return "The file is empty.";
  const most = isVideo(file) ? VIDEO_BYTES : IMAGE_BYTES;
  return file.size > most ? `Larger than ${most / 1e6} MB.` : null;
}
