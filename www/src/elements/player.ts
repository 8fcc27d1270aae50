import { type Kind, reflect } from "./base.js";
import { engine, worker } from "./config.js";
import type { MediaHandle, PlayerInstance } from "./handles.js";
import { MEDIA_EVENTS, MediaElement } from "./media.js";
import { muxUrls } from "./mux.js";
import type { ElementFailure, Track } from "./types.js";
import type { Failure, LiveOptions, Rebuffer, Rendition, Startup } from "../player.js";

/** The attributes that are reflected as they are. `muted` is `defaultMuted`, and `video-id` with an `endpoint` a pair. */
export const PLAYER_ATTRIBUTES: Record<string, Kind> = {
  src: "text",
  endpoint: "text",
  "video-id": "text",
  "playback-id": "text",
  "playback-token": "text",
  "thumbnail-token": "text",
  "storyboard-token": "text",
  "thumbnail-time": "number",
  "stream-base": "text",
  "image-base": "text",
  "storyboard-src": "text",
  poster: "text",
  placeholder: "text",
  autoplay: "text",
  loop: "flag",
  preload: "text",
  "start-time": "number",
  "no-resume": "flag",
  "video-title": "text",
  locale: "text",
};

type MediaEvents = Record<Exclude<(typeof MEDIA_EVENTS)[number], "error">, Event>;

export interface PlayerEventMap extends MediaEvents {
  /** It plays for the first time. */
  startup: CustomEvent<Startup>;
  /** A standstill is over that nobody asked for. */
  rebuffer: CustomEvent<Rebuffer>;
  /** Another one is on the screen. */
  rendition: CustomEvent<Rendition>;
  /** Something has been overcome. */
  recovered: CustomEvent<Failure>;
  /** It has given up; `internal` and `not_loaded` are the element's own. */
  error: CustomEvent<Failure | ElementFailure>;
}

/** Begins to fetch a stream while the wasm is on its way: `early.js`. */
export type Ask = (root: HTMLElement, options: object) => () => void;

/** `<reelway-player>`: plays HLS, with controls, and has the interface of a `<video>`. */
export class PlayerElement extends MediaElement<PlayerInstance> {
  static get observedAttributes(): string[] {
    return ["lang", "muted", ...Object.keys(PLAYER_ATTRIBUTES)];
  }

  /** @internal Of the entry. */
  static ask?: Ask;

  /** The URL of an HLS master playlist. */
  declare src: string | null;
  /** The base URL of the Reelway server that has the video `videoId`. */
  declare endpoint: string | null;
  /** A video of the server at `endpoint`; or, with `src`, what the video is known by from visit to visit. */
  declare videoId: string | null;
  /** A playback id of Mux. */
  declare playbackId: string | null;
  declare playbackToken: string | null;
  declare thumbnailToken: string | null;
  declare storyboardToken: string | null;
  /** Seconds: which picture of a Mux video is its poster. */
  declare thumbnailTime: number | null;
  declare streamBase: string | null;
  declare imageBase: string | null;
  declare storyboardSrc: string | null;
  declare poster: string | null;
  declare placeholder: string | null;
  declare loop: boolean;
  declare preload: string | null;
  /** Seconds: where to start. */
  declare startTime: number | null;
  declare noResume: boolean;
  declare videoTitle: string | null;
  declare locale: string | null;

  #tracks?: Track[] | null;
  #headers?: HeadersInit;
  #ticket?: string | (() => string | Promise<string>);
  #cmcd?: boolean | object;

  /** Play at once; `"muted"`: without sound. */
  get autoplay(): boolean | "muted" {
    const value = this.getAttribute("autoplay");
    return value === "muted" ? "muted" : value !== null && value !== "false";
  }

  set autoplay(autoplay: boolean | "muted") {
    if (autoplay) this.setAttribute("autoplay", autoplay === "muted" ? "muted" : "");
    else this.removeAttribute("autoplay");
  }

  /** Captions and other text tracks, beside those of the stream. */
  get tracks(): Track[] | null | undefined {
    return this.#tracks;
  }

