// `reelway/player`: the player alone.

import css from "#css";
import init, { __wbg_reset_state, fill, later, PlayerHandle } from "#reelway_player";
import { ask } from "../early.js";
import { defineOnce } from "../elements/base.js";
import { PlayerElement } from "../elements/player.js";
import { Wasm } from "../elements/wasm.js";

const wasm = /* @__PURE__ */ new Wasm({ default: init, __wbg_reset_state, fill, later, PlayerHandle });

/** `<reelway-player>` */
export class ReelwayPlayer extends PlayerElement {
  /** @internal */
  static override wasm = wasm;
  /** @internal */
  static override css = css;
  /** @internal */
  static override ask = ask;
}

/** Defines `<reelway-player>`, unless it is. */
export function define(): void {
  defineOnce("reelway-player", ReelwayPlayer);
}

export * from "./shared.js";
