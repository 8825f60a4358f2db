// The service's API, relative to where this file came from, so a stage's prefix needs no setting.

const ROOT = new URL("..", import.meta.url);
const PATIENCE_MS = 30_000;

/** What an answer of `application/problem+json`, or no answer at all, says. */
export class Problem extends Error {
  constructor(status, { code, title, detail, message, errors } = {}) {
    super(detail ?? title ?? message ?? `The service answered ${status}.`);
    this.status = status;
    this.code = code ?? { 401: "unauthorized", 403: "forbidden" }[status] ?? `http_${status}`;
    this.detail = detail ?? title ?? message;
    this.errors = errors;
  }
}

// A key lives in this variable only: not in storage, not in the address; a reload forgets it.
let key = null;
let asking = null;
let ask = async () => null;

/** Sets who asks the person for a key: `(refused: boolean) -> Promise<string | null>`. */
export function askKeyWith(asker) {
  ask = asker;
}

async function send(method, path, { query, body, headers, signal }) {
  const url = new URL(path, ROOT);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  const limit = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(url, {
      method,
      headers: {
        accept: "application/json, application/problem+json",
        ...(body && { "content-type": "application/json" }),
        ...(key && { authorization: key }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      cache: "no-store",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { code: error.name === "TimeoutError" ? "timeout" : "offline" });
  }
}

async function read(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) throw new Problem(response.status, { detail: "The service's answer cannot be read." });
    return {};
  }
}

/** Whether a key, or another one, would help: a gateway's own refusal carries no code. */
function wantsKey({ status, code }) {
  return status === 401 || (status === 403 && ["forbidden", "unknown_api_key", "scope_missing"].includes(code));
}

/**
 * Calls the API. A path's variable parts must be encoded already.
 *
 * `quiet` calls, such as polling, never open the question for a key.
 * @throws {Problem} for every answer that is not a success
 */
export async function call(method, path, options = {}) {
  for (;;) {
    const used = key;
    const response = await send(method, path, options);
    if (response.ok) return read(response);
    const problem = new Problem(response.status, await read(response));
    if (!wantsKey(problem)) throw problem;
    if (key !== used) continue; // another call was given a key in the meantime
    if (options.quiet) throw problem;
    // Calls that fail together share one question.
    asking ??= ask(used !== null).finally(() => {
      asking = null;
    });
    const answer = await asking;
    if (answer === null) throw problem;
    key = answer;
  }
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { ...options, body });

/** A path of parts that may hold anything. */
export const pathOf = (...parts) => parts.map(encodeURIComponent).join("/");

/** The path of an event, or of something below it. */
export const eventPath = (eventId, ...rest) => pathOf("events", eventId, ...rest);
