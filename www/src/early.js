// The start of a stream, asked for while the wasm is on its way: whoever prefetches in there takes each answer from
// `globalThis.reelwayEngines.early`, by its URL.
//
// What to begin with is decided in wasm (`hls/plan.rs` of `reelway_core`). Here is only the plainest case of it, a first
// visit to a plain stream: the first rendition, from its start. Wherever it might be another, the wasm is waited for.

/** Asks for the master playlist, and for what is sure to be wanted after it. */
export function ask(root, { src, preload, startTime, cmcd }) {
  if (!src || preload === "none" || cmcd || !globalThis.MediaSource) return;
  const master = get(new URL(src, location.href).href);
  // Somebody who has been here may begin with another rendition, or somewhere else.
  const plain = !(startTime > 0) && !visited();
  (plain ? follow(master, root.clientWidth * devicePixelRatio) : master).catch(() => {});
}

/** Asks for a URL. Gives the text and the URL of the answer, which whoever takes it from `early` can still read. */
async function get(url) {
  const early = ((globalThis.reelwayEngines ??= {}).early ??= {});
  const answer = (early[url] ??= fetch(url));
  // Whoever takes it hears of a failure.
  const copy = (await answer).clone();
  return { text: await copy.text(), url: copy.url };
}

async function follow(asked, pixels) {
  const { text, url } = await asked;
  const [, width] = /^#EXT-X-STREAM-INF:.*RESOLUTION=(\d+)x/m.exec(text) ?? [];
  const [, rendition] = /^#EXT-X-STREAM-INF:.*\s+(?!#)(\S+)/m.exec(text) ?? [];
  // One with more pixels than the player has may not be the one.
  if (!rendition || !(width <= pixels)) return;
  const [, sound] = /^#EXT-X-MEDIA:.*TYPE=AUDIO.*URI="([^"]+)"/m.exec(text) ?? [];
  for (const playlist of [rendition, sound]) {
    if (playlist) init(get(new URL(playlist, url).href)).catch(() => {});
  }
}

/** Asks for what comes before the segments. Those themselves would slow the wasm down, which measures the link by them. */
async function init(asked) {
  const { text, url } = await asked;
  // Parts of files are asked for by range.
  const [, file] = /^#EXT-X-MAP:(?!.*BYTERANGE).*URI="([^"]+)"/m.exec(text) ?? [];
  if (file) await get(new URL(file, url).href);
}

function visited() {
  try {
    return localStorage.getItem("reelway-bandwidth") != null;
  } catch {
    return false;
  }
}
