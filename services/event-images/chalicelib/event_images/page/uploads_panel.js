// The strip that takes photos, and the panel that follows their upload.

import { announce, arrange, bytes, h, icon, number, plural } from "./dom.js";
import { ACCEPT, dropped, withoutClutter } from "./files.js";
import { explain } from "./words.js";

const RECENT = 6; // files that stay in view after they are stored
const MOST_PROBLEMS = 200;

/** The drop zone: two buttons, and all of the page as the target while files hover over it. */
export function dropZone(uploads, ...beside) {
  const input = (props) =>
    h("input", {
      type: "file",
      multiple: true,
      class: "unseen",
      tabindex: "-1",
      "aria-hidden": "true",
      onchange: (event) => {
        uploads.add(withoutClutter(event.target.files));
        event.target.value = ""; // so that the same file can be chosen again
      },
      ...props,
    });
  const files = input({ accept: ACCEPT, id: "choose-photos" });
  const folder = input({ webkitdirectory: true, id: "choose-folder" });
  const node = h(
    "section",
    { class: "drop", "aria-label": "Upload" },
    h("div", { class: "drop-art" }, icon("upload")),
    h(
      "div",
      { class: "drop-words" },
      h("p", { class: "drop-title" }, h("span", { class: "no-touch" }, "Drop photos or a folder anywhere"), h("span", { class: "touch" }, "Add the photos of the race")),
      h("p", { class: "quiet" }, "JPEG, PNG or WebP, up to 60 MB each. Bibs are read as they arrive."),
    ),
    h(
      "div",
      { class: "drop-acts" },
      h("button", { class: "button main", type: "button", onclick: () => files.click() }, "Choose photos"),
      h("button", { class: "button", type: "button", onclick: () => folder.click() }, "Choose a folder"),
      ...beside,
      files,
      folder,
    ),
  );

  let depth = 0; // enter and leave fire for each element on the way
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.type === "dragenter") depth += 1;
    document.body.classList.add("dropping");
  };
  const out = () => {
    depth = Math.max(0, depth - 1);
    if (!depth) document.body.classList.remove("dropping");
  };
  const drop = async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    uploads.add(await dropped(event.dataTransfer));
  };
  const listeners = { dragenter: over, dragover: over, dragleave: out, drop };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
  const leave = () => {
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    document.body.classList.remove("dropping");
  };
  return { node, leave };
}

/** The panel of one event's uploads; hidden while there are none. */
export function uploadsPanel(uploads) {
  const title = h("h2", { class: "panel-title" });
  const note = h("p", { class: "quiet" });
  const bar = h("progress", { max: "1", value: 0, "aria-label": "Upload, all files" });
  const rows = h("ul", { class: "rows", "aria-label": "Files on their way" });
  const problems = h("ul", { class: "rows bad-rows", "aria-label": "Files that were not uploaded" });
  const stop = h("button", { class: "button small", type: "button", onclick: () => uploads.cancel() }, "Stop");
  const retry = h("button", { class: "button small", type: "button", onclick: () => uploads.retry() }, "Retry all");
  const close = h(
    "button",
    { class: "button small ghost", type: "button", "aria-label": "Close the list of uploads", onclick: () => uploads.clear() },
    icon("close"),
  );
  const node = h(
    "section",
    { class: "panel", "aria-label": "Uploads", hidden: true },
    h("div", { class: "panel-head" }, h("div", { class: "grow" }, title, note), retry, stop, close),
    bar,
    rows,
    problems,
  );
  const made = new Map();
  let planned = false;
  let spoken = 0;

  function plan() {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      render();
    });
  }

  function render() {
    const sum = uploads.totals();
    const all = sum.waiting + sum.sending + sum.done + sum.failed;
    node.hidden = uploads.items.length === 0;
    const share = sum.bytes ? sum.sent / sum.bytes : sum.done ? 1 : 0;
    bar.value = share;
    bar.hidden = !uploads.busy;
    stop.hidden = !uploads.busy;
    close.hidden = uploads.busy;
    retry.hidden = sum.failed < 2;
    title.textContent = uploads.busy ? `Uploading ${number(sum.done)} of ${number(all)}` : ended(sum);
    note.textContent = uploads.busy
      ? `${Math.round(share * 100)}% · ${bytes(sum.sent)} of ${bytes(sum.bytes)}`
      : sum.done
        ? "They appear below as they are read."
        : "";
    const recent = uploads.busy ? uploads.items.filter((item) => item.state === "done").slice(-RECENT) : [];
    const shown = uploads.items.filter((item) => item.state === "sending" || recent.includes(item));
    const bad = uploads.items.filter((item) => ["failed", "refused"].includes(item.state));
    arrange(rows, shown.map(row));
    arrange(problems, bad.slice(0, MOST_PROBLEMS).map(row));
    if (bad.length > MOST_PROBLEMS) problems.append(h("li", { class: "quiet" }, `and ${number(bad.length - MOST_PROBLEMS)} more`));
    rows.hidden = !shown.length;
    problems.hidden = !bad.length;
    for (const item of made.keys()) if (!shown.includes(item) && !bad.includes(item)) made.delete(item);
    speak(share, sum, all);
  }

  function speak(share, sum, all) {
    if (!all && !sum.refused) {
      spoken = 0;
      return;
    }
    const step = uploads.busy ? Math.floor(share * 4) : 5; // quarters, then the end
    if (step === spoken) return;
    spoken = step;
    announce(uploads.busy ? `Uploading, ${sum.done} of ${all} stored` : ended(sum));
  }

  function row(item) {
    const entry = made.get(item) ?? makeRow(item, uploads);
    made.set(item, entry);
    entry.update();
    return entry.node;
  }

  uploads.addEventListener("change", plan);
  render();
  return node;
}

function ended(sum) {
  const bad = sum.failed + sum.refused;
  const stored = sum.done ? `${plural(sum.done, "photo")} uploaded` : "";
  const left = bad ? `${plural(bad, "file")} not uploaded` : "";
  return [stored, left].filter(Boolean).join(", ") || "Nothing uploaded";
}

function makeRow(item, uploads) {
  const bar = h("progress", { max: "1", value: 0, "aria-label": `Upload of ${item.file.name}` });
  const state = h("span", { class: "row-state" });
  const retry = h(
    "button",
    { class: "button small", type: "button", "aria-label": `Retry ${item.file.name}`, onclick: () => uploads.retry([item]) },
    icon("again"),
    "Retry",
  );
  const node = h("li", { class: "row" }, h("span", { class: "row-name" }, item.file.name), bar, state, retry);
  function update() {
    node.dataset.state = item.state;
    bar.hidden = item.state !== "sending";
    bar.value = item.file.size ? item.sent / item.file.size : 0;
    retry.hidden = item.state !== "failed";
    if (item.state === "done") state.replaceChildren(icon("check"), bytes(item.file.size));
    else if (item.state === "sending") state.textContent = bytes(item.file.size);
    else state.textContent = explain(item.error);
  }
  return { node, update };
}
