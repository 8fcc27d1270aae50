// Stands in for `fetch` and `EventSource`: a back end and a resumable provider in one page, which go wrong where told.

const CREATED = {
  video: { id: "v1", title: "film.mp4", provider: "local", status: "awaiting_upload", created_at: 1, revision: 1 },
  upload: { protocol: "resumable", url: "/u/secret", min_chunk: 1, max_chunk: 1 << 26, chunk_multiple: 1, parallel: 1 },
};

let log, named, held, size, answers, target, streams, slept;
const now = Date.now;

/** Starts afresh. `changes` are laid over the target that the back end gives. */
export function reset(changes) {
  log = [];
  named = [];
  held = new Uint8Array(0);
  answers = [];
  streams = [];
  slept = 0;
  target = { ...CREATED.upload, ...JSON.parse(changes) };
  window.fetch = fetch;
  window.EventSource = FakeEventSource;
  Date.now = () => now() + slept;
  Object.defineProperty(navigator, "wakeLock", { configurable: true, value: { request: lock } });
}

/**
 * What the next request whose "METHOD /path" begins with `to` meets, in place of a healthy answer:
 * `{to, status, headers, body, keep}`. The status may be "reset" or "hang".
 */
export function next(answer) {
  answers.push(JSON.parse(answer));
}

/** The requests so far, one a line. */
export function requests() {
  return log.filter((line) => !line.startsWith("screen")).join("\n");
}

/** What became of the screen. */
export function screen() {
  return log.filter((line) => line.startsWith("screen")).join(", ");
}

/** The bytes that the provider holds. */
export function bytes() {
  return held;
}

async function fetch(input, init = {}) {
  const request = new Request(input, init.body instanceof Blob ? { ...init, body: undefined } : init);
  const url = request.url.replace(location.origin, "");
  const path = new URL(request.url).pathname;
  const blob = init.body instanceof Blob ? init.body : null;
  const range = request.headers.get("content-range");
  const carried = ["content-digest", "authorization", "x-tenant"].map((name) => request.headers.get(name));
  const text = request.method === "POST" || request.method === "PATCH" ? await request.text() : "";
  const index = answers.findIndex(({ to }) => `${request.method} ${path}`.startsWith(to));
  const told = index < 0 ? {} : answers.splice(index, 1)[0];
  const redirect = request.redirect !== "follow" && `redirect ${request.redirect}`;
  const line = [request.method, url, range, blob && `${blob.size} bytes`, ...carried, text, redirect];
  log.push(line.filter(Boolean).join(" "));
  if (request.headers.has("idempotency-key")) named.push(request.headers.get("idempotency-key"));
  if (blob && told.keep !== false) await keep(blob, range);
  if (told.status === "hang") {
    return new Promise((_, reject) => {
      const abort = () => {
        log.push("aborted");
        reject(init.signal.reason);
      };
      // It may have been aborted while its bytes were taken in.
      if (init.signal.aborted) abort();
      else init.signal.addEventListener("abort", abort);
    });
  }
  if (told.status === "reset") throw new TypeError("Failed to fetch");
  if (told.status) return respond(told.status, told.body, told.headers);
  if (path.includes("/u/")) return provider();
  if (path.endsWith("/api/videos") && request.method === "POST") return respond(201, { ...CREATED, upload: target });
  if (path.endsWith("/upload")) return respond(201, { ...CREATED, upload: { ...target, url: "/u/fresh" } });
  if (request.method === "DELETE") return respond(204);
  return respond(404, { error: { code: "not_found", message: "There is no such video." } });
}

async function keep(blob, range) {
  const [, start, total] = /bytes (\d+)-\d+\/(\d+)/.exec(range);
  const chunk = new Uint8Array(await blob.arrayBuffer());
  const whole = new Uint8Array(Math.max(held.length, Number(start) + chunk.length));
  whole.set(held);
  whole.set(chunk, Number(start));
  [held, size] = [whole, Number(total)];
}

function provider() {
  if (held.length === size) return respond(200, { ...CREATED.video, status: "processing", revision: 2 });
  return respond(308, undefined, held.length ? { range: `bytes=0-${held.length - 1}` } : {});
}

// The constructor of Response takes no body with 204, and 308 is a status like any other to it.
function respond(status, body, headers) {
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers });
}

async function lock(kind) {
  log.push(`${kind} on`);
  return { release: async () => log.push(`${kind} off`) };
}

/** The machine sleeps for so many milliseconds: only the wall clock tells. */
export function sleeps(span) {
  slept += span;
}

class FakeEventSource extends EventTarget {
  static CLOSED = 2;
  readyState = 0;

  constructor(url) {
    super();
    const { pathname, search } = new URL(url);
    log.push(`EVENTS ${pathname}${search}`);
    streams.push(this);
  }

  close() {
    if (this.readyState !== 2) log.push("closed");
    this.readyState = 2;
  }
}

/** An event on the stream that was opened last. */
export function event(json) {
  event_on(-1, json);
}

/** An event on the stream that was opened as the n-th. */
export function event_on(index, json) {
  streams.at(index).dispatchEvent(new MessageEvent("video", { data: json }));
}

/** How many streams are open. */
export function open_streams() {
  return streams.filter(({ readyState }) => readyState !== 2).length;
}

/** The names that requests were given (`Idempotency-Key`), one a line. */
export function keys() {
  return named.join("\n");
}

/** The open stream breaks: `readyState` is 0 where the browser connects again, 2 where it does not. */
export function breaks(readyState) {
  streams.at(-1).readyState = readyState;
  streams.at(-1).dispatchEvent(new Event("error"));
}

/** Whether the page would ask before it is closed. */
export function asks_before_closing() {
  const event = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

/** An event at window or document, as the browser makes it. */
export function happens(name) {
  (name === "visibilitychange" ? document : window).dispatchEvent(new Event(name));
}

/** From here on, files can't be read; until `reset_files`. */
export function move_files() {
  Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotReadableError"));
}

/** From here on, files take for ever to be read; until `reset_files`. */
export function stall_files() {
  Blob.prototype.arrayBuffer = () => new Promise(() => {});
}

const readable = Blob.prototype.arrayBuffer;
/** Files can be read again. */
export function reset_files() {
  Blob.prototype.arrayBuffer = readable;
}

/** `sha-256=:…:` of some bytes. */
export async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha-256=:${btoa(String.fromCharCode(...hash))}:`;
}
