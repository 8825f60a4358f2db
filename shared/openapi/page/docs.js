// The API's description for people, made of the document that machines read.

import { Schemas, h, prose } from "./schema.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const main = document.getElementById("main");
const nav = document.getElementById("nav");
const place = new URL("../openapi.json", import.meta.url);

function operations(doc) {
  return Object.entries(doc.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );
}

/** A path with its variables set off. */
const shownPath = (path) => path.split(/(\{\w+\})/).map((part) => (part.startsWith("{") ? h("var", null, part) : part));

const badge = (method) => h("span", { class: `method ${method}` }, method.toUpperCase());

function section(operation, schemas, base) {
  const { operationId, method, path, summary, description, parameters = [], requestBody, responses, security } = operation;
  const body = requestBody?.content["application/json"].schema;
  return h(
    "section",
    { class: "operation", id: operationId, "data-words": `${method} ${path} ${summary} ${operationId}`.toLowerCase() },
    h("h3", null, badge(method), h("a", { class: "path", href: `#${operationId}` }, shownPath(path))),
    h("p", { class: "summary" }, summary, !security?.length && h("span", { class: "open" }, "public")),
    prose(description),
    parameters.length > 0 && h("h4", null, "Parameters"),
    parameters.length > 0 && h("ul", { class: "tree" }, parameters.map((each) => parameter(each, schemas))),
    body && h("h4", null, "Body ", h("span", { class: "type" }, schemas.type(body))),
    body && prose(schemas.resolve(body).description),
    body && schemas.tree(body),
    h("h4", null, "Answers"),
    h("ul", { class: "answers" }, Object.entries(responses).map(([status, response]) => answer(status, response, schemas))),
    h("details", { class: "call" }, h("summary", null, "With curl"), h("pre", null, h("code", null, curl(operation, schemas, base)))),
  );
}

function parameter({ name, in: where, required, description, schema }, schemas) {
  const limits = schemas.limits(schema ?? {});
  return h(
    "li",
    null,
    h("code", { class: "field" }, name),
    " ",
    h("span", { class: "type" }, schemas.type(schema)),
    h("span", { class: "limits" }, where),
    required && h("span", { class: "must" }, "required"),
    limits && h("span", { class: "limits" }, limits),
    h("div", { class: "quiet" }, prose(description)),
  );
}

function answer(status, response, schemas) {
  const { description, content = {}, headers = {} } = schemas.resolve(response);
  const [media, one] = Object.entries(content)[0] ?? [];
  const problem = media === "application/problem+json";
  const kind = status === "default" || status >= 400 ? "refusal" : "success";
  return h(
    "li",
    null,
    h("span", { class: `status ${kind}` }, status),
    h(
      "div",
      null,
      prose(description),
      Object.entries(headers).map(([name, header]) => h("p", { class: "quiet" }, h("code", null, name), " ", header.description)),
      media && !problem && media !== "application/json" && h("p", { class: "quiet" }, media),
      one && !problem && schemas.models(one.schema).map((model) => schemas.folded(model, 0)),
      status === "default" && schemas.folded(one.schema, 0),
    ),
  );
}

function curl({ method, path, parameters = [], requestBody, security }, schemas, base) {
  const query = parameters.filter((each) => each.in === "query" && each.required).map((each) => `${each.name}=…`);
  const url = `${base}${path}${query.length ? `?${query.join("&")}` : ""}`;
  const lines = [`curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} '${url}'`];
  if (security?.length) lines.push(`-H "Authorization: $API_KEY"`);
  if (requestBody) {
    const example = JSON.stringify(schemas.example(requestBody.content["application/json"].schema));
    lines.push(`-H 'Content-Type: application/json'`, `-d '${example.replaceAll("'", "'\\''")}'`);
  }
  return lines.join(" \\\n  ");
}

function index(tags, filter) {
  return [
    h("input", { type: "search", id: "filter", placeholder: "Filter", "aria-label": "Filter the routes", autocomplete: "off", oninput: (event) => filter(event.target.value) }),
    tags.map(([tag, list]) =>
      h(
        "div",
        { class: "group" },
        h("h2", null, tag),
        h("ul", null, list.map((each) => h("li", { "data-for": each.operationId }, h("a", { href: `#${each.operationId}` }, badge(each.method), h("span", null, each.summary))))),
      ),
    ),
  ];
}

function narrow(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const node of document.querySelectorAll(".operation")) {
    node.hidden = !words.every((word) => node.dataset.words.includes(word));
    document.querySelector(`[data-for="${CSS.escape(node.id)}"]`).hidden = node.hidden;
  }
  for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector("li:not([hidden])");
}

function show(doc) {
  const schemas = new Schemas(doc);
  const base = new URL(doc.servers?.[0]?.url ?? ".", place).href.replace(/\/$/, "");
  const all = operations(doc);
  const tags = doc.tags.map(({ name }) => [name, all.filter((each) => each.tags.includes(name))]);
  document.title = `${doc.info.title} · API`;
  nav.replaceChildren(...index(tags, narrow).flat());
  main.replaceChildren(
    h("h1", null, doc.info.title),
    ...prose(doc.info.description),
    h("p", { class: "quiet" }, `${all.length} routes at `, h("code", null, base), " · ", h("a", { href: place.href }, "openapi.json")),
    ...tags.map(([tag, list]) => h("div", { class: "group" }, h("h2", null, tag), list.map((each) => section(each, schemas, base)))),
  );
  // What the address names was not there yet when the browser looked for it.
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

try {
  const response = await fetch(place);
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  show(await response.json());
} catch (error) {
  main.replaceChildren(h("h1", null, "API"), h("p", { role: "alert" }, "The description cannot be read. ", error.message));
}
