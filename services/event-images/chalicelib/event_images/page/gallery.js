// The runner's gallery: a number in, photos out. The address keeps the number and the open photo
// behind its `#`, which no server sees: `#bib=482&photo=…`.

import { get } from "./api.js";
import { announce, day, h, icon, number, safeUrl } from "./dom.js";
import { askRemoval, askWrong } from "./gallery_ask.js";
import { galleryBox } from "./gallery_box.js";
import { galleryGrid } from "./gallery_grid.js";
import { explain } from "./gallery_words.js";

const RELOAD_MS = 60_000;
const ROOT = new URL("..", import.meta.url);
const token = location.pathname.split("/").filter(Boolean).pop() ?? "";
const path = (...rest) => ["g", token, ...rest].map(encodeURIComponent).join("/");
const main = document.getElementById("main");

const input = h("input", { id: "bib", inputmode: "numeric", autocomplete: "off", enterkeyhint: "search", maxlength: "6", placeholder: "0000", "aria-describedby": "bib-hint" });
const hint = h("p", { class: "hint", id: "bib-hint", role: "alert" });
const form = h(
  "form",
  { class: "bib-form", role: "search", onsubmit: entered },
  h("span", { class: "bib-holes", "aria-hidden": "true" }),
  h("label", { for: "bib" }, "Your bib number"),
  input,
  h("button", { class: "button main", type: "submit" }, icon("search"), "Show my photos"),
);
const heading = h("h1", { tabindex: "-1" }, "Your race photos");
const about = h("p", { class: "lede" });
const results = h("section", { class: "results", "aria-live": "off" });
const box = galleryBox({ go: (photo) => go({ photo }, true), close: closed, broken, actions: { download: downloadUrl, share, wrong, remove } });

const here = { bib: "", photo: "" };
let found = null; // the answer for `here.bib`
let asked = null; // stops the call under way when another number is entered
let pushed = false; // the photo was opened from the grid, so "back" closes it
let loaded = -Infinity;

const params = () => new URLSearchParams(location.hash.slice(1));
const href = (change) => {
  const entries = Object.entries({ ...here, ...change }).filter(([, value]) => value);
  return `#${new URLSearchParams(entries)}`;
};

