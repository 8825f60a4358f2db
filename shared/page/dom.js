// Elements are made here and nowhere else. Text from outside only ever becomes a text node or an
// attribute's value, so a file named like markup stays a name.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element: attributes, `on…` listeners, children (nodes or text). */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Makes `nodes` the children of `parent` and leaves alone those that are in place already. */
export function arrange(parent, nodes) {
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  play: "M8.5 5.5l10 6.5-10 6.5z",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 7v6M12 16.8v.2M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z",
  clock: "M12 7.5V12l3 2M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z",
  search: "M11 4.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM20 20l-4.4-4.4",
  upload: "M12 16V5M7.5 9.5L12 5l4.5 4.5M5 15.5V19h14v-3.5",
  download: "M12 4.5v11M7.5 11L12 15.5 16.5 11M5 19.5h14",
  again: "M19 12a7 7 0 11-2.2-5.1M19 4v4h-4",
  share: "M12 14.5V4M8 7.5L12 3.5l4 4M7 11H5.5v9h13v-9H17",
  link: "M9.5 14.5l5-5M11 7l1.5-1.5a4 4 0 015.7 5.7L16.5 13M13 17l-1.5 1.5a4 4 0 01-5.7-5.7L7.5 11",
  stack: "M4 8.5h12V20H4zM8 8.5V4.5h12V16h-4",
  film: "M4 6h16v12H4zM8 6v12M16 6v12M4 10h4M4 14h4M16 10h4M16 14h4",
  boxes: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9.5h6v5H9z",
};

/** A line icon, hidden from assistive technology: the words beside it say what it means. */
export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/** The address if it is one a browser may load or open, else null. */
export function safeUrl(text) {
  try {
    const url = new URL(text, document.baseURI);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Says something to those who listen to the page instead of looking at it. */
export function announce(text) {
  const line = document.getElementById("announcer");
  if (line.textContent !== text) line.textContent = text;
}

const numbers = new Intl.NumberFormat("en");
const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

export const number = (value) => numbers.format(value);

/** "1 photo", "1,204 photos". */
export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** A calendar day (`2026-05-03`) in words; anything else as it came. */
export function day(text) {
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? String(text) : days.format(date);
}

/** A photo's own clock, which names no zone, is shown as the camera had it. */
export function cameraTime(text) {
  const date = new Date(`${String(text).replace(/(Z|[+-]\d\d:\d\d)$/, "")}Z`);
  return Number.isNaN(date.getTime()) ? String(text) : moments.format(date);
}

/** Bytes in a unit that a person reads. */
export function bytes(count) {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
}

/** A random name for a request, also where the page is not served over TLS. */
export function randomName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
