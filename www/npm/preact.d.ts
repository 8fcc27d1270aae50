// `import type {} from "reelway/preact"`: JSX of Preact knows the tags.

import type { HTMLAttributes } from "preact";
import type { PlayerElement, UploaderElement, ReelwayVideo } from "./dist/types/entries/index.js";
import type { PlayerAttributes, PlayerListeners, UploaderAttributes, UploaderListeners } from "./attributes.js";

type Props<Element extends EventTarget, Own> = Own & Omit<HTMLAttributes<Element>, keyof Own>;

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "reelway-uploader": Props<UploaderElement, UploaderAttributes & UploaderListeners>;
      "reelway-video": Props<ReelwayVideo, UploaderAttributes & UploaderListeners>;
      "reelway-player": Props<PlayerElement, PlayerAttributes & PlayerListeners>;
    }
  }
}
