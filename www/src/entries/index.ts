// `reelway`: all elements, in one wasm.

import css from "#css";
import init, { __wbg_reset_state, fill, later, PlayerHandle, UploaderHandle, VideoHandle } from "#reelway_index";
import { ask } from "../early.js";
import { defineOnce } from "../elements/base.js";
import { PlayerElement } from "../elements/player.js";
import { UploaderElement } from "../elements/uploader.js";
import { VideoElement } from "../elements/video.js";
import { Wasm } from "../elements/wasm.js";

const wasm = /* @__PURE__ */ new Wasm({ default: init, __wbg_reset_state, fill, later, PlayerHandle, UploaderHandle, VideoHandle });

/** `<reelway-player>` */
export class ReelwayPlayer extends PlayerElement {
  /** @internal */
  static override wasm = wasm;
  /** @internal */
  static override css = css;
  /** @internal */
  static override ask = ask;
}

/** `<reelway-uploader>` */
export class ReelwayUploader extends UploaderElement {
  /** @internal */
  static override wasm = wasm;
  /** @internal */
  static override css = css;
}

/** `<reelway-video>` */
export class ReelwayVideo extends VideoElement {
  /** @internal */
  static override wasm = wasm;
  /** @internal */
  static override css = css;
}

/** Defines all three, unless they are. */
export function define(): void {
  defineOnce("reelway-player", ReelwayPlayer);
  defineOnce("reelway-uploader", ReelwayUploader);
  defineOnce("reelway-video", ReelwayVideo);
}

export * from "./shared.js";
