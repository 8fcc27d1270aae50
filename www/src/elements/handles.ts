// What the wasm exports, as the elements use it.

import type { Refusal } from "./server.js";
import type { UploadItem } from "./types.js";

export type Emit = (name: string, detail: Record<string, unknown>) => void;

export interface Handle {
  set(options: object): void;
  destroy(): void;
  free?(): void;
}

export interface UploaderInstance extends Handle {
  add(files: FileList | File[]): string[];
  pause(id?: string): void;
  resume(id?: string): void;
  cancel(id?: string): void;
  retry(id?: string): void;
  readonly uploads: UploadItem[];
}

export type UploaderHandle = new (root: HTMLElement, options: object, emit: Emit) => UploaderInstance;

/** What a player has of `HTMLMediaElement` by itself; the rest is its `media`'s. */
export interface MediaHandle {
  readonly media: HTMLVideoElement | undefined;
  readonly element: HTMLElement | undefined;
  readonly duration: number;
  readonly paused: boolean;
  readonly currentSrc: string;
  readonly error: { code: number; reason: string; message: string } | null;
  currentTime: number;
  setRate(rate: number): void;
  load(): void;
  play(): Promise<void>;
  pause(): void;
}

export interface PlayerInstance extends Handle, MediaHandle {
  /** Says why it does not play, by what the element has found out; or that this is over. */
  fail(why?: Refusal): void;
}

export type Engine = () => Promise<unknown>;
export type PlayerHandle = new (root: HTMLElement, options: object, engine: Engine, worker?: string) => PlayerInstance;

export interface VideoInstance extends UploaderInstance {
  readonly player: MediaHandle | undefined;
}

export type VideoHandle = new (
  root: HTMLElement,
  options: object,
  emit: Emit,
  engine: Engine,
  worker?: string,
) => VideoInstance;
