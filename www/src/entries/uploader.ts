// `reelway/uploader`: the uploader alone.

import css from "#css";
import init, { __wbg_reset_state, fill, later, UploaderHandle } from "#reelway_uploader";
import { defineOnce } from "../elements/base.js";
import { UploaderElement } from "../elements/uploader.js";
import { Wasm } from "../elements/wasm.js";

const wasm = /* @__PURE__ */ new Wasm({ default: init, __wbg_reset_state, fill, later, UploaderHandle });

/** `<reelway-uploader>` */
export class ReelwayUploader extends UploaderElement {
  /** @internal */
  static override wasm = wasm;
  /** @internal */
  static override css = css;
}

/** Defines `<reelway-uploader>`, unless it is. */
export function define(): void {
  defineOnce("reelway-uploader", ReelwayUploader);
}

export * from "./shared.js";
