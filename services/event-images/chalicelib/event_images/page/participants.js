// The organiser's panel of runners: the start list, who of it has photos, opting out, exports.

import { call, eventPath, get, post } from "./api.js";
import { announce, bytes, h, icon, number, plural, safeUrl } from "./dom.js";
import { askOptOut } from "./participants_ask.js";
import { runnerRows } from "./participants_rows.js";
import { explain } from "./words.js";

const LOOK_MS = 900;
const PATIENCE_MS = 5 * 60_000;
const PAGE = 50;
const SHOWN_PROBLEMS = 8;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The panel of an event; it looks when it comes into view, and asks for no key by itself. */
export function participantsPanel(eventId, { bibHref, changed }) {
  const path = (...rest) => eventPath(eventId, ...rest);
  const count = h("span", { class: "quiet people-count" });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const busy = h("p", { class: "people-busy quiet", role: "status" });
  const file = h("input", { type: "file", id: "start-list", class: "unseen", accept: ".csv,.txt,.tsv,text/csv,text/plain", tabindex: "-1", "aria-hidden": "true", onchange: chosen });
  const choose = h("button", { class: "button", type: "button", onclick: () => file.click() }, icon("upload"), h("span", null, "Choose a start list"));
  const report = h("div", { class: "people-report" });
  const cover = h("div", { class: "people-cover", hidden: true });
  const only = h("input", { type: "checkbox", id: "only-without", onchange: () => guard(list(true)) });
  const rows = runnerRows({ bibHref, zip: (bib) => guard(zip(bib)), optOut });
  const more = h("button", { class: "button small", type: "button", hidden: true, onclick: () => guard(list()) }, "More runners");
  const bib = h("input", { id: "people-bib", inputmode: "numeric", pattern: "[0-9]{1,6}", maxlength: "6", autocomplete: "off", required: true, placeholder: "Bib number" });
  const ready = h("p", { class: "people-file", hidden: true });
  const node = h(
    "details",
    { class: "panel people-panel" },
    h("summary", null, h("h2", null, "Runners"), count),
    h(
      "div",
      { class: "people-body" },
      h("p", { class: "quiet" }, "A start list puts names to numbers, tells a misread bib from a real one, and shows who has no photo yet. CSV with a heading for the bib; name, category, team and time if you have them."),
      h("div", { class: "acts" }, choose, file, h("button", { class: "button", type: "button", onclick: () => guard(exportFile({ kind: "tags" }, "The table")) }, icon("download"), h("span", null, "All tags as CSV"))),
      busy,
      ready,
      error,
      report,
      cover,
      rows.node,
      more,
      h(
        "form",
        { class: "people-one", onsubmit: (event) => event.preventDefault() },
        h("div", { class: "people-bib" }, h("label", { for: "people-bib" }, "One runner"), bib),
        h("button", { class: "button", type: "submit", onclick: () => bib.checkValidity() && guard(zip(bib.value)) }, "Photos as zip"),
        h("button", { class: "button", type: "submit", onclick: () => bib.checkValidity() && optOut(bib.value) }, "Opt out …"),
      ),
    ),
  );
  let cursor = null;
  let shown = null; // the import whose list is on the page

  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    list(true, true).catch(() => {}); // opening the panel says what is wrong
  });
  seen.observe(node);
  node.addEventListener("toggle", () => node.open && guard(list(true)));

  async function guard(promise) {
    try {
      await promise;
      error.hidden = true;
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    busy.textContent = "";
    choose.disabled = false;
  }

  async function list(fresh = false, quiet = false) {
    const query = { limit: PAGE, cursor: fresh ? null : cursor, withoutPhotos: only.checked ? "true" : null };
    const page = await get(path("participants"), { quiet, query });
    cursor = page.cursor;
    more.hidden = !cursor;
    rows.show(page.items, { fresh, all: Boolean(page.startList) && !only.checked });
    draw(page);
    return page;
  }

  function draw(page) {
    const { startList, coverage, lastImport } = page;
    choose.lastChild.textContent = startList ? "Replace the start list" : "Choose a start list";
    count.textContent = startList ? (coverage ? `${number(coverage.runners)} · ${number(coverage.withoutPhotos)} without a photo` : plural(startList.rows, "runner")) : "No start list yet";
    cover.hidden = !startList;
    if (startList) drawCover(coverage);
    drawReport(startList, lastImport);
    shown = lastImport?.importId ?? null;
  }

  function drawCover(coverage) {
    const share = coverage?.runners ? coverage.withPhotos / coverage.runners : 0;
    const words = coverage ? `${number(coverage.withPhotos)} of ${plural(coverage.runners, "runner")} ${coverage.withPhotos === 1 ? "has" : "have"} a photo` : "Counting who has a photo …";
    cover.replaceChildren(h("p", { class: "people-share" }, words), h("progress", { max: "1", value: share, "aria-label": words }), h("label", { class: "choice", for: "only-without" }, only, h("span", null, "Only runners without a photo")));
  }

  function drawReport(startList, lastImport) {
    const parts = [];
    if (lastImport?.state === "FAILED") parts.push(h("p", { class: "notice bad" }, `The last file was not taken: ${explain(lastImport.error)}`));
    if (startList?.badRows) {
      const lines = startList.problems.slice(0, SHOWN_PROBLEMS).map(({ line, message }) => h("li", null, h("span", { class: "people-line" }, `Line ${number(line)}`), message));
      const rest = startList.badRows - lines.length;
      const url = safeUrl(startList.reportUrl ?? "invalid:");
      parts.push(
        h("div", { class: "notice" }, h("p", null, `${plural(startList.badRows, "row was", "rows were")} left out of ${number(startList.rows + startList.badRows)}.`), h("ul", { class: "people-problems" }, lines), rest > 0 && h("p", null, `and ${number(rest)} more. `, url && h("a", { href: url }, "All of them as a file"))),
      );
    }
    report.replaceChildren(...parts);
    report.hidden = !parts.length;
  }

  // --- a new list -------------------------------------------------------------------------------

  function chosen() {
    const [picked] = file.files;
    file.value = ""; // so that the same file can be chosen again
    if (picked) guard(upload(picked));
  }

  async function upload(picked) {
    choose.disabled = true;
    say(`Uploading ${picked.name} (${bytes(picked.size)}) …`);
    const form = await post(path("participants", "upload"), {});
    if (picked.size > form.maxBytes) throw { code: "start_list_too_large" };
    if (!picked.size) throw { code: "start_list_empty" };
    const data = new FormData();
    for (const [name, value] of Object.entries(form.fields)) data.set(name, value);
    data.set("file", new Blob([await picked.arrayBuffer()], { type: form.fields["Content-Type"] }), picked.name);
    const response = await fetch(form.url, { method: "POST", body: data }).catch(() => null);
    if (!response?.ok) throw { code: response ? "AccessDenied" : "offline" };
    say("Reading the list …");
    const page = await until(async () => {
      const look = await get(path("participants"), { quiet: true, query: { limit: PAGE } });
      const ours = look.lastImport?.importId === form.importId && look.lastImport.state !== "PENDING";
      return ours ? look : null;
    });
    only.checked = false;
    await list(true);
    if (page.lastImport.state === "DONE") {
      announce(`The start list has ${plural(page.startList.rows, "runner")}`);
      changed();
    }
  }

  async function until(look) {
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end && node.isConnected) {
      const found = await look();
      if (found) return found;
      await pause(LOOK_MS);
    }
    throw { code: "timeout" };
  }

  function say(words) {
    busy.textContent = words;
  }

  // --- one runner, and files ----------------------------------------------------------------------

  function optOut(number) {
    askOptOut(number, async (reason) => {
      await call("DELETE", path("participants", number), { body: reason ? { reason } : undefined });
      announce(`${number} is opted out`);
      bib.value = "";
      rows.remove(number);
      changed();
    });
  }

  const zip = (number) => exportFile({ kind: "zip", bib: number }, `The photos of ${number}`);

  async function exportFile(body, what) {
    ready.hidden = true;
    say(`${what} ${body.kind === "zip" ? "are" : "is"} being written …`);
    const asked = await post(path("exports"), body);
    const done = await until(async () => {
      const look = await get(path("exports", asked.exportId), { quiet: true });
      return look.state === "PENDING" ? null : look;
    });
    if (done.state === "FAILED") throw done.error;
    const link = h("a", { class: "button main", href: safeUrl(done.url), rel: "noopener" }, icon("download"), h("span", null, `Download ${bytes(done.size)}`));
    ready.replaceChildren(h("span", null, `${what}: ${plural(done.entries, body.kind === "zip" ? "photo" : "tag")}.`), link);
    ready.hidden = false;
    announce(`${what}: ready to download`);
    link.focus();
  }

  return { node, refresh: () => node.open && shown && list(true, true).catch(() => {}) };
}