function go(change, replace = false) {
  const to = href(change);
  if (to === location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  route();
}

function entered(event) {
  event.preventDefault();
  const bib = input.value.trim();
  hint.textContent = /^[0-9]{1,6}$/.test(bib) ? "" : "A bib number has 1 to 6 digits.";
  if (hint.textContent) return input.focus();
  input.blur(); // a phone's keyboard makes room for the photos
  if (bib === here.bib) load();
  else go({ bib, photo: "" });
}

async function load({ quiet = false } = {}) {
  asked?.abort();
  const mine = (asked = new AbortController());
  const { bib } = here;
  document.body.classList.toggle("searching", Boolean(bib));
  if (!bib) {
    found = null;
    return results.replaceChildren();
  }
  if (!quiet) results.replaceChildren(h("p", { class: "wait", role: "status" }, "Looking for your photos …"));
  try {
    found = await get(path("photos"), { query: { bib }, signal: mine.signal });
    loaded = performance.now();
    draw();
  } catch (problem) {
    if (mine.signal.aborted) return;
    if (problem.code === "gallery_not_found") return closedGallery(problem);
    found = null;
    results.replaceChildren(
      h("p", { class: "notice bad", role: "alert" }, explain(problem), " ", h("button", { class: "button small", type: "button", onclick: () => load() }, "Try again")),
    );
  }
}

function draw() {
  const chip = h("span", { class: "bib found" }, here.bib);
  if (!found.count) {
    results.replaceChildren(none(chip));
    announce(`No photos of ${here.bib}`);
    return;
  }
  const words = `${number(found.count)}${found.more ? "+" : ""} ${found.count === 1 ? "photo" : "photos"} of `;
  results.replaceChildren(
    h("div", { class: "found" }, h("h2", null, words, chip)),
    galleryGrid(found.bursts, (photo) => href({ photo }), broken),
    h("p", { class: "quiet", hidden: !found.more }, "There are more photos of this number than fit here."),
    h(
      "p",
      { class: "wish quiet" },
      "You would rather not be seen here? ",
      h("button", { class: "as-link", type: "button", onclick: () => askRemoval(path("reports"), here.bib) }, "Remove my photos"),
    ),
  );
  announce(words + here.bib);
  showPhoto();
}

function none(chip) {
  const near = found.near.map((bib) => h("li", null, h("a", { class: "bib near", href: href({ bib, photo: "" }), "aria-label": `Photos of ${bib}` }, bib)));
  return h(
    "div",
    { class: "none" },
    h("h2", null, "No photos of ", chip, " yet"),
    near.length ? h("p", null, "Is the number right? There are photos of:") : h("p", null, "Is the number right? It is the one printed on your bib."),
    near.length > 0 && h("ul", { class: "nears", role: "list" }, near),
    h("p", { class: "quiet" }, "A number that was folded or hidden cannot be found. Photos may also still be on their way: look again later."),
  );
}

// --- one photo --------------------------------------------------------------------------------

function showPhoto() {
  const photos = found?.bursts.flatMap((burst) => burst.photos) ?? [];
  const index = photos.findIndex((photo) => photo.imageId === here.photo);
  if (index < 0) return box.hide();
  const burst = found.bursts.find((each) => each.photos.includes(photos[index]));
  box.show(photos, index, burst.photos);
}

function closed() {
  if (!here.photo || box.open) return;
  const tile = document.querySelector(`[data-photo="${CSS.escape(here.photo)}"]`);
  if (pushed) history.back();
  else go({ photo: "" }, true);
  tile?.focus({ preventScroll: true });
}

function broken() {
  if (performance.now() - loaded > RELOAD_MS) load({ quiet: true });
}

function downloadUrl(photo) {
  const url = new URL(path("photos", photo.imageId, "download"), ROOT);
  url.searchParams.set("bib", here.bib);
  return url.href;
}

/** The picture itself where the device can share files, else this page's address. */
async function share(photo) {
  const link = { title: document.title, url: location.href };
  if (!navigator.share) {
    try {
      await navigator.clipboard.writeText(link.url);
      return "Link copied";
    } catch {
      return "Copy the address of this page";
    }
  }
  try {
    const file = await pictureFile(photo);
    await navigator.share(file && navigator.canShare?.({ files: [file] }) ? { files: [file], title: link.title } : link);
  } catch (error) {
    if (error.name !== "AbortError") return "Sharing did not work";
  }
  return null;
}

async function pictureFile(photo) {
  try {
    // Not the copy that the page shows: it was loaded without asking whether scripts may read it.
    const response = await fetch(safeUrl(photo.webUrl), { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
    return response.ok ? new File([await response.blob()], `bib-${here.bib}.jpg`, { type: "image/jpeg" }) : null;
  } catch {
    return null; // a storage that other pages may not read
  }
}

function wrong(photo) {
  askWrong(path("reports"), here.bib, photo.imageId);
}

function remove(photo) {
  askRemoval(path("reports"), here.bib, photo.imageId);
}

// --- the page ---------------------------------------------------------------------------------

function route() {
  const before = { ...here };
  here.bib = (params().get("bib") ?? "").replace(/[^0-9]/g, "").slice(0, 6);
  here.photo = params().get("photo") ?? "";
  if (document.activeElement !== input) input.value = here.bib;
  if (here.bib !== before.bib) {
    box.hide();
    hint.textContent = "";
    load();
  } else if (here.photo !== before.photo && found) {
    if (here.photo && !before.photo) pushed = true;
    if (!here.photo) pushed = false;
    showPhoto();
  }
}

function closedGallery(problem) {
  document.title = "Race photos";
  box.hide();
  main.replaceChildren(h("div", { class: "closed" }, icon("link"), h("h1", null, "No gallery here"), h("p", null, explain(problem))));
}

async function start() {
  main.replaceChildren(h("header", { class: "race" }, h("div", { class: "race-words" }, heading, about), h("div", { class: "bib-card" }, form, hint)), results);
  if (params().get("bib")) route();
  else if (!matchMedia("(hover: none)").matches) input.focus();
  try {
    const event = await get(path("event"));
    heading.textContent = event.name;
    about.textContent = event.date ? day(event.date) : "Find your photos by your bib number.";
    document.title = `${event.name} · your photos`;
  } catch (problem) {
    if (problem.code === "gallery_not_found") return closedGallery(problem);
    if (!here.bib) hint.textContent = explain(problem);
  }
}

addEventListener("hashchange", route);
addEventListener("popstate", route);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // not through the address, which keeps the number
  main.focus();
});
start();
