// `reelway/mux`: the uploader for pages that were written for mux-uploader, which counts `max-file-size` and `chunk-size` in
// kilobytes. All else is the same.

import { ReelwayUploader } from "./uploader.js";

/** `<reelway-uploader>`, with mux-uploader's units. */
export class ReelwayMuxUploader extends ReelwayUploader {
  /** @internal */
  protected override bytes(name: string): number | null {
    const kilobytes = super.bytes(name);
    return kilobytes === null ? null : kilobytes * 1024;
  }
}

/** Defines `<reelway-uploader>` with mux-uploader's units, unless the tag is defined. */
export function define(): void {
  // Written out: all that this module has beside the uploader's is a few lines.
  const registry = globalThis.customElements;
  if (registry && !registry.get("reelway-uploader")) registry.define("reelway-uploader", ReelwayMuxUploader);
}