  set tracks(tracks: Track[] | null | undefined) {
    this.#tracks = tracks;
    this.changed("tracks");
  }

  /** For every request to the Reelway server. */
  get headers(): HeadersInit | undefined {
    return this.#headers;
  }

  set headers(headers: HeadersInit | undefined) {
    this.#headers = headers;
    this.changed("headers");
  }

  /** What a Reelway server lets in by, if it asks for tickets. */
  get ticket(): string | (() => string | Promise<string>) | undefined {
    return this.#ticket;
  }

  set ticket(ticket: string | (() => string | Promise<string>) | undefined) {
    this.#ticket = ticket;
    this.changed("ticket");
  }

  /** Tell the server of playback with each request. Before the element is in the page. */
  get cmcd(): boolean | object | undefined {
    return this.#cmcd;
  }

  set cmcd(cmcd: boolean | object | undefined) {
    this.#cmcd = cmcd;
  }

  /** @internal */
  protected get player(): MediaHandle | undefined {
    return this.handle;
  }

  /** @internal */
  protected override changed(name: string): void {
    if (name === "muted") return;
    if (name === "loop" && this.media) this.media.loop = this.loop;
    super.changed(name);
  }

  /** @internal */
  protected options(): Record<string, unknown> {
    return {
      ...this.#source(),
      placeholder: this.placeholder,
      videoTitle: this.videoTitle,
      tracks: this.#tracks,
      autoplay: this.autoplay,
      muted: this.defaultMuted,
      loop: this.loop,
      preload: this.preload,
      startTime: this.startTime ?? undefined,
      resume: !this.noResume,
      cmcd: this.#cmcd,
      headers: [...new Headers(this.#headers)],
      ticket: this.#ticket ?? null,
    };
  }

  /** Where the video comes from: what is told first goes first. */
  #source(): Partial<LiveOptions> & { endpoint?: string | null; videoId?: string | null } {
    const { src, poster, storyboardSrc, playbackId, videoId, endpoint } = this;
    if (src) return { src, poster, storyboardSrc, videoId, endpoint: null };
    if (playbackId) {
      const urls = muxUrls({ ...this.#mux(), playbackId });
      const own = { poster: poster ?? urls.poster, storyboardSrc: storyboardSrc ?? urls.storyboardSrc };
      return { src: urls.src, ...own, videoId: videoId ?? playbackId, endpoint: null };
    }
    if (videoId) return { src: null, poster, storyboardSrc, videoId, endpoint: endpoint ?? "" };
    return { src: null, poster, storyboardSrc, endpoint: null };
  }

  #mux() {
    const { playbackToken, thumbnailToken, storyboardToken, thumbnailTime, streamBase, imageBase } = this;
    return { playbackToken, thumbnailToken, storyboardToken, thumbnailTime, streamBase, imageBase };
  }

  /** @internal */
  protected override prepare(): (() => void) | undefined {
    if (this.wasm.ready || !this.wrapper) return undefined;
    return (this.constructor as typeof PlayerElement).ask?.(this.wrapper, this.options());
  }

  /** @internal */
  protected create(root: HTMLElement, options: object): PlayerInstance {
    const Handle = this.wasm.glue.PlayerHandle;
    if (!Handle) throw new TypeError("This entry has no player.");
    return new Handle(root, options, engine, worker());
  }

  /** @internal */
  protected override mounted(handle: PlayerInstance): void {
    this.adopt(handle);
  }

  /** @internal */
  protected override unmounted(): void {
    this.abandon(this.handle);
  }

  declare addEventListener: PlayerListening;
  declare removeEventListener: PlayerListening;
}

/** `addEventListener` and its counterpart, with the types of the element's own events. */
export interface PlayerListening {
  <K extends keyof PlayerEventMap>(
    type: K,
    listener: (event: PlayerEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  <K extends Exclude<keyof HTMLElementEventMap, keyof PlayerEventMap>>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

reflect(PlayerElement.prototype, PLAYER_ATTRIBUTES);

declare global {
  interface HTMLElementTagNameMap {
    "reelway-player": PlayerElement;
  }
}
