/** Mounts a player into an element, which takes its width. Rejects if the wasm can't be loaded; the next call tries again. */
export function mountPlayer(root: HTMLElement, options?: PlayerOptions): Promise<Player>;

/** What may change while the player is there: see `Player.set`. `null` is nothing. */
export interface LiveOptions {
  /** The URL of an HLS master playlist. Another one goes on at the same position: for another video, mount another player. */
  src?: string | null;
  /**
   * The base URL of a Reelway server, "" for the page's own origin: it is asked for the video with the id `videoId`, until
   * that can be played, and for fresh URLs before they run out. What the page says itself comes first. The player's
   * element has an event `videostate`, with `{status, percent}`, whenever the server says that it has changed.
   */
  endpoint?: string | null;
  /** What that server lets in by, if it asks for tickets: one, or a function that gives one. */
  ticket?: string | (() => string | Promise<string>) | null;
  /** Headers for every request to that server. */
  headers?: [string, string][] | null;
  /** The URL of a picture to show before the video plays. */
  poster?: string | null;
  /** A tiny picture, as a `data:` URL, that is shown blurred until the poster has come. */
  placeholder?: string | null;
  /** The URL of a storyboard for the preview on the time slider: WebVTT, or JSON as Mux makes it. */
  storyboardSrc?: string | null;
  /** Names the player for screen readers. */
  videoTitle?: string | null;
  /** Captions and other text tracks, beside those of the stream. `playback.tracks` of a Reelway server will do. */
  tracks?: Track[] | null;
  /** Own texts by their keys, or those of a language. What is left out is English. */
  texts?: Record<string, string> | null;
  /** How numbers and durations are written: a BCP 47 tag. Left out: as the language of `texts` does it. */
  locale?: string | null;
}

/** What a `<track>` element is made of. */
export interface Track {
  /** The URL of a WebVTT file, absolute or relative to the page. On another origin it needs CORS. */
  src: string;
  /** As the menu shows it. Left out: the name of its language. */
  label?: string;
  /** A BCP 47 tag. */
  srclang?: string;
  /** The same, as a Reelway server calls it. */
  language?: string;
  /** Default: `"subtitles"`. Subtitles and captions are in the menu. */
  kind?: "subtitles" | "captions" | "descriptions" | "chapters" | "metadata";
  /** Shown unless the user has chosen otherwise. */
  default?: boolean;
}

export interface PlayerOptions extends LiveOptions {
  /** Play at once: with sound, or without where the browser refuses that; `"muted"`: without. */
  autoplay?: boolean | "muted";
  /** Start without sound. Browsers let a video that is silent play at once. */
  muted?: boolean;
  /** Begin again at the end. */
  loop?: boolean;
  /** What is fetched before the user wants to play. Default: `"metadata"`, which is enough for the first frame. */
  preload?: "none" | "metadata" | "auto";
  /** Seconds: where to start. */
  startTime?: number;
  /** Go on where the last visit ended, unless there is a `startTime`. Default: true. */
  resume?: boolean;
  /** What the video is known by from visit to visit. Left out: the path of its URL. */
  videoId?: string;
  /** Tell the server of playback with each request, as CMCD (CTA-5004) has it: in the query, or in headers. */
  cmcd?: boolean | { sessionId?: string; contentId?: string; useHeaders?: boolean };
}

/**
 * A player that is mounted. What it has in common with a `<video>` has the element's names; for the rest there is
 * `media`, the element itself. Its events are dispatched at `element`, where they do not bubble, as at a `<video>`:
 * abort canplay canplaythrough durationchange emptied ended enterpictureinpicture leavepictureinpicture loadeddata
 * loadedmetadata loadstart pause play playing progress ratechange resize seeked seeking stalled suspend timeupdate
 * volumechange waiting; and, with a `detail` each:
 *
 * - `startup`: `Startup`, when it plays for the first time.
 * - `rebuffer`: `Rebuffer`, when a standstill is over that nobody asked for.
 * - `rendition`: `Rendition`, when another one is on the screen.
 * - `error`: `Failure`, when it has given up. `recovered`: `Failure`, when something has been overcome.
 */
export interface Player {
  /** The element around all of the player, which has its events. */
  readonly element: HTMLElement | undefined;
  /** Seconds; NaN while unknown. */
  readonly duration: number;
  /** It stays false while one source takes the place of another. */
  readonly paused: boolean;
  /** The URL of the playlist. */
  readonly currentSrc: string;
  /** Why it does not play: the nearest of `MediaError`'s codes, a stable reason, and English. */
  readonly error: { code: number; reason: string; message: string } | null;
  /** Starts anew, at the same position. With `preload: "none"` it fetches now. */
  load(): void;
  /** The `<video>` that plays; undefined once the player is destroyed. */
  readonly media: HTMLVideoElement | undefined;
  /** Seconds. Kept while one source takes the place of another. */
  currentTime: number;
  play(): Promise<void>;
  pause(): void;
  /** Changes the options that are given. */
  set(options: LiveOptions): void;
  /** Takes the player out of the page, and lets go of all that it holds. */
  destroy(): void;
}

/** Milliseconds from the wish to play, or from the source if that came later, until it played. */
export interface Startup {
  duration: number;
  engine: "hls.js" | "native" | "file";
  prefetched: boolean;
  width: number;
  height: number;
  /** Bits a second; 0 while unknown. */
  bitrate: number;
}

/** A standstill: when and how long in milliseconds, where in seconds of the video, and why. */
export interface Rebuffer {
  start: number;
  duration: number;
  position: number;
  reason: "buffer" | "network" | "source";
}

export interface Rendition {
  from?: { width: number; height: number; bitrate: number };
  width: number;
  height: number;
  bitrate: number;
  /** Chosen by the engine, not by the user. */
  auto: boolean;
}

export interface Failure {
  /** As `Player.error.reason`. */
  code: string;
  message: string;
  /** It does not go on without the user. */
  fatal: boolean;
  /** What overcame it: retry, renew, rendition, flush, reattach. */
  recoveredBy?: string;
}
