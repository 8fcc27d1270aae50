/** Mounts a player into an element, which takes its width. Rejects if the wasm can't be loaded; the next call tries again. */
export function mountPlayer(root: HTMLElement, options?: PlayerOptions): Promise<Player>;

/** What may change while the player is there: see `Player.set`. `null` is nothing. */
export interface LiveOptions {
  /** The URL of an HLS master playlist. Another one goes on at the same position: for another video, mount another player. */
  src?: string | null;
  /** The URL of a picture to show before the video plays. */
  poster?: string | null;
  /** The URL of a storyboard for the preview on the time slider: WebVTT, or JSON as Mux makes it. */
  storyboardSrc?: string | null;
  /** Names the player for screen readers. */
  videoTitle?: string | null;
}

export interface PlayerOptions extends LiveOptions {
  /** Play at once, if the browser lets it. */
  autoplay?: boolean;
  /** Start without sound. Browsers let a video that is silent play at once. */
  muted?: boolean;
}

export interface Player {
  /** The `<video>` that plays; undefined once the player is destroyed. */
  readonly media: HTMLVideoElement | undefined;
  /** Changes the options that are given. */
  set(options: LiveOptions): void;
  /** Takes the player out of the page, and lets go of all that it holds. */
  destroy(): void;
}
