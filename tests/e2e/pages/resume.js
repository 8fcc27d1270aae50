// One upload, by a file that is chosen or dropped. When the page was left in the middle, the button or the file chosen
// again goes on with it.

import { createUpload, listUnfinished } from "./upload.js";

const url = new URLSearchParams(location.search).get("target");
const target = async () => (await fetch(url, { method: "POST" })).json();
const options = { target, chunkSize: 4 << 20 };
const unfinished = await listUnfinished({ target });
const [entry] = unfinished;

window.found = unfinished.map(({ name, size, acknowledged, needsFile }) => ({ name, size, acknowledged, needsFile }));
window.outcome = null;

function follow(upload) {
  upload.result.then(
    () => (window.outcome = { code: "success" }),
    ({ code, message }) => (window.outcome = { code, message }),
  );
}

document.querySelector("button").addEventListener("click", () => follow(entry.resume(null, options)));
document.querySelector("input").addEventListener("change", ({ target: { files } }) => {
  follow(entry ? entry.resume(files[0], options) : createUpload(files[0], options));
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
  event.preventDefault();
  // Asked for before the first await, after which the event's data is gone.
  const handle = await event.dataTransfer.items[0].getAsFileSystemHandle();
  follow(createUpload(await handle.getFile(), { ...options, handle }));
});
document.title = "ready";
