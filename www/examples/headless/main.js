import { createUpload } from "reelway/headless";
import "reelway/player/define";

const endpoint = "http://127.0.0.1:8787";
const [input, section, bar, pause, cancel, status] = ["input", "section", "progress", ".pause", ".cancel", "#status"].map(
  (selector) => document.querySelector(selector),
);
const percent = new Intl.NumberFormat(undefined, { style: "percent" });
let upload;

input.addEventListener("change", () => {
  const [file] = input.files;
  if (!file) return;
  document.querySelector("reelway-player")?.remove();
  upload = createUpload(file, { endpoint });
  upload.addEventListener("progress", ({ detail: { acknowledged, total } }) => {
    bar.value = acknowledged / total;
    if (upload.state === "uploading") status.textContent = `${file.name}: ${percent.format(bar.value)}`;
  });
  upload.addEventListener("statechange", ({ detail: { state } }) => show(state));
  upload.addEventListener("success", ({ detail: { videoId } }) => play(videoId, file.name));
  upload.result.catch((error) => {
    status.textContent = error.code === "cancelled" ? "Cancelled." : error.message;
  });
  show("starting");
});

pause.addEventListener("click", () => (upload.state === "paused" ? upload.resume() : upload.pause()));
cancel.addEventListener("click", () => upload.cancel());

function show(state) {
  const over = ["done", "failed", "cancelled"].includes(state);
  document.body.dataset.state = state;
  section.hidden = over;
  input.disabled = !over;
  pause.textContent = state === "paused" ? "Resume" : "Pause";
  if (state === "paused") status.textContent = "Paused.";
}

// The player waits until the video is ready, and says so.
function play(videoId, title) {
  status.textContent = "It has arrived.";
  const player = document.createElement("reelway-player");
  Object.assign(player, { endpoint, videoId, videoTitle: title });
  document.querySelector("main").append(player);
}
