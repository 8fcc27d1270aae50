import { engine, worker } from "./config.js";
import type { MediaHandle, VideoInstance } from "./handles.js";
import { UploadElement } from "./uploader.js";

/** `<reelway-video>`: uploader, then processing, then player. */
export class VideoElement extends UploadElement<VideoInstance> {
  /** What a player has of `HTMLMediaElement`, once there is one. */
  get player(): MediaHandle | undefined {
    return this.wasm.call(() => this.handle?.player);
  }

  /** @internal */
  protected create(root: HTMLElement, options: object): VideoInstance {
    const Handle = this.wasm.glue.VideoHandle;
    if (!Handle) throw new TypeError("This entry has no video.");
    return new Handle(root, { ...options, whole: this.wasm.whole }, this.hear, engine, worker());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "reelway-video": VideoElement;
  }
}
