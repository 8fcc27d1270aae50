// `import type {} from "reelway/svelte"`: Svelte's templates know the tags.

import type { HTMLAttributes } from "svelte/elements";
import type { PlayerElement, UploaderElement, ReelwayVideo } from "./dist/types/entries/index.js";
import type { PlayerAttributes, PlayerListeners, UploaderAttributes, UploaderListeners } from "./attributes.js";

type Props<Element extends EventTarget, Own> = Own & Omit<HTMLAttributes<Element>, keyof Own>;

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "reelway-uploader": Props<UploaderElement, UploaderAttributes & UploaderListeners>;
    "reelway-video": Props<ReelwayVideo, UploaderAttributes & UploaderListeners>;
    "reelway-player": Props<PlayerElement, PlayerAttributes & PlayerListeners>;
  }
}
