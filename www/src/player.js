// The player: `mountPlayer(root, options)`. The types, with what each of them is, are in player.d.ts.

import { ask } from "./early.js";
import css from "./player.css";
import init, { PlayerHandle } from "./reelway_player.js";

let loading;
let ready = false;

/** Loads the wasm, once; after a failure the next player tries again. */
function load() {
  loading ??= init().then(
    () => {
      ready = true;
    },
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** hls.js, when a player first needs it. */
const engine = () => import("./hls.min.mjs").then((module) => module.default);
const worker = new URL("./hls.worker.js", import.meta.url).href;

/** Mounts a player into an element. */
export async function mountPlayer(root, options = {}) {
  const end = ready ? undefined : ask(root, options);
  await load();
  end?.();
  dress(root.getRootNode());
  const player = new PlayerHandle(root, options, engine, worker);
  players.set(root, player);
  return player;
}

/** A player lives as long as its element, even if the page does not keep what it was given: wasm frees what nobody keeps. */
const players = new WeakMap();

let sheet;

/** Gives a document or a shadow root the style sheet, once. A Content-Security-Policy does not mind this way. */
function dress(scope) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  const place = scope.adoptedStyleSheets ? scope : document;
  if (!place.adoptedStyleSheets.includes(sheet)) place.adoptedStyleSheets = [...place.adoptedStyleSheets, sheet];
}
