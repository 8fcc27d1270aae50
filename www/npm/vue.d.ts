// `import type {} from "reelway/vue"`: Vue's templates know the tags, and `useTemplateRef` what they are. Its compiler has to
// be told that they are custom elements: `compilerOptions: { isCustomElement: (tag) => tag.startsWith("reelway-") }`.

import type { HTMLAttributes, VNodeProps } from "vue";
import type {
  PlayerElement,
  PlayerEventMap,
  ReelwayVideo,
  UploaderElement,
  UploaderEventMap,
} from "./dist/types/entries/index.js";
import type { PlayerAttributes, UploaderAttributes } from "./attributes.js";

// What templates write as `video-id`, Vue's typings look up as `videoId`.
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name;
type Named<Attributes> = { [K in keyof Attributes & string as Camel<K>]?: Attributes[K] };
type Listeners<Map> = { [K in keyof Map & string as `on${Capitalize<K>}`]?: (event: Map[K]) => void };

type Props<Own, Map> = VNodeProps & Own & Omit<HTMLAttributes, keyof Own | keyof Listeners<Map>> & Listeners<Map>;
type Tag<Element, Own, Map> = new () => Element & { $props: Props<Named<Own>, Map> };

declare module "vue" {
  interface GlobalComponents {
    "reelway-uploader": Tag<UploaderElement, UploaderAttributes, UploaderEventMap>;
    "reelway-video": Tag<ReelwayVideo, UploaderAttributes, UploaderEventMap>;
    "reelway-player": Tag<PlayerElement, PlayerAttributes, PlayerEventMap>;
  }
}
