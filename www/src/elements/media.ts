import { ReelwayElement } from "./base.js";
import type { Handle, MediaHandle } from "./handles.js";

/** The element's own events, which a player passes on. */
export const MEDIA_EVENTS = [
  "abort", "canplay", "canplaythrough", "durationchange", "emptied", "encrypted", "ended", "enterpictureinpicture",
  "leavepictureinpicture", "loadeddata", "loadedmetadata", "loadstart", "pause", "play", "playing", "progress",
  "ratechange", "resize", "seeked", "seeking", "stalled", "suspend", "timeupdate", "volumechange", "waiting",
] as const; // prettier-ignore

/** Those with a `detail`. */
export const PLAYER_EVENTS = ["startup", "rebuffer", "rendition", "recovered", "error"] as const;

/** What can be set before there is a `<video>`, and is set once there is. */
const EARLY = ["volume", "muted", "playbackRate", "defaultPlaybackRate", "preservesPitch"] as const;
type Early = (typeof EARLY)[number];
const FIRST: Record<Early, number | boolean> = {
  volume: 1,
  muted: false,
  playbackRate: 1,
  defaultPlaybackRate: 1,
  preservesPitch: true,
};

/** No ranges: what there is of a video that is not there. */
const NOTHING: TimeRanges = {
  length: 0,
  start: () => NaN,
  end: () => NaN,
};

/** To play, before there is a player. */
interface Wish {
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

function wish(): Wish {
  const made: Partial<Wish> = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made as Wish;
}

/**
 * `HTMLMediaElement`'s interface, over a player that may not be there yet. What is said before that is kept until it is.
 */
export abstract class MediaElement<H extends Handle> extends ReelwayElement<H> {
  static readonly HAVE_NOTHING = 0;
  static readonly HAVE_METADATA = 1;
  static readonly HAVE_CURRENT_DATA = 2;
  static readonly HAVE_FUTURE_DATA = 3;
  static readonly HAVE_ENOUGH_DATA = 4;
  static readonly NETWORK_EMPTY = 0;
  static readonly NETWORK_IDLE = 1;
  static readonly NETWORK_LOADING = 2;
  static readonly NETWORK_NO_SOURCE = 3;

  #early: Partial<Record<Early, number | boolean>> = {};
  #start?: number;
  #wanted?: Wish;

  /** @internal The player, once there is one. */
  protected abstract get player(): MediaHandle | undefined;

  /** The `<video>` that plays. */
  get media(): HTMLVideoElement | undefined {
    return this.player?.media;
  }

