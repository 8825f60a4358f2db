// The review at `#/events/{eventId}/review`: one doubtful reading after the other, one key each.

import { eventPath, get } from "./api.js";
import { announce, h, icon, number, plural } from "./dom.js";
import { askPanel } from "./review_ask.js";
import { reviewPictures } from "./review_picture.js";
import { DecisionQueue } from "./review_queue.js";
import { Supply } from "./review_supply.js";
import { explain } from "./words.js";

// Decisions outlive the view: whoever goes back to the photos meanwhile loses none.
const queues = new Map();

addEventListener("beforeunload", (event) => {
  if ([...queues.values()].some((queue) => queue.unsent)) event.preventDefault();
});

// Refusals of a decision that say at the same time that its question is closed.
const SETTLED = ["decided_already", "reading_not_found", "photo_not_found"];

/** The view of an event's review. */
export function reviewView(eventId) {
  if (!queues.has(eventId)) queues.set(eventId, new DecisionQueue(eventId));
  const queue = queues.get(eventId);
  const supply = new Supply(eventId, (imageId, bib) => queue.isPending(imageId, bib));
  const history = []; // {item, entry}; entry is null for what was skipped
  let done = 0;
  let counted = 0; // how many of `done` the service did not know when it last counted
  let shown = null;
  const failedAt = new Set();
  let left = false;

  const heading = h("h1", { tabindex: "-1" }, "Review");
  const about = h("p", { class: "lede" });
  const bar = h("progress", { "aria-label": "Readings reviewed", max: "1", value: "0" });
  const saved = h("span", { role: "status" });
  const now = h("button", { class: "button small", type: "button", hidden: true, onclick: () => queue.retry() }, "Try now");
  const saving = h("p", { class: "review-saving quiet" }, saved, now);
  const notice = h("p", { class: "notice bad", role: "alert", hidden: true });
  const single = h("input", { type: "checkbox", id: "single-keys", checked: true });
  const keys = h("label", { class: "review-keys choice", for: "single-keys" }, single, "Single keys decide");
  const panel = askPanel({ answer, skip, undo, beside: keys });
  const pictures = reviewPictures({ broken: renew });
  const photoName = h("p", { class: "review-name quiet" });
  const far = h("div", { class: "review-far" }, pictures.whole, photoName);
  const work = h("div", { class: "review", hidden: true }, h("div", { class: "review-near" }, pictures.crop), panel.node, far);
  const end = h("div", { class: "review-end", hidden: true });
  const node = h(
    "div",
    { class: "review-view" },
    h(
      "div",
      { class: "review-head" },
      h("a", { class: "crumb", href: `#/events/${encodeURIComponent(eventId)}` }, icon("back"), "Photos"),
      heading,
      about,
      h("div", { class: "review-progress" }, bar, saving),
    ),
    notice,
    work,
    end,
  );

  supply.addEventListener("change", supplied);
  queue.addEventListener("change", drawSaving);
  queue.addEventListener("refused", refused);
  document.addEventListener("keydown", keyed);

  function keyed(event) {
    const inField = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog");
    const onControl = event.key === "Enter" && event.target.closest?.("button, a, label");
    if (event.defaultPrevented || event.repeat || event.altKey || event.ctrlKey || event.metaKey || inField || onControl || !single.checked) return;
    const name = event.key.toLowerCase();
    const act = panel.keys[name];
    // The last decision of all can be taken back too.
    if (!act || (work.hidden && name !== "u")) return;
    event.preventDefault();
    act();
  }

  function answer(decision) {
    if (!supply.current) return;
    const item = supply.take();
    if (!queue.versions.has(item.photo.imageId)) queue.versions.set(item.photo.imageId, item.photo.version);
    history.push({ item, entry: queue.decide(item.photo.imageId, decision, item) });
    done += 1;
    counted += 1;
    draw();
  }

  function skip() {
    if (!supply.current) return;
    history.push({ item: supply.skip(), entry: null });
    draw();
  }

  function undo() {
    const last = history.pop();
    if (!last) return;
    if (last.entry) {
      queue.undo(last.entry);
      done -= 1;
      counted -= 1;
    } else supply.skipped = supply.skipped.filter((item) => item !== last.item);
    supply.giveBack(last.item);
    announce("Undone");
    draw();
  }

  function refused({ detail: { entry, problem } }) {
    if (left) return;
    const at = history.findIndex((one) => one.entry === entry);
    if (at >= 0) history.splice(at, 1);
    if (entry.decision) {
      done -= 1;
      if (!SETTLED.includes(problem.code)) counted -= 1;
    }
    const what = entry.decision ? `The decision on ${entry.decision.bib}` : "Undoing";
    notice.replaceChildren(`${what} was not saved. ${explain(problem)}`);
    notice.hidden = false;
    if (entry.decision && problem.code === "opted_out") supply.giveBack(entry.about);
    draw();
  }

  function supplied() {
    if (supply.left !== null) counted = queue.unsent;
    draw();
  }

  function remaining() {
    // With no further page, these are all. What the service counted may be older than a decision
    // that was stored while it answered.
    if (supply.ended) return supply.ahead.length;
    return Math.max(supply.ahead.length, (supply.left ?? 0) - counted - supply.skipped.length, 0);
  }

  function draw() {
    if (left) return;
    const item = supply.current;
    const rest = remaining();
    bar.max = Math.max(1, rest + done);
    bar.value = done;
    about.textContent = supply.left === null ? "" : [`${number(rest)} left`, `${number(done)} done by you`, supply.skipped.length && `${number(supply.skipped.length)} skipped`].filter(Boolean).join(" · ");
    panel.canUndo(history.length > 0);
    work.hidden = !item;
    if (item) drawItem(item);
    else drawEnd();
    drawSaving();
  }

  function drawItem(item) {
    end.hidden = true;
    if (shown === item) return;
    shown = item;
    panel.show(item);
    pictures.show(item.photo, item.question);
    photoName.textContent = [item.photo.filename, item.photo.bibs.length && `also ${item.photo.bibs.join(", ")}`].filter(Boolean).join(" · ");
    announce(panel.spoken(item));
  }

  function drawEnd() {
    shown = null;
    end.hidden = false;
    const again = (words, act = () => supply.restart()) => h("button", { class: "button", type: "button", onclick: act }, icon("again"), words);
    if (supply.problem) {
      end.replaceChildren(h("p", { class: "notice bad", role: "alert" }, explain(supply.problem)), again("Try again", () => supply.more()));
    } else if (!supply.ended) {
      end.replaceChildren(h("p", { class: "quiet" }, "Loading …"));
    } else {
      const skipped = supply.skipped.length;
      const certain = skipped ? "" : "Every reading is either certain or decided.";
      const words = done ? `You decided ${plural(done, "reading")}.` : certain;
      end.replaceChildren(
        skipped ? "" : h("span", { class: "review-done" }, icon("check")),
        h("h2", null, skipped ? `${plural(skipped, "reading")} skipped` : "Nothing left to review"),
        words ? h("p", { class: "quiet" }, words) : "",
        again(skipped ? "Show the skipped ones" : "Look again"),
        history.length ? h("button", { class: "button ghost small", type: "button", onclick: undo }, "Undo the last one") : "",
      );
      announce(skipped ? "The end. Some readings were skipped." : "Nothing left to review");
    }
  }

  function drawSaving() {
    if (left) return;
    const { unsent, problem } = queue;
    if (problem) saved.textContent = `${plural(unsent, "decision")} not saved yet. ${explain(problem)}`;
    else if (unsent) saved.textContent = `Saving ${number(unsent)} …`;
    else saved.textContent = done ? "All saved" : "";
    now.hidden = !problem;
    saving.classList.toggle("bad", Boolean(problem));
  }

  /** A picture that does not load has most likely outlived its signed address. */
  async function renew(photo) {
    if (failedAt.has(photo.webUrl)) return;
    failedAt.add(photo.webUrl);
    try {
      const fresh = await get(eventPath(eventId, "photos", photo.imageId), { quiet: true });
      photo.webUrl = fresh.webUrl;
      if (shown?.photo === photo) pictures.show(photo, shown.question);
    } catch {
      // The question can be skipped, and comes again.
    }
  }

  async function open() {
    try {
      const event = await get(eventPath(eventId));
      heading.textContent = event.name;
      document.title = `Review · ${event.name} · Medley`;
    } catch {
      // The list of questions says what is wrong.
    }
  }

  open();
  supply.more();
  draw();
  return {
    node,
    heading,
    title: "Review · Medley",
    update() {},
    leave() {
      left = true;
      supply.removeEventListener("change", supplied);
      queue.removeEventListener("change", drawSaving);
      queue.removeEventListener("refused", refused);
      document.removeEventListener("keydown", keyed);
    },
  };
}
