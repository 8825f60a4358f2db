// Music and logos: sent by a signed form, checked by the service when they arrive.

import { get, post } from "./api.js";
import { announce, arrange, h, plural } from "./dom.js";
import { poll } from "./poll.js";
import { clock, explain } from "./words.js";

/** The part of the templates' view about materials. */
export function materialsPanel() {
  const list = h("ul", { class: "rows materials" });
  const none = h("p", { class: "quiet" }, "None yet.");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const file = h("input", { id: "material-file", type: "file", accept: "audio/*,image/png,image/jpeg,image/webp", required: true });
  const licence = h("input", { id: "material-licence", maxlength: "500", autocomplete: "off", placeholder: "CC BY 4.0, who made it, where it is from" });
  const send = h("button", { class: "button", type: "submit" }, "Upload");
  const form = h(
    "form",
    { class: "material-form", onsubmit: submit },
    h("div", null, h("label", { for: "material-file" }, "Music or logo"), file),
    h("div", { class: "grow" }, h("label", { for: "material-licence" }, "Licence ", h("span", { class: "quiet" }, "of music")), licence),
    send,
  );
  const node = h("section", { class: "panel", "aria-label": "Music and logos" }, h("h2", null, "Music and logos"), form, error, list, none);
  let items = [];

  async function load(quiet = false) {
    items = (await get("materials", { query: { limit: 100 }, quiet })).items;
    arrange(list, items.map(row));
    none.hidden = items.length > 0;
  }

  async function submit(event) {
    event.preventDefault();
    const chosen = file.files[0];
    if (!chosen) return;
    const kind = chosen.type.startsWith("image/") ? "logo" : "music";
    send.disabled = true;
    error.hidden = true;
    try {
      const body = { kind, filename: chosen.name, size: chosen.size, contentType: chosen.type || "audio/mpeg", ...(licence.value.trim() && { licence: licence.value.trim() }) };
      const upload = await post("materials", body);
      const data = new FormData();
      for (const [name, value] of Object.entries(upload.fields)) data.append(name, value);
      data.append("file", chosen);
      const answer = await fetch(upload.url, { method: "POST", body: data });
      if (!answer.ok) throw new Error(`The storage answered ${answer.status}.`);
      form.reset();
      announce("Uploaded");
      poller.wake();
      await load();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    send.disabled = false;
  }

  const poller = poll(async () => {
    if (!items.some((one) => one.state === "PENDING")) return { changed: false, busy: false };
    const before = JSON.stringify(items);
    await load(true);
    return { changed: JSON.stringify(items) !== before, busy: true };
  });
  load().catch((problem) => {
    error.textContent = explain(problem);
    error.hidden = false;
  });
  return { node, leave: () => poller.stop() };
}

function row(one) {
  return h(
    "li",
    { class: "row" },
    h("span", { class: "row-name" }, one.name),
    h("code", null, one.materialId),
    h("span", { class: one.state === "FAILED" ? "row-state bad" : "row-state" }, told(one)),
  );
}

function told(one) {
  if (one.state === "FAILED") return explain(one.error);
  if (one.state === "PENDING") return "Waiting for the file";
  if (one.kind === "logo") return `Logo, ${one.width} × ${one.height}`;
  return `Music, ${clock(one.seconds)}, ${plural(one.beats, "beat")}`;
}
