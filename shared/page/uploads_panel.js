// The strip that takes files, and the panel that follows their upload.

import { announce, arrange, bytes, h, icon, number, plural } from "./dom.js";
import { dropped, withoutClutter } from "./dropped.js";

const RECENT = 6; // files that stay in view after they are stored
const MOST_PROBLEMS = 200;

/**
 * The drop zone: a button or two, and all of the page as the target while files hover over it.
 *
 * `folder` gives it a button for whole folders; `beside` are buttons of the page's own.
 */
export function dropZone(uploads, { accept, title, words, choose, main = false, folder = false, beside = [] }) {
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
  const files = input({ accept, id: "choose-files" });
  const folders = folder && input({ webkitdirectory: true, id: "choose-folder" });
  const node = h(
    "section",
    { class: "drop", "aria-label": "Upload" },
    h("div", { class: "drop-art" }, icon("upload")),
    h("div", { class: "drop-words" }, h("p", { class: "drop-title" }, ...title), h("p", { class: "quiet" }, words)),
    h(
      "div",
      { class: "drop-acts" },
      h("button", { class: main ? "button main" : "button", type: "button", onclick: () => files.click() }, choose),
      folders && h("button", { class: "button", type: "button", onclick: () => folders.click() }, "Choose a folder"),
      ...beside,
      files,
      folders,
    ),
  );
  const holds = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const over = (event) => {
    if (holds(event)) event.preventDefault();
  };
  const enter = (event) => {
    if (!holds(event)) return;
    depth += 1;
    document.body.classList.add("dropping");
  };
  const leave = (event) => {
    if (!holds(event)) return;
    depth -= 1;
    if (depth <= 0) settle();
  };
  const drop = async (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    settle();
    uploads.add(await dropped(event.dataTransfer));
  };
  function settle() {
    depth = 0;
    document.body.classList.remove("dropping");
  }
  const listeners = { dragover: over, dragenter: enter, dragleave: leave, drop };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  return {
    node,
    leave() {
      settle();
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
    },
  };
}

/**
 * Follows uploads; hidden while there are none, and once all went well.
 *
 * `explain(error)` puts an error into words, and `one` is what a file is called. `after` says what
 * becomes of the files that are stored: with it the panel stays until somebody closes it, which
 * forgets them too.
 */
export function uploadsPanel(uploads, { explain, one = "file", after = "" }) {
  const title = h("h2", { class: "panel-title" });
  const note = h("p", { class: "quiet" });
  const bar = h("progress", { max: "1", value: 0, "aria-label": "Upload, all files" });
  const rows = h("ul", { class: "rows", "aria-label": "Files on their way" });
  const problems = h("ul", { class: "rows bad-rows", "aria-label": "Files that were not uploaded" });
  const stop = h("button", { class: "button small", type: "button", onclick: () => uploads.cancel() }, "Stop");
  const retry = h("button", { class: "button small", type: "button", onclick: () => uploads.retry() }, "Retry all");
  const close = h("button", { class: "button small ghost", type: "button", "aria-label": "Close the list of uploads", onclick: forget }, icon("close"));
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

  function forget() {
    if (after) uploads.clear();
    else uploads.clear(uploads.items.filter(({ state }) => state !== "done"));
  }

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
    const bad = uploads.items.filter((item) => ["failed", "refused"].includes(item.state));
    node.hidden = after ? !uploads.items.length : !uploads.busy && !bad.length;
    const share = sum.bytes ? sum.sent / sum.bytes : sum.done ? 1 : 0;
    bar.value = share;
    bar.hidden = !uploads.busy;
    stop.hidden = !uploads.busy;
    close.hidden = uploads.busy;
    retry.hidden = sum.failed < 2;
    title.textContent = uploads.busy ? `Uploading ${number(sum.done)} of ${number(all)}` : ended(sum, one);
    note.textContent = uploads.busy ? `${Math.round(share * 100)}% · ${bytes(sum.sent)} of ${bytes(sum.bytes)}` : sum.done ? after : "";
    const recent = uploads.busy ? uploads.stored.slice(-RECENT) : [];
    const shown = uploads.items.filter((item) => item.state === "sending" || recent.includes(item));
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
    announce(uploads.busy ? `Uploading, ${sum.done} of ${all} stored` : ended(sum, one));
  }

  function row(item) {
    const entry = made.get(item) ?? makeRow(item, uploads, explain);
    made.set(item, entry);
    entry.update();
    return entry.node;
  }

  uploads.addEventListener("change", plan);
  render();
  return node;
}

function ended(sum, one) {
  const bad = sum.failed + sum.refused;
  const stored = sum.done ? `${plural(sum.done, one)} uploaded` : "";
  const left = bad ? `${plural(bad, "file")} not uploaded` : "";
  return [stored, left].filter(Boolean).join(", ") || "Nothing uploaded";
}

function makeRow(item, uploads, explain) {
  const bar = h("progress", { max: "1", value: 0, "aria-label": `Upload of ${item.file.name}` });
  const state = h("span", { class: "row-state" });
  const retry = h("button", { class: "button small", type: "button", "aria-label": `Retry ${item.file.name}`, onclick: () => uploads.retry([item]) }, icon("again"), "Retry");
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
