// What the tests of the journal need of the browser itself.

const database = window.indexedDB;

/** Puts a database in place that holds nothing. */
export async function clear() {
  Object.defineProperty(window, "indexedDB", { configurable: true, value: database });
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("reelway");
    request.onsuccess = resolve;
    request.onerror = reject;
  });
}

function store(name, mode) {
  return new Promise((resolve, reject) => {
    const request = database.open("reelway", 1);
    request.onupgradeneeded = () => ["uploads", "handles"].forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve([request.result.transaction(name, mode).objectStore(name), request.result]);
    request.onerror = reject;
  });
}

/** The entries, as they are stored: one JSON text a line. */
export async function entries() {
  const [uploads, connection] = await store("uploads", "readonly");
  const all = await new Promise((resolve) => {
    const request = uploads.getAll();
    request.onsuccess = () => resolve(request.result);
  });
  connection.close();
  return all.join("\n");
}

/** Lays `changes` over the only entry. */
export async function change(changes) {
  const entry = { ...JSON.parse(await entries()), ...JSON.parse(changes) };
  const [uploads, connection] = await store("uploads", "readwrite");
  await new Promise((resolve) => (uploads.put(JSON.stringify(entry), entry.id).onsuccess = resolve));
  connection.close();
}

/** A browser that keeps nothing: `indexedDB` is "missing", "throws" where it is asked for, or "refuses" to open. */
export function without_database(how) {
  const get = () => {
    if (how === "throws") throw new DOMException("no", "SecurityError");
    if (how === "missing") return null;
    return { open: () => { throw new DOMException("no", "InvalidStateError"); } };
  };
  Object.defineProperty(window, "indexedDB", { configurable: true, get });
}

let release;

/** Another tab takes an upload. */
export function elsewhere(id) {
  return new Promise((taken) => {
    navigator.locks.request(`reelway-upload-${id}`, () => new Promise((resolve) => {
      release = resolve;
      taken();
    }));
  });
}

/** The other tab is closed. */
export function elsewhere_ends() {
  release();
}

/** A page on plain HTTP. */
export function insecure(so) {
  const value = so ? undefined : navigator_locks;
  Object.defineProperty(navigator, "locks", { configurable: true, value });
  Object.defineProperty(crypto, "subtle", { configurable: true, value: so ? undefined : subtle });
}
const navigator_locks = navigator.locks;
const subtle = crypto.subtle;

/** A handle of a file, as Chromium gives one: it can be stored, and asks the user. */
export async function handle(bytes, name) {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  await writable.write(bytes);
  await writable.close();
  return file;
}

const answers = [];
const real = FileSystemFileHandle.prototype.requestPermission;

/** What the user answers when a page asks to read a file: "granted" or "denied". */
export function user_answers(answer) {
  FileSystemFileHandle.prototype.requestPermission = async () => {
    answers.push(answer);
    return answer;
  };
}

/** How often the user was asked. */
export function asked() {
  return answers.length;
}

/** As the browser is. */
export function reset_permission() {
  FileSystemFileHandle.prototype.requestPermission = real;
  answers.length = 0;
}
