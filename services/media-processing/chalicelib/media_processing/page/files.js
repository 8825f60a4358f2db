// What a person drops or chooses, as a flat list of files, and which of them may be sent.

const IMAGE_BYTES = 60_000_000; // as the service's limits; the service has the last word
const VIDEO_BYTES = 2_000_000_000;
const JPEG = "image/jpeg";
const IMAGES = { jpg: JPEG, jpeg: JPEG, jpe: JPEG, jfif: JPEG, png: "image/png", webp: "image/webp", heic: "image/heic", heif: "image/heif", avif: "image/avif", gif: "image/gif" };
const VIDEOS = { mp4: "video/mp4", m4v: "video/mp4", mov: "video/quicktime" };
const TYPES = { ...IMAGES, ...VIDEOS };
// What systems leave in folders: hidden and temporary files, folders for their own use.
const CLUTTER = /(^|\/)(\.|~\$|Thumbs\.db$|desktop\.ini$|__MACOSX\/|@eaDir\/)/i;

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

/** Files without what systems leave in folders. */
export const withoutClutter = (files) => [...files].filter((file) => !CLUTTER.test(file.webkitRelativePath || file.name));

/** All files of a drop, folders opened. */
export async function dropped(transfer) {
  // Entries must be taken before the first await: the drop's data is gone after it.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return withoutClutter(transfer.files);
  const files = [];
  for (const entry of entries) await walk(entry, files);
  return withoutClutter(files);
}

async function walk(entry, files) {
  if (entry.isFile) {
    // A file that vanished or may not be read leaves the others alone.
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) files.push(file);
  } else if (entry.isDirectory && !CLUTTER.test(`${entry.name}/`)) {
    const reader = entry.createReader();
    for (;;) {
      // A reader hands out at most 100 entries a call, and an empty list at the end.
      const entries = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
      if (!entries.length) return;
      for (const child of entries) await walk(child, files);
    }
  }
}
