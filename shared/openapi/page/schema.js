// Schemas as text and as trees, and examples made of them.

/** An HTML element: attributes, `on…` listeners, children (nodes or text). */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return node;
}

/** Text with `code` and line breaks between paragraphs; nothing in it is markup. */
export function prose(text) {
  return String(text ?? "")
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) =>
      h(
        "p",
        null,
        part.split("`").map((piece, index) => (index % 2 ? h("code", null, piece) : piece.replace(/\s+/g, " "))),
      ),
    );
}

export class Schemas {
  constructor(root) {
    this.root = root;
  }

  /** What a reference stands for, its own words winning over what it refers to. */
  resolve(schema) {
    if (!schema?.$ref) return schema ?? {};
    const target = schema.$ref
      .replace(/^#\//, "")
      .split("/")
      .reduce((node, key) => node?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], this.root);
    const { $ref: _, ...own } = schema;
    return { ...this.resolve(target), ...own };
  }

  /** The last part of a reference's name: what people call the model. */
  name = (schema) => schema?.$ref?.split("/").pop();

  /** A type in a few words: `string (date-time)`, `Photo[]`, `"a" | "b"`, `number or null`. */
  type(schema) {
    if (!schema) return "any";
    if (schema.$ref) {
      const full = this.resolve(schema);
      return full.enum && full.enum.length <= 6 ? this.type(full) : this.name(schema);
    }
    if ("const" in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return choices.map((each) => this.type(each)).join(" or ");
    if (schema.allOf) return schema.allOf.map((each) => this.type(each)).join(" and ");
    if (schema.prefixItems) return `[${schema.prefixItems.map((each) => this.type(each)).join(", ")}]`;
    if (schema.type === "array") return `${this.wrapped(schema.items)}[]`;
    if (schema.type === "object" && schema.additionalProperties) return `{name: ${this.type(schema.additionalProperties)}}`;
    return `${schema.type ?? "any"}${schema.format ? ` (${schema.format})` : ""}`;
  }

  wrapped(schema) {
    const text = this.type(schema);
    return / or | \| /.test(text) ? `(${text})` : text;
  }

  /** Limits in words. */
  limits(schema) {
    const words = {
      minLength: (n) => `at least ${n} characters`,
      maxLength: (n) => `at most ${n} characters`,
      minimum: (n) => `from ${n}`,
      maximum: (n) => `to ${n}`,
      exclusiveMinimum: (n) => `over ${n}`,
      minItems: (n) => `at least ${n}`,
      maxItems: (n) => `at most ${n}`,
      pattern: (text) => `matches ${text}`,
      default: (value) => (value === null ? null : `default ${JSON.stringify(value)}`),
    };
    const own = Object.entries(words).map(([key, say]) => (key in schema ? say(schema[key]) : null));
    const inner = (schema.anyOf ?? []).filter((each) => !each.$ref).map((each) => this.limits(each));
    return [...own, ...inner].filter(Boolean).join(", ");
  }

  /** The models inside of a schema that have properties worth a look. */
  models(schema) {
    if (!schema) return [];
    if (schema.$ref) return this.resolve(schema).properties ? [schema] : this.models(this.resolve(schema));
    const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.prefixItems ?? []), schema.items, schema.additionalProperties];
    const found = parts.filter((part) => part && part !== true).flatMap((part) => this.models(part));
    return schema.properties ? [schema, ...found] : found;
  }

  /** A model's fields as a list; models within open on demand, so that one may contain itself. */
  tree(schema, depth = 0) {
    const full = this.resolve(schema);
    const required = new Set(full.required ?? []);
    const rows = Object.entries(full.properties ?? {}).map(([name, field]) => {
      const whole = this.resolve(field);
      const limits = this.limits(whole);
      const inner = this.models(field);
      return h(
        "li",
        null,
        h("code", { class: "field" }, name),
        " ",
        h("span", { class: "type" }, this.type(field)),
        required.has(name) && h("span", { class: "must" }, "required"),
        limits && h("span", { class: "limits" }, limits),
        field.description && h("div", { class: "quiet" }, prose(field.description)),
        inner.map((model) => this.folded(model, depth + 1)),
      );
    });
    return h("ul", { class: "tree" }, rows);
  }

  folded(model, depth) {
    const node = h("details", null, h("summary", null, this.name(model) ?? "fields"));
    node.addEventListener(
      "toggle",
      () => node.append(...prose(depth ? this.resolve(model).description : ""), this.tree(model, depth)),
      { once: true },
    );
    return node;
  }

  /** A value that the schema takes, with what is required of it. */
  example(schema, depth = 0) {
    const full = this.resolve(schema);
    if ("const" in full) return full.const;
    if ("default" in full && full.default !== null) return full.default;
    if (full.enum) return full.enum[0];
    const choice = full.anyOf?.[0] ?? full.oneOf?.[0] ?? full.allOf?.[0];
    if (choice) return this.example(choice, depth);
    if (full.type === "array") return depth > 4 ? [] : [this.example(full.items, depth + 1)];
    if (full.type === "integer" || full.type === "number") return full.minimum ?? 0;
    if (full.type === "boolean") return false;
    if (full.type === "string") return { date: "2026-05-03", "date-time": "2026-05-03T09:41:07Z" }[full.format] ?? (full.pattern?.includes("0-9]{1,6}") ? "482" : "…");
    const required = full.required ?? Object.keys(full.properties ?? {}).slice(0, 1);
    return Object.fromEntries(required.map((name) => [name, this.example(full.properties?.[name], depth + 1)]));
  }
}
