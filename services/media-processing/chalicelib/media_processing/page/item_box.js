// One item in full: its sizes side by side, and the report on it.

import { closeButton } from "./dialogs.js";
import { bytes, h, icon, number, safeUrl } from "./dom.js";
import { checkWords, explain } from "./words.js";

/** `show(item)` opens it or brings it up to date; `close()` is told when the person closes it. */
export function itemBox({ close }) {
  const name = h("h2", { class: "box-name" });
  const facts = h("p", { class: "quiet" });
  const error = h("p", { class: "notice bad" });
  const sizes = h("ul", { class: "sizes", role: "list" });
  const report = h("ul", { class: "report", "aria-label": "Report" });
  const node = h(
    "dialog",
    { class: "dialog wide", "aria-label": "Item", onclose: () => current && close() },
    closeButton(() => node),
    h("div", { class: "box" }, h("div", null, name, facts), error, sizes, h("h3", null, "Checks"), report),
  );
  node.addEventListener("click", (event) => {
    if (event.target === node) node.close(); // the backdrop
  });
  let current = null;
  let mark = null;

  function show(item) {
    current = item.itemId;
    const fresh = JSON.stringify([item.itemId, item.state, item.report, item.outputs.map(({ key, bytes: size }) => [key, size])]);
    if (fresh !== mark) draw(item);
    mark = fresh;
    if (!node.open) {
      document.body.append(node);
      node.showModal();
    }
  }

  function draw(item) {
    name.textContent = item.filename;
    facts.textContent = [item.mediaType, item.format, item.width && `${number(item.width)} × ${number(item.height)}`, item.bytes !== null && bytes(item.bytes)].filter(Boolean).join(" · ");
    error.hidden = !item.error;
    if (item.error) error.replaceChildren(explain(item.error), " ", h("code", null, item.error.code));
    const outputs = [...item.outputs].sort((a, b) => (b.width ?? 0) * (b.height ?? 0) - (a.width ?? 0) * (a.height ?? 0));
    sizes.replaceChildren(...outputs.map((output) => sizeOf(output, outputs[0])));
    sizes.hidden = !outputs.length;
    report.replaceChildren(
      ...item.report.map(({ check, ok, message }) =>
        h("li", { class: ok ? "ok" : "not" }, icon(ok ? "check" : "alert"), h("span", { class: "check-name" }, checkWords(check)), h("span", { class: "quiet" }, /^\d+$/.test(message) ? number(Number(message)) : message)),
      ),
    );
    if (!item.report.length) report.append(h("li", { class: "quiet" }, "Not looked at yet."));
  }

  return {
    show,
    hide() {
      current = null;
      mark = null;
      if (node.open) node.close();
      node.remove();
    },
  };
}

/** As large beside the others as it is; `largest` fits the window. */
function sizeOf(output, largest) {
  const url = safeUrl(output.url ?? "invalid:");
  const image = h("img", { src: url, alt: `Size ${output.size}`, width: output.width, height: output.height, loading: "lazy" });
  const node = h(
    "li",
    null,
    url ? h("a", { href: url, target: "_blank", rel: "noopener", "aria-label": `Open size ${output.size}` }, image) : null,
    h("p", { class: "size-name" }, output.size),
    h("p", { class: "quiet" }, `${output.width} × ${output.height}, ${bytes(output.bytes)}`),
  );
  const share = output.width / largest.width;
  node.style.flexGrow = String(output.width);
  node.style.maxWidth = `min(${output.width}px, ${((largest.width / largest.height) * share * 54).toFixed(2)}dvh)`;
  return node;
}
