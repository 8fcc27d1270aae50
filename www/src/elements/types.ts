import type { TargetAnswer } from "../upload.js";

/** A file in an uploader. */
export interface UploadItem {
  /** By which the methods of the element know it. */
  readonly id: string;
  readonly file: File | null;
  readonly state: UploadStage;
  /** Bytes that the provider has said it holds. */
  readonly acknowledged: number;
  /** Those, and an estimate of what is on its way. */
  readonly sent: number;
  /** Bytes of the file. */
  readonly total: number;
  /** Bytes a second. */
  readonly rate: number | null;
  /** Seconds. */
  readonly eta: number | null;
  /** 0 to 100, and then of the processing. */
  readonly percent: number;
  readonly videoId: string | null;
  readonly error: { code: string; message: string; retriable: boolean } | null;
}

export type UploadStage =
  | "checking"
  | "queued"
  | "starting"
  | "uploading"
  | "waiting"
  | "offline"
  | "paused"
  | "finalising"
  | "processing"
  | "uploaded"
  | "ready"
  | "failed"
  | "cancelled";

/** A Reelway server, a direct upload's URL, or a function that gives the latter for each file. */
export type Endpoint = string | ((file: File) => TargetAnswer | Promise<TargetAnswer>);

/** What a video is played from, as a Reelway server tells of it. */
export interface Playback {
  hls: string;
  poster?: string;
  storyboard?: string;
  placeholder?: string;
  tracks?: object[];
  [more: string]: unknown;
}

export interface UploaderEventMap {
  uploadstart: CustomEvent<{ id: string; file: File }>;
  chunkattempt: CustomEvent<{ id: string; start: number; end: number }>;
  chunksuccess: CustomEvent<{ id: string; start: number; end: number }>;
  /** As a number, the detail is the percentage. */
  progress: CustomEvent<{
    id: string;
    acknowledged: number;
    sent: number;
    total: number;
    rate: number | null;
    eta: number | null;
  }>;
  statechange: CustomEvent<{ id: string; state: UploadStage }>;
  offline: CustomEvent<{ id: string }>;
  online: CustomEvent<{ id: string }>;
  success: CustomEvent<{ id: string; videoId: string | null }>;
  videoready: CustomEvent<{ id: string; videoId: string; playback: Playback }>;
  uploaderror: CustomEvent<{ id: string; code: string; message: string; retriable: boolean }>;
  /** A row has gone. */
  remove: CustomEvent<{ id: string }>;
  /** The list of uploads that were interrupted has changed. */
  unfinished: CustomEvent<Record<string, never>>;
  /** The element itself has failed: `not_loaded`, or `internal`, after which it is as new. */
  error: CustomEvent<ElementFailure>;
}

export interface ElementFailure {
  code: string;
  message: string;
  fatal?: boolean;
}

/** What a `<track>` element is made of, and what `tracks` takes. */
export type { Track } from "../player.js";
export type { TargetAnswer, UploadTarget } from "../upload.js";

/** Texts by their keys; `{name}` in them is filled in. */
export type Texts = Record<string, string>;