  /** Plays, as soon as it can. */
  play(): Promise<void> {
    const { player } = this;
    if (player) return this.wasm.call(() => player.play()) ?? Promise.reject(new DOMException("", "AbortError"));
    this.wasm.hurry();
    return (this.#wanted ??= wish()).promise;
  }

  pause(): void {
    this.#wanted?.reject(new DOMException("paused before it could play", "AbortError"));
    this.#wanted = undefined;
    this.wasm.call(() => this.player?.pause());
  }

  load(): void {
    this.wasm.call(() => this.player?.load());
  }

  /** Moves near this time: to a key frame, where the browser knows such. */
  fastSeek(time: number): void {
    const { media } = this;
    if (media && media.readyState > 0 && "fastSeek" in media) media.fastSeek(time);
    else this.currentTime = time;
  }

  /** Seconds. */
  get currentTime(): number {
    return this.player?.currentTime ?? this.#start ?? 0;
  }

  set currentTime(time: number) {
    const { player } = this;
    if (player) this.wasm.call(() => (player.currentTime = time));
    else this.#start = time;
  }

  /** Seconds; NaN while unknown. */
  get duration(): number {
    return this.player?.duration ?? NaN;
  }

  get paused(): boolean {
    return this.player?.paused ?? !this.#wanted;
  }

  get currentSrc(): string {
    return this.player?.currentSrc ?? "";
  }

  /** Why it does not play: the nearest of `MediaError`'s codes, a stable `reason`, and English. */
  get error(): { code: number; reason: string; message: string } | null {
    return this.player?.error ?? null;
  }

  get ended(): boolean {
    return this.media?.ended ?? false;
  }

  get seeking(): boolean {
    return this.media?.seeking ?? false;
  }

  get readyState(): number {
    return this.media?.readyState ?? 0;
  }

  get networkState(): number {
    return this.media?.networkState ?? 0;
  }

  get buffered(): TimeRanges {
    return this.media?.buffered ?? NOTHING;
  }

  get played(): TimeRanges {
    return this.media?.played ?? NOTHING;
  }

  get seekable(): TimeRanges {
    return this.media?.seekable ?? NOTHING;
  }

  get videoWidth(): number {
    return this.media?.videoWidth ?? 0;
  }

  get videoHeight(): number {
    return this.media?.videoHeight ?? 0;
  }

  get textTracks(): TextTrackList | undefined {
    return this.media?.textTracks;
  }

  get volume(): number {
    return this.#read("volume");
  }

  set volume(volume: number) {
    if (!(volume >= 0 && volume <= 1)) throw new DOMException("volume is 0 to 1", "IndexSizeError");
    this.#write("volume", volume);
  }

  get playbackRate(): number {
    return this.#read("playbackRate");
  }

  set playbackRate(rate: number) {
    this.#write("playbackRate", rate);
  }

  get defaultPlaybackRate(): number {
    return this.#read("defaultPlaybackRate");
  }

  set defaultPlaybackRate(rate: number) {
    this.#write("defaultPlaybackRate", rate);
  }

  get preservesPitch(): boolean {
    return this.#read("preservesPitch");
  }

  set preservesPitch(preserves: boolean) {
    this.#write("preservesPitch", preserves);
  }

  /** Without sound, now. The attribute says how it begins: `defaultMuted`. */
  get muted(): boolean {
    return this.media?.muted ?? Boolean(this.#early.muted ?? this.hasAttribute("muted"));
  }

  set muted(muted: boolean) {
    this.#write("muted", Boolean(muted));
  }

  get defaultMuted(): boolean {
    return this.hasAttribute("muted");
  }

  set defaultMuted(muted: boolean) {
    this.toggleAttribute("muted", Boolean(muted));
  }

  canPlayType(type: string): CanPlayTypeResult {
    return (this.media ?? document.createElement("video")).canPlayType(type);
  }

  addTextTrack(kind: TextTrackKind, label?: string, language?: string): TextTrack | undefined {
    return this.media?.addTextTrack(kind, label, language);
  }

  getVideoPlaybackQuality(): VideoPlaybackQuality | undefined {
    return this.media?.getVideoPlaybackQuality();
  }

  requestPictureInPicture(): Promise<PictureInPictureWindow> {
    const { media } = this;
    return media?.requestPictureInPicture() ?? Promise.reject(new DOMException("no video yet", "InvalidStateError"));
  }

  /** @internal There is a player now: it gets what has been said before, and its events come out of this element. */
  protected adopt(player: MediaHandle): void {
    const { media, element } = player;
    const { playbackRate } = this.#early;
    if (typeof playbackRate === "number") {
      player.setRate(playbackRate);
      // A source that is loaded sets the speed back to this one.
      this.#early.defaultPlaybackRate ??= playbackRate;
    }
    const apply = () => Object.assign(media ?? {}, this.#early);
    apply();
    media?.addEventListener("loadedmetadata", apply, { once: true });
    if (this.#start !== undefined) player.currentTime = this.#start;
    for (const name of MEDIA_EVENTS) {
      element?.addEventListener(name, () => this.dispatchEvent(new Event(name)));
    }
    for (const name of PLAYER_EVENTS) {
      element?.addEventListener(name, (event) => this.emit(name, (event as CustomEvent).detail, false));
    }
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) player.play().then(wanted.resolve, wanted.reject);
  }

  /** @internal Where it was is where it goes on when it is back. */
  protected abandon(player: MediaHandle | undefined): void {
    const media = player?.media;
    if (!media) return;
    this.#start = player?.currentTime;
    this.#early = { ...this.#early, volume: media.volume, muted: media.muted, playbackRate: media.playbackRate };
  }

  #read<T>(name: Early): T {
    return (this.media?.[name] ?? this.#early[name] ?? FIRST[name]) as T;
  }

  #write(name: Early, value: number | boolean): void {
    this.#early[name] = value;
    if (this.media) Object.assign(this.media, { [name]: value });
  }
}
