// `import type {} from "reelway/vue"`: Vue's templates know the tags. Its compiler has to be told that they are custom
// elements: `compilerOptions: { isCustomElement: (tag) => tag.startsWith("reelway-") }`.

import type { DefineComponent } from "vue";
import type { PlayerEventMap, UploaderEventMap } from "./dist/types/entries/index.js";
import type { PlayerAttributes, UploaderAttributes } from "./attributes.js";

type Capital<Map> = { [K in keyof Map & string as `on${Capitalize<K>}`]?: (event: Map[K]) => void };

declare module "vue" {
  interface GlobalComponents {
    "reelway-uploader": DefineComponent<UploaderAttributes & Capital<UploaderEventMap>>;
    "reelway-video": DefineComponent<UploaderAttributes & Capital<UploaderEventMap>>;
    "reelway-player": DefineComponent<PlayerAttributes & Capital<PlayerEventMap>>;
  }
}
