/** Mounts a player into an element, which takes its width. Rejects if the wasm can't be loaded; the next call tries again. */
export function mountPlayer(root: HTMLElement, options?: PlayerOptions): Promise<Player>;

/** What may change while the player is there: see `Player.set`. `null` is nothing. */
export interface LiveOptions {
  /** The URL of an HLS master playlist. Another one goes on at the same position: for another video, mount another player. */
  src?: string | null;
  /** The URL of a picture to show before the video plays. */
  poster?: string | null;
  /** A tiny picture, as a `data:` URL, that is shown blurred until the poster has come. */
  placeholder?: string | null;
  /** The URL of a storyboard for the preview on the time slider: WebVTT, or JSON as Mux makes it. */
  storyboardSrc?: string | null;
  /** Names the player for screen readers. */
  videoTitle?: string | null;
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
}

export interface Player {
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
