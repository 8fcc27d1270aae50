import { type Kind, reflect } from "./base.js";
import { engine, worker } from "./config.js";
import type { MediaHandle, PlayerInstance } from "./handles.js";
import { MEDIA_EVENTS, MediaElement } from "./media.js";
import { muxUrls } from "./mux.js";
import { Notice } from "./notice.js";
import { type Refusal, ServerVideo, type Ticket, type Video } from "./server.js";
import { localeOf } from "./texts.js";
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
  /** The Reelway server says that the video has changed. */
  videostate: CustomEvent<{ status: Video["status"]; percent: number | null }>;
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
  #ticket?: Ticket;
  #cmcd?: boolean | object;
  #server?: ServerVideo;
  /** Which video of which server that is. */
  #asked = "";
  #failure?: Refusal;
  /** Captions that the server tells of. */
  #told: Track[] = [];
  /** What the handle has been told last. */
  #given: Record<string, unknown> = {};
  readonly #notice = new Notice();
  /** Ends what is fetched while the wasm is on its way. */
  #early?: () => void;

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
  get ticket(): Ticket | undefined {
    return this.#ticket;
  }

  set ticket(ticket: Ticket | undefined) {
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
    // It shows itself before it can play.
    return this.wasm.isWhole ? this.handle : undefined;
  }

  /** @internal */
  protected override changed(name: string): void {
    if (name === "muted") return;
    if (name === "loop" && this.media) this.media.loop = this.loop;
    if ((name === "headers" || name === "ticket") && this.#failure === "refused") this.#again();
    this.#serve();
    this.#update();
  }

  override load(): void {
    this.#again();
    super.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    setTimeout(() => {
      if (!this.isConnected) this.#serve();
    });
  }

  /** @internal */
  protected options(): Record<string, unknown> {
    const source = this.#source();
    return this.#with({ ...source, src: this.wasm.isWhole ? source.src : null });
  }

  #with(source: LiveOptions): Record<string, unknown> {
    return {
      ...source,
      placeholder: this.placeholder,
      autoplay: this.autoplay,
      muted: this.defaultMuted,
      loop: this.loop,
      preload: this.preload,
      startTime: this.startTime ?? undefined,
      resume: !this.noResume,
      cmcd: this.#cmcd,
    };
  }

  /** Where the video comes from: what is told first goes first. */
  #source(): LiveOptions & { videoId?: string | null } {
    const { src, poster, storyboardSrc, playbackId, videoId, videoTitle } = this;
    const tracks = this.#tracks ?? null;
    const plain = { videoTitle, tracks, size: null, refresh: null, expiresAt: null };
    if (src) return { ...plain, src, poster, storyboardSrc, videoId };
    if (playbackId) {
      const urls = muxUrls({ ...this.#mux(), playbackId });
      const own = { poster: poster ?? urls.poster, storyboardSrc: storyboardSrc ?? urls.storyboardSrc };
      return { ...plain, src: urls.src, ...own, videoId: videoId ?? playbackId };
    }
    const { video } = this.#server ?? {};
    const { playback, width, height } = video ?? {};
    return {
      src: playback?.hls ?? null,
      poster: poster ?? playback?.poster ?? null,
      storyboardSrc: storyboardSrc ?? playback?.storyboard ?? null,
      videoTitle: videoTitle ?? video?.title ?? null,
      tracks: tracks ?? this.#told,
      size: width && height ? [width, height] : null,
      refresh: this.#server ? this.#refresh : null,
      expiresAt: playback?.expires_at ?? null,
      videoId,
    };
  }

  readonly #refresh = () => this.#server?.refresh() ?? Promise.reject(new Error("another video"));

  /** Tells the handle what is new. What stays is left alone: tracks would be fetched anew, and a failure forgotten. */
  #update(): void {
    if (!this.handle) return;
    const options = this.options();
    const fresh = Object.entries(options).filter(([name, value]) => value !== this.#given[name]);
    this.#given = options;
    this.set(Object.fromEntries(fresh));
  }

  /** Asks the server for the video, if it is to come from there, and no more for another. */
  #serve(): void {
    const { src, playbackId, videoId, endpoint } = this;
    const here = this.isConnected && this.wrapper && !src && !playbackId;
    const asked = here && videoId ? `${endpoint ?? ""} ${videoId}` : "";
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#server?.stop();
    this.#server = undefined;
    this.#told = [];
    this.#fail();
    this.#note();
    if (!asked || !videoId) return;
    let known = "";
    const server = new ServerVideo(endpoint ?? "", videoId, () => ({ headers: this.#headers, ticket: this.#ticket }), {
      told: (video) => {
        this.#hear(video);
        const { status, percent = null } = video;
        const state = `${status} ${percent}`;
        if (state === known) return;
        known = state;
        this.#note();
        this.emit("videostate", { status, percent }, false);
      },
      failed: (why) => this.#fail(why),
    });
    this.#server = server;
    // What a page sets right after it has put the element in counts.
    queueMicrotask(() => {
      if (this.#server === server) server.start();
    });
  }

  /** Somebody wants to try again. */
  #again(): void {
    if (!this.#failure) return;
    this.#asked = "";
    this.#serve();
  }

  #hear({ playback }: Video): void {
    type Told = Track & { id?: string };
    const told: Told[] = playback?.tracks ?? [];
    // A token that was renewed is no reason to take captions away that are being read: they have been fetched.
    const isRead = ({ kind, mode }: TextTrack) => mode !== "disabled" && kind !== "metadata";
    const read = [...(this.textTracks ?? [])].some(isRead);
    const kept = ({ id }: Told) => this.#told.find((shown: Told) => read && shown.id === id);
    const next = told.map((track) => kept(track) ?? track);
    if (JSON.stringify(next) !== JSON.stringify(this.#told)) this.#told = next;
    this.#update();
    if (playback && !this.wasm.isWhole && this.wrapper) this.#early ??= this.#ask(this.wrapper);
  }

  /** Has all fetched that is needed to play, if there is something to play. */
  #ask(root: HTMLElement): (() => void) | undefined {
    const options = this.#with(this.#source());
    if (options.src && (this.preload !== "none" || this.autoplay)) this.wasm.hurry();
    return (this.constructor as typeof PlayerElement).ask?.(root, options);
  }

  #fail(why?: Refusal): void {
    if (why === this.#failure) return;
    this.#failure = why;
    this.#note();
    // Otherwise it is told with all else, once it can play.
    if (this.wasm.isWhole) this.wasm.call(() => this.handle?.fail(why));
  }

  /** Says, while there is nothing to play yet, what happens to the video. */
  #note(): void {
    const { status, percent } = this.#server?.video ?? {};
    const place = this.wrapper?.querySelector(".rw-notices");
    const uploading = status === "awaiting_upload" || status === "uploading";
    if (!place || this.#failure || !(uploading || status === "processing")) {
      this.#notice.hide();
      return;
    }
    let words = uploading ? this.text("stage.uploading", "Uploading") : this.text("stage.processing", "Processing…");
    let far = "";
    if (!uploading && percent != null) {
      words = this.text("stage.processing.at", "Processing");
      far = new Intl.NumberFormat(localeOf(this.language), { style: "percent" }).format(percent / 100);
    }
    this.#notice.show(place, words, far);
  }

  /** @internal */
  protected override spoken(): void {
    this.#note();
  }

  #mux() {
    const { playbackToken, thumbnailToken, storyboardToken, thumbnailTime, streamBase, imageBase } = this;
    return { playbackToken, thumbnailToken, storyboardToken, thumbnailTime, streamBase, imageBase };
  }

  /** @internal */
  protected override prepare(): void {
    this.wrapper?.addEventListener("click", this.#click);
    this.#serve();
    if (this.wasm.isWhole || !this.wrapper) return;
    this.#early = this.#server ? undefined : this.#ask(this.wrapper);
  }

  readonly #click = (event: Event) => {
    // By what it can do: a click that a driver of Firefox makes has elements of another realm in its path.
    const isRetry = (at: EventTarget) => (at as Partial<Element>).matches?.("[part~=retry]") ?? false;
    if (event.composedPath().some(isRetry)) this.#again();
  };

  /** @internal */
  protected create(root: HTMLElement, options: object): PlayerInstance {
    const Handle = this.wasm.glue.PlayerHandle;
    if (!Handle) throw new TypeError("This entry has no player.");
    this.#given = { ...options };
    return new Handle(root, options, engine, worker());
  }

  /** @internal */
  protected override mounted(handle: PlayerInstance): void {
    this.#note();
    if (this.wasm.isWhole) this.#begin(handle);
    else void this.wasm.whole?.then(() => this.handle === handle && this.#begin(handle));
  }

  /** It can play from here on. */
  #begin(handle: PlayerInstance): void {
    this.#early?.();
    this.adopt(handle);
    this.#update();
    // Not before it has seen that there is no source: that would end the failure.
    setTimeout(() => {
      if (this.#failure) this.wasm.call(() => this.handle?.fail(this.#failure));
    });
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
