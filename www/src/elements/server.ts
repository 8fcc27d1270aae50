// A video that a Reelway server has: asked for, followed until nothing about it changes any more, and renewed while it plays.

import type { Playback } from "./types.js";

/** What a server lets in by. */
export type Ticket = string | (() => string | Promise<string>);

/** How a server is asked: read anew for each request. */
export interface Manner {
  headers?: HeadersInit;
  ticket?: Ticket;
}

/** What a server tells of a video. */
export interface Video {
  id: string;
  title: string;
  status: "awaiting_upload" | "uploading" | "processing" | "ready" | "failed" | "cancelled" | "expired";
  percent?: number | null;
  width?: number | null;
  height?: number | null;
  revision: number;
  playback?: Playback | null;
}

/** Why there is no video, in the player's words. */
export type Refusal = "gone" | "refused" | "network" | "processing_failed";

export interface Follower {
  /** There is news of the video. */
  told(video: Video): void;
  /** There is no video to be had. */
  failed(why: Refusal): void;
}

/** An answer that is none. */
class Unanswered extends Error {
  constructor(readonly status?: number) {
    super(status ? `HTTP ${status}` : "no answer");
  }
}

/** Milliseconds for the first event: a longer silence means that something in between holds the stream back. */
const FIRST_EVENT = 5_000;
/** Connections that break without an event before asking takes over. */
const BREAKS = 3;
/** Questions without an answer before there is none to be had: half a minute. */
const PATIENCE = 8;

/**
 * Whether some player listens to an event stream. Browsers allow six connections to a server of HTTP/1.1, for all pages
 * together, and uploads need some: one player listens, and others ask.
 */
let listening = false;

/** Milliseconds until the next question, after so many without news. */
const delay = (without: number): number => Math.min(500 * 1.5 ** Math.min(without, 20), 30_000);

/** Whether nothing about a video changes any more. */
function isSettled({ status, percent, playback }: Video): boolean {
  if (status === "ready") return percent == null && Boolean(playback?.poster && playback.storyboard);
  return status === "failed" || status === "cancelled" || status === "expired";
}

/** Makes the URLs of a playback absolute that are relative to where they came from. */
function absolute(playback: Playback, from: string): Playback {
  const url = (relative: string | null | undefined) => (relative ? new URL(relative, from).href : undefined);
  return {
    ...playback,
    hls: new URL(playback.hls, from).href,
    poster: url(playback.poster),
    storyboard: url(playback.storyboard),
    tracks: playback.tracks?.map((track) => ({ ...track, src: url(track.src) ?? "" })),
  };
}

/** One video of one server, from `start` to `stop`. */
export class ServerVideo {
  /** What is known of it. */
  video?: Video;
  readonly #url: string;
  readonly #manner: () => Manner;
  readonly #follower: Follower;
  readonly #end = new AbortController();
  #known?: { ticket: Ticket; text: string };
  #stream?: EventSource;
  #timer?: ReturnType<typeof setTimeout>;
  /** Counts what was begun: an answer to what was begun before is late. */
  #turn = 0;
  #listens = false;
  /** Events do not come through. */
  #deaf = false;
  #breaks = 0;
  #without = 0;
  #failures = 0;

  constructor(endpoint: string, id: string, manner: () => Manner, follower: Follower) {
    this.#url = new URL(`${endpoint.replace(/\/+$/, "")}/api/videos/${encodeURIComponent(id)}`, location.href).href;
    this.#manner = manner;
    this.#follower = follower;
  }

