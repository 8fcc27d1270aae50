// Uploads as a test asks for, a few side by side. `begin(cases)` starts them, `outcomes` fills as they end.

const speed = Number(new URLSearchParams(location.search).get("speed") ?? 1);
if (speed > 1) {
  // A clock that runs faster, for waits that are long by design: the network keeps its own time.
  const [now, wait] = [performance.now.bind(performance), window.setTimeout.bind(window)];
  performance.now = () => now() * speed;
  window.setTimeout = (call, delay, ...more) => wait(call, delay / speed, ...more);
}

// How many requests run at once.
let running = 0;
let mostAtOnce = 0;
const send = window.fetch.bind(window);
window.fetch = async (...request) => {
  mostAtOnce = Math.max(mostAtOnce, ++running);
  try {
    return await send(...request);
  } finally {
    running -= 1;
  }
};

const { createUpload } = await import("./upload.js");

window.outcomes = {};
window.begin = async (cases, atOnce) => {
  const waiting = [...cases];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const started = Date.now();
      const outcome = await carryOut(next).catch((error) => ({ code: "broken_test", message: String(error) }));
      window.outcomes[next.id] = { ...outcome, mostAtOnce, milliseconds: Date.now() - started };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};
document.title = "ready";

/** As the provider's `content` makes it. */
function content(seed, size) {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0; i < words.length; i++) {
    let word = Math.imul((i ^ seed) + 0x9e3779b9, 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    words[i] = word ^ (word >>> 16);
  }
  return new Uint8Array(words.buffer, 0, size);
}

async function ask(url) {
  const answer = await fetch(url, { method: "POST" });
  if (!answer.ok) throw new Error(`no target: ${answer.status}`);
  return answer.json();
}

async function carryOut({ seed, size, target: given, targetUrl, fixed, chosen, options, act }) {
  const file = chosen
    ? document.querySelector("input").files[0]
    : new File([content(seed, size)], "video.mp4", { type: "video/mp4" });
  const target = given ?? (fixed ? await ask(targetUrl) : () => ask(targetUrl));
  const upload = createUpload(file, { ...options, target });
  const seen = { attempts: 0, backwards: false };
  let acknowledged = 0;
  upload.addEventListener("chunkattempt", () => (seen.attempts += 1));
  upload.addEventListener("progress", ({ detail }) => {
    seen.backwards ||= detail.acknowledged < acknowledged || detail.acknowledged > detail.total;
    acknowledged = detail.acknowledged;
  });
  ACTS[act]?.(upload);
  if (act === "retryOnce") {
    await upload.result.catch(() => {});
    upload.retry();
  }
  try {
    await upload.result;
    return { ...seen, code: "success", acknowledged };
  } catch ({ code, message, retriable }) {
    return { ...seen, code, message, retriable, acknowledged };
  }
}

/** What the user does meanwhile. */
const ACTS = {
  pauseAndResume(upload) {
    upload.addEventListener(
      "chunksuccess",
      () => {
        upload.pause();
        setTimeout(() => upload.resume(), 50);
      },
      { once: true },
    );
  },
  cancel(upload) {
    upload.addEventListener("chunksuccess", () => upload.cancel(), { once: true });
  },
};
