// What the tags take in templates, for the typings of frameworks. Names of attributes, and of properties where those are
// objects or functions.

import type { Endpoint, Texts, Track, UploaderEventMap, PlayerEventMap } from "./dist/types/entries/index.js";

type Flag = boolean | "";
type Ticket = string | (() => string | Promise<string>);

interface Common {
  lang?: string;
  locale?: string;
  texts?: Texts;
  headers?: HeadersInit;
  ticket?: Ticket;
}

export interface UploaderAttributes extends Common {
  endpoint?: Endpoint;
  direct?: Flag;
  accept?: string;
  multiple?: Flag;
  "max-file-size"?: number | string;
  "max-duration"?: number | string;
  "chunk-size"?: number | string;
  maxFileSize?: number;
  maxDuration?: number;
  chunkSize?: number;
  disabled?: Flag;
  name?: string;
  required?: Flag;
  provider?: string;
  "whole-page"?: Flag;
  "no-drop"?: Flag;
  "no-progress"?: Flag;
  "no-status"?: Flag;
  "no-retry"?: Flag;
  pausable?: Flag;
  "dynamic-chunk-size"?: Flag;
  "use-large-file-workaround"?: Flag;
}

export interface PlayerAttributes extends Common {
  src?: string;
  endpoint?: string;
  "video-id"?: string;
  "playback-id"?: string;
  "playback-token"?: string;
  "thumbnail-token"?: string;
  "storyboard-token"?: string;
  "thumbnail-time"?: number | string;
  "stream-base"?: string;
  "image-base"?: string;
  "storyboard-src"?: string;
  poster?: string;
  placeholder?: string;
  autoplay?: boolean | "muted" | "";
  muted?: Flag;
  loop?: Flag;
  preload?: "none" | "metadata" | "auto";
  "start-time"?: number | string;
  "no-resume"?: Flag;
  "video-title"?: string;
  tracks?: Track[];
  cmcd?: boolean | object;
}

/** `onuploadstart` and so on, as React 19, Preact and Svelte name listeners of custom elements. */
export type Listeners<Map> = { [K in keyof Map & string as `on${K}`]?: (event: Map[K]) => void };
export type UploaderListeners = Listeners<UploaderEventMap>;
export type PlayerListeners = Listeners<PlayerEventMap>;
