// A video as a page makes one: drawn on a canvas and recorded.

/** WebM of so many milliseconds, 160 × 90, that changes its colour twenty times a second. */
export async function film_by_recorder(milliseconds) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 90 });
  const context = canvas.getContext("2d");
  let hue = 0;
  const paint = setInterval(() => {
    context.fillStyle = `hsl(${(hue += 20)} 90% 50%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 50);
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  recorder.stop();
  await stopped;
  clearInterval(paint);
  return new Blob(parts);
}