  start(): void {
    const { signal } = this.#end;
    // A page that comes back has missed events, and its stream may be dead without knowing.
    const back = () => {
      if (document.visibilityState !== "visible" || !this.#follows()) return;
      this.#deaf = false;
      this.#without = 0;
      void this.#ask();
    };
    document.addEventListener("visibilitychange", back, { signal });
    // A page that is kept for the way back would keep its connection too.
    addEventListener("pagehide", () => this.#rest(), { signal });
    void this.#ask();
  }

  stop(): void {
    this.#end.abort();
    this.#rest();
  }

  /** Fresh URLs. What fails has the answer's `status`. */
  async refresh(): Promise<Playback> {
    const { json, url } = await this.#get<Playback>("/playback");
    const playback = absolute(json, url);
    if (this.video && !this.#end.signal.aborted) {
      this.video = { ...this.video, playback };
      this.#follower.told(this.video);
    }
    return playback;
  }

  #follows(): boolean {
    return !this.#end.signal.aborted && !(this.video && isSettled(this.video));
  }

  /** Neither listens nor asks any more. */
  #rest(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
    if (this.#listens) listening = this.#listens = false;
  }

  async #ask(): Promise<void> {
    this.#rest();
    const turn = this.#turn;
    try {
      const { json, url } = await this.#get<Video>("");
      if (turn !== this.#turn) return;
      this.#failures = 0;
      this.#take(json, url);
    } catch (error) {
      if (turn !== this.#turn || this.#gaveUp(error as Unanswered)) return;
    }
    if (!this.#follows()) return;
    if (this.video && !this.#deaf && !listening) void this.#listen();
    else this.#askLater();
  }

  #askLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), delay(this.#without++));
  }

  /** Whether it makes no sense to ask again. */
  #gaveUp({ status }: Unanswered): boolean {
    const gone = status === 404 || status === 410;
    this.#failures += 1;
    const why = gone ? "gone" : status === 401 || status === 403 ? "refused" : "network";
    // What plays goes on, whatever the server says.
    if (this.video?.status === "ready") return gone;
    if (why === "network" && (this.video || this.#failures < PATIENCE)) return false;
    this.#follower.failed(why);
    return true;
  }

  async #listen(): Promise<void> {
    listening = this.#listens = true;
    const turn = this.#turn;
    let url = `${this.#url}/events`;
    try {
      // No header can be sent along: whoever has a ticket asks for a URL that works for a while.
      if (this.#manner().ticket) {
        const told = await this.#get<{ url: string }>("/events", "POST");
        url = new URL(told.json.url, told.url).href;
      }
    } catch {
      if (turn === this.#turn) this.#goDeaf();
      return;
    }
    if (turn !== this.#turn) return;
    const stream = (this.#stream = new EventSource(url));
    this.#timer = setTimeout(() => this.#goDeaf(), FIRST_EVENT);
    stream.addEventListener("video", ({ data }: MessageEvent<string>) => {
      this.#breaks = 0;
      clearTimeout(this.#timer);
      this.#take(JSON.parse(data) as Video, this.#url);
      if (!this.#follows()) this.#rest();
    });
    stream.addEventListener("error", () => {
      this.#breaks += 1;
      const closed = stream.readyState === EventSource.CLOSED;
      if (this.#breaks >= BREAKS || (closed && !this.#manner().ticket)) this.#goDeaf();
      // The token in its URL has run out, most likely.
      else if (closed) void this.#ask();
    });
  }

  /** From here on, asks. */
  #goDeaf(): void {
    this.#deaf = true;
    void this.#ask();
  }

  #take(video: Video, from: string): void {
    const { video: known } = this;
    if (known && (video.id !== known.id || video.revision <= known.revision)) return;
    this.#without = 0;
    this.video = { ...video, playback: video.playback && absolute(video.playback, from) };
    this.#follower.told(this.video);
    if (video.status === "failed") this.#follower.failed("processing_failed");
    else if (video.status === "cancelled" || video.status === "expired") this.#follower.failed("gone");
  }

  async #get<T>(rest: string, method = "GET"): Promise<{ json: T; url: string }> {
    const { ticket } = this.#manner();
    const send = async () => {
      const headers = new Headers(this.#manner().headers);
      if (ticket) headers.set("authorization", `Bearer ${await this.#text(ticket)}`);
      return fetch(this.#url + rest, { method, headers, signal: this.#end.signal });
    };
    let response;
    try {
      response = await send();
      if (response.status === 401 && typeof ticket === "function") {
        this.#known = undefined;
        response = await send();
      }
    } catch {
      throw new Unanswered();
    }
    if (!response.ok) throw new Unanswered(response.status);
    // What a service worker makes up has no URL.
    return { json: (await response.json()) as T, url: response.url || this.#url + rest };
  }

  /** The ticket as it is sent: what a function gave counts until the server does not take it. */
  async #text(ticket: Ticket): Promise<string> {
    if (typeof ticket === "string") return ticket;
    if (this.#known?.ticket !== ticket) this.#known = { ticket, text: await ticket() };
    return this.#known.text;
  }
}
