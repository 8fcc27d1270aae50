/** Says where the wasm is, if not beside this module: for a CDN, or where a bundler does not move it. Before the first upload. */
export function setWasmUrl(url: string | URL): void;

/** Starts to upload a file. The upload goes on whether its object is kept or not. */
export function createUpload(file: File | Blob, options?: UploadOptions): Upload;

/**
 * The uploads that a reload, a crash or a closed tab has interrupted, the earliest first: to this Reelway server (left
 * out: the page's own origin), or with any `target`, to targets of the page's own.
 */
export function listUnfinished(options?: Pick<UploadOptions, "endpoint" | "target">): Promise<UnfinishedUpload[]>;

/** The same as `entry.resume(file, options)`. */
export function resumeUpload(entry: UnfinishedUpload, file?: File | null, options?: UploadOptions): Upload;

export class UnfinishedUpload {
  readonly id: string;
  /** The file's name. */
  readonly name: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes that the provider had said it holds. */
  readonly acknowledged: number;
  readonly videoId: string | null;
  /** The file has to be chosen again. Otherwise a click is enough: the browser asks the user for leave to read it. */
  readonly needsFile: boolean;
  /** Another tab is at work on it. */
  readonly runsElsewhere: boolean;
  /**
   * Goes on, from what the provider holds. If it can't, the upload fails with `different_file`, `file_needed`,
   * `not_allowed`, `file_unreadable`, `running_elsewhere` or `gone`, and nothing is lost. `target` is asked for a fresh
   * target only.
   */
  resume(file?: File | null, options?: UploadOptions): Upload;
  /** Gives it up, here and at the provider. Rejects with an `UploadError` while another tab is at work on it. */
  discard(options?: UploadOptions): Promise<void>;
}

export interface UploadOptions {
  /** The base URL of a Reelway server. Left out, with no `target` either: the page's own origin. */
  endpoint?: string;
  /**
   * Without a Reelway server: where the bytes go. A URL is that of a resumable upload, as Google Cloud Storage and Mux
   * give out. A function is asked again when a target has run out.
   */
  target?: string | URL | UploadTarget | ((file: File) => TargetAnswer | Promise<TargetAnswer>);
  /** For every request to the Reelway server, or, without one, to the target. */
  headers?: HeadersInit;
  /**
   * What the Reelway server lets in by, if it asks for tickets. A function is asked for the first one, shortly before one
   * runs out, and when the server does not take it.
   */
  ticket?: string | (() => string | Promise<string>);
  /**
   * The name of the provider that the Reelway server is to send the video to, one of `GET /api/providers`. Left out: the
   * server's choice. An upload that goes on stays where it is.
   */
  provider?: string;
  /** Bytes: no chunk is longer. Left out: chunks follow the measured rate. */
  chunkSize?: number;
  /** At most so many requests at once, where the target takes several. */
  parallel?: number;
  /** Attempts without headway before giving up. Left out: patient for about twelve minutes. */
  patience?: number;
  /** Remember the upload in this browser, so that it goes on after a reload. Default: true. */
  journal?: boolean;
  /** The file's handle, by which Chromium reads it again after a reload without its being chosen again. */
  handle?: FileSystemFileHandle | Promise<FileSystemFileHandle>;
}

export type TargetAnswer = string | URL | UploadTarget;

/** Where and how to send a file's bytes. What is left out follows from the protocol. */
export interface UploadTarget {
  /** Default: "resumable". */
  protocol?: "resumable" | "tus" | "s3_multipart" | "oci_multipart" | "put";
  /** Absolute, or relative to the page. */
  url?: string;
  /** For every request to the URL. */
  headers?: Record<string, string>;
  /** Bytes: no chunk but the last is smaller. */
  min_chunk?: number;
  /** Bytes: no chunk is larger. */
  max_chunk?: number;
  /** Bytes: the length of every chunk but the last is a multiple of it. */
  chunk_multiple?: number;
  /** How many requests may run at once. */
  parallel?: number;
  /** The digest that each chunk carries. */
  digest?: "sha-256" | "sha-1";
  /** Milliseconds since the Unix epoch: when the URL stops working. */
  expires_at?: number;
  /** tus: the URL makes an upload rather than being one. */
  create?: boolean;
  /** S3: the further URLs. */
  multipart?: {
    part_urls?: string[];
    sign_url?: string;
    list_url?: string;
    complete_url: string;
    abort_url?: string;
  };
}

export type UploadState =
  | "starting"
  | "uploading"
  | "waiting"
  | "offline"
  | "paused"
  | "finalising"
  | "done"
  | "failed"
  | "cancelled";

export interface UploadProgress {
  /** Bytes that the provider has said it holds. Never goes back. */
  acknowledged: number;
  /** Those, and an estimate of what is on its way. */
  sent: number;
  /** Bytes of the file. */
  total: number;
  /** Bytes a second. */
  rate: number | null;
  /** Seconds. */
  eta: number | null;
}

export interface UploadResult {
  /** The video, where a Reelway server has made one. */
  videoId: string | null;
  /** The body of the provider's last answer. */
  body: string;
}

export class UploadError extends Error {
  /** Stable: programs may match on it. */
  readonly code: string;
  /** Whether the same file may go through when it is tried again. */
  readonly retriable: boolean;
}

export interface UploadEventMap {
  uploadstart: CustomEvent<Record<string, never>>;
  /** Bytes of the file that are being sent: from `start` up to, not including, `end`. */
  chunkattempt: CustomEvent<{ start: number; end: number }>;
  /** The provider has said that it holds `end` bytes now; it held `start` before. */
  chunksuccess: CustomEvent<{ start: number; end: number }>;
  progress: CustomEvent<UploadProgress>;
  statechange: CustomEvent<{ state: UploadState }>;
  offline: CustomEvent<Record<string, never>>;
  online: CustomEvent<Record<string, never>>;
  success: CustomEvent<{ videoId: string | null }>;
  uploaderror: CustomEvent<{ code: string; message: string; retriable: boolean }>;
}

export class Upload extends EventTarget {
  constructor(file: File | Blob, options?: UploadOptions);
  /** `null`, while the browser has not given an interrupted upload its file. */
  readonly file: File | null;
  readonly state: UploadState;
  readonly progress: UploadProgress;
  /** Why it waits or failed. */
  readonly error: { code: string; message: string; retriable: boolean } | null;
  readonly videoId: string | null;
  /** Rejects with an `UploadError` when the upload fails or is cancelled. After `retry()` it is a new promise. */
  readonly result: Promise<UploadResult>;
  /** What happened so far, as text for a bug report: timings, retries, errors. No URL, token or file name is in it. */
  diagnostics(): string;
  /** Stops until `resume()`. What the provider holds stays there. */
  pause(): void;
  resume(): void;
  /** Gives the upload up for good, here and at the provider. */
  cancel(): void;
  /** Tries again after a failure, or at once while it waits. */
  retry(): void;
  /**
   * Goes on with another `File` of the same file, after `file_unreadable`. Rejects with an `UploadError`
   * (`different_file`, `file_unreadable`) and stays as it is if it is another one.
   */
  replaceFile(file: File, options?: Pick<UploadOptions, "handle">): Promise<void>;
  addEventListener<K extends keyof UploadEventMap>(
    type: K,
    listener: (this: Upload, event: UploadEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}
