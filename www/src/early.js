// The start of a stream, asked for while the wasm is on its way: whoever prefetches in there takes each answer from
// `globalThis.reelwayEngines.early`, by its URL.
//
// What to begin with is decided in wasm (`hls/plan.rs` of `reelway_core`). Here is only the plainest case of it, a first
// visit to a plain stream: the first rendition, from its start. Wherever it might be another, the wasm is waited for.

/**
 * Asks for the master playlist, and for what is sure to be wanted after it, until the function is called that it gives:
 * from then on the wasm asks.
 */
export function ask(root, { src, preload, startTime, cmcd }) {
  const turn = { over: false };
  const end = () => {
    turn.over = true;
  };
  if (!src || preload === "none" || cmcd || !globalThis.MediaSource) return end;
  const master = get(new URL(src, location.href).href);
  // Somebody who has been here may begin with another rendition, or somewhere else.
  const plain = !(startTime > 0) && !visited();
  (plain ? follow(master, root.clientWidth * devicePixelRatio, turn) : master).catch(() => {});
  return end;
}

/** Asks for a URL. Gives the text and the URL of the answer, which whoever takes it from `early` can still read. */
async function get(url) {
  const early = ((globalThis.reelwayEngines ??= {}).early ??= {});
  const answer = (early[url] ??= fetch(url));
  // Whoever takes it hears of a failure.
  const copy = (await answer).clone();
  return { text: await copy.text(), url: copy.url };
}

async function follow(asked, pixels, turn) {
  const { text, url } = await asked;
  const [, width] = /^#EXT-X-STREAM-INF:.*RESOLUTION=(\d+)x/m.exec(text) ?? [];
  const [, rendition] = /^#EXT-X-STREAM-INF:.*\s+(?!#)(\S+)/m.exec(text) ?? [];
  // One with more pixels than the player has may not be the one.
  if (!rendition || !(width <= pixels)) return;
  const [, sound] = /^#EXT-X-MEDIA:.*TYPE=AUDIO.*URI="([^"]+)"/m.exec(text) ?? [];
  for (const playlist of [rendition, sound]) {
    if (playlist && !turn.over) init(get(new URL(playlist, url).href), turn).catch(() => {});
  }
}

/** Asks for what comes before the segments. Those themselves would slow the wasm down, which measures the link by them. */
async function init(asked, turn) {
  const { text, url } = await asked;
  // Parts of files are asked for by range.
  const [, file] = /^#EXT-X-MAP:(?!.*BYTERANGE).*URI="([^"]+)"/m.exec(text) ?? [];
  if (file && !turn.over) await get(new URL(file, url).href);
}

function visited() {
  try {
    return localStorage.getItem("reelway-bandwidth") != null;
  } catch {
    return false;
  }
}
