// Uploads without a face: `createUpload(file, options)`. The types, with what each of them is, are in upload.d.ts.

import init, { UploadHandle, listUnfinished as list } from "#reelway_upload";

let loading;
let wasm;

/** Says where the wasm is, if not beside this module: before the first upload. */
export function setWasmUrl(url) {
  wasm = url;
}

/** Loads the wasm, once; after a failure the next upload tries again. */
function load() {
  loading ??= init(wasm && { module_or_path: wasm }).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Starts to upload a file. */
export function createUpload(file, options = {}) {
  return new Upload(file, options);
}

/** The uploads that a reload, a crash or a closed tab has interrupted. */
export async function listUnfinished({ endpoint, target } = {}) {
  await load();
  return (await list(target == null ? (endpoint ?? "") : undefined)).map((handle) => new UnfinishedUpload(handle));
}

/** Goes on with an upload that was interrupted. */
export function resumeUpload(entry, file, options) {
  return entry.resume(file, options);
}

/** An upload that was interrupted. */
export class UnfinishedUpload {
  #handle;

  constructor(handle) {
    this.#handle = handle;
    Object.assign(this, JSON.parse(handle.report()));
  }

  /** Goes on, with the file where it `needsFile`; otherwise soon after a click, since the browser may ask the user. */
  resume(file, options = {}) {
    const begin = (listen, plain, target) =>
      this.#handle.resume(file, options.handle, plain, target, tickets(options), listen);
    return new Upload(file ?? null, options, begin, this);
  }

  /** Gives it up, here and at the provider. */
  async discard(options = {}) {
    await this.#handle.discard(JSON.stringify(plain(options)), tickets(options)).catch(refuse);
  }
}

const OVER = new Set(["done", "failed", "cancelled"]);

export class Upload extends EventTarget {
  #file;
  #begin;
  #handle;
  #waiting = [];
  #diagnostics = "";
  #result;
  #last;

  constructor(file, options = {}, begin, entry) {
    super();
    if (!begin && !(file instanceof Blob)) throw new TypeError("createUpload takes a File.");
    if (options.endpoint != null && options.target != null) {
      throw new TypeError("An upload has an endpoint or a target, not both.");
    }
    const named = !(file instanceof Blob) || file instanceof File;
    this.#file = named ? file : new File([file], "video", { type: file.type });
    this.#begin = begin ?? ((listen, plain, target) =>
      new UploadHandle(this.#file, options.handle, plain, target, tickets(options), listen));
    const acknowledged = entry?.acknowledged ?? 0;
    const progress = { acknowledged, sent: acknowledged, total: entry?.size ?? file.size, rate: null, eta: null };
    this.#last = { state: "starting", progress, error: null, videoId: entry?.videoId ?? null, body: "" };
    this.#expect();
    // Listeners are added after this returns, and hear of the start.
    this.#start(JSON.stringify(plain(options)), ask(options.target));
  }

  /** The file; null, while the browser has not given an interrupted upload its own. */
  get file() {
    return this.#file;
  }

  /** "starting", "uploading", "waiting", "offline", "paused", "finalising", "done", "failed" or "cancelled". */
  get state() {
    return this.#last.state;
  }

  /** How far it is: bytes, bytes a second, seconds. */
  get progress() {
    return this.#last.progress;
  }

  /** Why it waits or failed. */
  get error() {
    return this.#last.error;
  }

  /** The id of the video that a Reelway server has made of it. */
  get videoId() {
    return this.#last.videoId;
  }

  /** Resolves to {videoId, body}; rejects with an UploadError when it fails or is cancelled. `retry` makes a new one. */
  get result() {
    return this.#result.promise;
  }

  /** What happened so far, as text for a bug report. Nothing in it is secret. */
  diagnostics() {
    return this.#handle?.diagnostics() ?? this.#diagnostics;
  }

  pause() {
    this.#do((handle) => handle.pause());
  }

  resume() {
    this.#do((handle) => handle.resume());
  }

  cancel() {
    this.#do((handle) => handle.cancel());
  }

  retry() {
    if (this.state === "failed") this.#expect();
    if (this.#handle || !this.#again) this.#do((handle) => handle.retry());
    else this.#again();
  }

  /** Goes on with another File of the same file, after `file_unreadable`. Rejects if it is another file. */
  async replaceFile(file, { handle } = {}) {
    if (!this.#handle) throw new UploadError({ code: "not_started", message: "Nothing was sent yet.", retriable: false });
    const failed = this.state === "failed";
    await this.#handle.replaceFile(file, handle).catch(refuse);
    this.#file = file;
    if (failed) this.#expect();
  }

  /** Starts anew what did not even begin. */
  #again;

  async #start(options, target) {
    await null;
    this.#emit("uploadstart", {});
    try {
      await load();
      const listen = (what, json) => this.#hear(what, JSON.parse(json));
      this.#handle = await this.#begin(listen, options, target);
    } catch (error) {
      this.#again = () => {
        this.#last = { ...this.#last, state: "starting", error: null };
        this.#start(options, target);
      };
      this.#change({ ...this.#last, state: "failed", error: reason(error) });
      return;
    }
    this.#again = undefined;
    this.#file = this.#handle.file();
    for (const action of this.#waiting.splice(0)) this.#do(action);
    if (this.#handle) this.#change(JSON.parse(this.#handle.report()));
  }

  #do(action) {
    if (this.#handle) action(this.#handle);
    else if (!OVER.has(this.state)) this.#waiting.push(action);
  }

  #hear(what, told) {
    if (what === "attempt") this.#emit("chunkattempt", told);
    else this.#change(told);
  }

  #change(now) {
    const before = this.#last;
    this.#last = now;
    if (now.progress.acknowledged > before.progress.acknowledged) {
      this.#emit("chunksuccess", { start: before.progress.acknowledged, end: now.progress.acknowledged });
    }
    if (PROGRESS.some((name) => now.progress[name] !== before.progress[name])) this.#emit("progress", now.progress);
    if (now.state === before.state) return;
    this.#emit("statechange", { state: now.state });
    if (now.state === "offline") this.#emit("offline", {});
    else if (before.state === "offline") this.#emit("online", {});
    if (now.state === "done") {
      this.#result.resolve({ videoId: now.videoId, body: now.body });
      this.#emit("success", { videoId: now.videoId });
    } else if (now.state === "failed") {
      // First: a listener may call `retry`, which makes a new result.
      this.#result.reject(new UploadError(now.error));
      this.#emit("uploaderror", { ...now.error });
    } else if (now.state === "cancelled") {
      this.#result.reject(new UploadError({ code: "cancelled", message: "The upload was cancelled.", retriable: false }));
    }
    if (now.state === "done" || now.state === "cancelled") this.#free();
  }

  /** The handle may be in the middle of the call that brought us here. */
  #free() {
    const handle = this.#handle;
    this.#diagnostics = this.diagnostics();
    this.#handle = undefined;
    queueMicrotask(() => handle?.free());
  }

  #expect() {
    this.#result = {};
    this.#result.promise = new Promise((resolve, reject) => Object.assign(this.#result, { resolve, reject }));
    // Who listens to events need not look at the promise.
    this.#result.promise.catch(() => {});
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

const PROGRESS = ["acknowledged", "sent", "total", "rate", "eta"];

/** Why an upload failed: a stable `code`, a `message` for people, and whether the same file may go through. */
export class UploadError extends Error {
  constructor({ code, message, retriable }) {
    super(message);
    this.name = "UploadError";
    this.code = code;
    this.retriable = retriable;
  }
}

/** Why there is no upload to begin with: what the wasm says is JSON, a TypeError is the page's, anything else is loading. */
function reason(error) {
  if (typeof error === "string") return JSON.parse(error);
  const [code, retriable] = loading && error instanceof TypeError ? ["bad_options", false] : ["not_loaded", true];
  return { code, message: String(error?.message ?? error), retriable };
}

function refuse(error) {
  throw new UploadError(reason(error));
}

/** What of the options is JSON. */
function plain({ target, headers, endpoint, provider, chunkSize, parallel, patience, journal }) {
  const fixed = typeof target === "function" ? undefined : target;
  const asked = { endpoint, provider, chunkSize, parallel, patience, journal };
  return { ...asked, target: fixed, headers: [...new Headers(headers)] };
}

/** A function that gives a ticket, if the page has any. */
function tickets({ ticket }) {
  return ticket == null || typeof ticket === "function" ? (ticket ?? undefined) : () => ticket;
}

/** The page's function, with its answer as JSON. */
function ask(target) {
  return typeof target === "function" ? async (file) => JSON.stringify(await target(file)) : undefined;
}
