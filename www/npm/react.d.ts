// `import type {} from "reelway/react"`: JSX of React 19 knows the tags.

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { PlayerElement, UploaderElement, ReelwayVideo } from "./dist/types/entries/index.js";
import type { PlayerAttributes, PlayerListeners, UploaderAttributes, UploaderListeners } from "./attributes.js";

type Props<Element, Own> = Own & Omit<DetailedHTMLProps<HTMLAttributes<Element>, Element>, keyof Own>;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "reelway-uploader": Props<UploaderElement, UploaderAttributes & UploaderListeners>;
      "reelway-video": Props<ReelwayVideo, UploaderAttributes & UploaderListeners>;
      "reelway-player": Props<PlayerElement, PlayerAttributes & PlayerListeners>;
    }
  }
}
