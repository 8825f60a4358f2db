// Templates: the list, and one as text that is checked while it is written.

import { call, get, post } from "./api.js";
import { announce, arrange, h, plural } from "./dom.js";
import { materialsPanel } from "./materials.js";
import { explain } from "./words.js";

const path = (id) => `templates/${encodeURIComponent(id)}`;

/** The view at `#/templates?id=`. */
export function templatesView(go) {
  let current = null; // the stored template that is in the field
  const heading = h("h1", { tabindex: "-1" }, "Templates");
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const list = h("ul", { class: "events", role: "list" });
  const name = h("input", { id: "template-id", pattern: "[a-z0-9][a-z0-9-]*", maxlength: "48", autocomplete: "off", spellcheck: "false" });
  const text = h("textarea", { id: "template-text", rows: "24", spellcheck: "false", autocapitalize: "off", "aria-describedby": "problems", oninput: later });
  const verdict = h("p", { class: "quiet", role: "status" });
  const problems = h("ul", { class: "rows bad-rows", id: "problems", "aria-label": "What is wrong" });
  const save = h("button", { class: "button main", type: "submit" }, "Save");
  const remove = h("button", { class: "button ghost", type: "button", onclick: () => guard(drop) }, "Delete");
  const form = h(
    "form",
    { class: "editor", hidden: true, onsubmit: (event) => { event.preventDefault(); guard(keep); } },
    h("label", { for: "template-id" }, "Id"),
    name,
    h("label", { for: "template-text" }, "Template ", h("span", { class: "quiet" }, "JSON")),
    text,
    verdict,
    problems,
    h("div", { class: "acts" }, save, remove),
  );
  const materials = materialsPanel();
  const node = h(
    "div",
    { class: "templates" },
    h("div", null, heading, h("p", { class: "lede" }, "What reels are made of: slots, texts, colours, music, a logo.")),
    error,
    list,
    form,
    materials.node,
  );
  let waiting = null;

  async function guard(task) {
    error.hidden = true;
    save.disabled = remove.disabled = true;
    try {
      await task();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
    }
    save.disabled = remove.disabled = false;
  }

  async function load() {
    const { items } = await get("templates", { query: { limit: 200 } });
    arrange(list, items.map(row));
  }

  async function edit(id) {
    current = await get(path(id));
    name.value = current.builtIn ? "" : current.templateId;
    name.placeholder = current.builtIn ? "a-name-of-your-own" : "";
    name.readOnly = !current.builtIn;
    text.value = JSON.stringify(current.template, null, 2);
    save.textContent = current.builtIn ? "Save as a new template" : "Save the next version";
    remove.hidden = current.builtIn;
    form.hidden = false;
    await check();
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(() => guard(check), 400);
  }

  function parsed() {
    try {
      return { template: JSON.parse(text.value) };
    } catch (problem) {
      return { wrong: [{ path: "", code: "not_json", message: problem.message }] };
    }
  }

  async function check() {
    const { template, wrong } = parsed();
    const found = wrong ?? (await post("templates/validate", template, { quiet: true })).problems;
    verdict.textContent = found.length ? `${plural(found.length, "problem")}` : "Nothing is wrong.";
    problems.replaceChildren(...found.map((one) => h("li", { class: "row" }, h("code", { class: "row-name" }, one.path || "—"), h("span", { class: "row-state" }, one.message))));
    problems.hidden = !found.length;
    return found.length ? null : template;
  }

  async function keep() {
    const template = await check();
    if (!template) return announce(verdict.textContent);
    const id = name.value.trim();
    if (!id) return name.focus();
    if (current.builtIn) await post("templates", { templateId: id, template });
    else await call("PUT", path(id), { body: { version: current.version, template } });
    announce("Saved");
    await load();
    go(`#/templates?id=${encodeURIComponent(id)}`);
    await edit(id);
  }

  async function drop() {
    await call("DELETE", path(current.templateId));
    form.hidden = true;
    announce("Deleted");
    await load();
    go("#/templates");
  }

  function row(one) {
    const version = one.builtIn ? "comes with the service" : `version ${one.version}`;
    return h(
      "li",
      null,
      h(
        "a",
        { class: "event", href: `#/templates?id=${encodeURIComponent(one.templateId)}` },
        h("span", { class: "event-name" }, one.template.name),
        h("span", { class: "event-day" }, h("code", null, one.templateId), ` · ${version} · ${plural(one.template.slots.length, "photo")}`),
      ),
    );
  }

  guard(load);
  return {
    node,
    heading,
    title: "Templates · Medley reels",
    update(params) {
      const id = params.get("id");
      if (id && current?.templateId !== id) guard(() => edit(id));
      if (!id) form.hidden = true;
    },
    leave() {
      clearTimeout(waiting);
      materials.leave();
    },
  };
}
