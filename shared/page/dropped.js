// What a person drops or chooses, as a flat list of files.

// What systems leave in folders: hidden and temporary files, folders for their own use.
const CLUTTER = /(^|\/)(\.|~\$|Thumbs\.db$|desktop\.ini$|__MACOSX\/|@eaDir\/)/i;

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
