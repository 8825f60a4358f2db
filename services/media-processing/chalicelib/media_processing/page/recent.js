// Which listings were looked at in this browser: the service has no list of them.

const KEY = "medley-media-listings";
const MOST = 8;

/** The listings looked at last, newest first. */
export function recentListings() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return []; // no storage here, or not ours
  }
}

export function remember(listingId) {
  try {
    const kept = [listingId, ...recentListings().filter((one) => one !== listingId)];
    localStorage.setItem(KEY, JSON.stringify(kept.slice(0, MOST)));
  } catch {
    // A browser that stores nothing only forgets.
  }
}
