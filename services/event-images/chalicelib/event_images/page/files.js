// What a person drops or chooses, as a flat list of files, and which of them can be photos.

export const MAX_BYTES = 60_000_000; // as the service's MAX_PHOTO_BYTES; the service has the last word
const JPEG = "image/jpeg";
const TYPES = { jpg: JPEG, jpeg: JPEG, jpe: JPEG, jfif: JPEG, mpo: JPEG, png: "image/png", webp: "image/webp" };
// What systems leave in folders: hidden and temporary files, folders for their own use.
const CLUTTER = /(^|\/)(\.|~\$|Thumbs\.db$|desktop\.ini$|__MACOSX\/|@eaDir\/)/i;
const RAW = /\.(heic|heif|avif|tiff?|cr[23]|nef|arw|dng|raf|orf)$/i;

export const ACCEPT = "image/jpeg,image/png,image/webp";

const typeByName = (name) => TYPES[/\.([a-z]+)$/i.exec(name)?.[1].toLowerCase()] ?? null;

/** The type that the file's upload is bound to, or null if it is none of a photo. */
export function photoType(file) {
  if (Object.values(TYPES).includes(file.type)) return file.type;
  const byName = typeByName(file.name);
  return (!file.type || file.type === "application/octet-stream" || file.type === "image/jpg") && byName ? byName : null;
}

/** The file's name, with an ending of its type if it has none: the service goes by endings. */
export const photoName = (file) => (typeByName(file.name) ? file.name : `${file.name}.${photoType(file).split("/")[1]}`);

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
