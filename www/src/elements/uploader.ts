import { type Kind, ReelwayElement, numberOf, reflect } from "./base.js";
import { endpointOptions } from "./endpoint.js";
import type { Emit, UploaderInstance } from "./handles.js";
import type { Endpoint, UploadItem, UploaderEventMap } from "./types.js";

/** What a form's video ids come from: its bytes have arrived. */
const ARRIVED = new Set(["uploaded", "processing", "ready"]);
const AT_WORK = new Set(["checking", "queued", "starting", "uploading", "waiting", "offline", "finalising"]);

/** The attributes that are reflected as they are; `endpoint`, `headers`, `ticket`, `paused` are written out. */
export const UPLOADER_ATTRIBUTES: Record<string, Kind> = {
  direct: "flag",
  accept: "text",
  multiple: "flag",
  "max-file-size": "number",
  "max-duration": "number",
  "chunk-size": "number",
  disabled: "flag",
  name: "text",
  required: "flag",
  provider: "text",
  "whole-page": "flag",
  "no-drop": "flag",
  "no-progress": "flag",
  "no-status": "flag",
  "no-retry": "flag",
  pausable: "flag",
  locale: "text",
  // mux-uploader's: chunks follow the measured rate and files are read piece by piece in any case.
  "dynamic-chunk-size": "flag",
  "use-large-file-workaround": "flag",
};

/** The methods that take the id of a file, or mean all. */
type Action = "pause" | "resume" | "cancel" | "retry";

/** What `<reelway-uploader>` and `<reelway-video>` have in common: files, a form's field, events. */
export abstract class UploadElement<H extends UploaderInstance> extends ReelwayElement<H> {
  static formAssociated = true;
  /** @internal */
  static override focuses = true;
  static get observedAttributes(): string[] {
    return ["endpoint", "lang", ...Object.keys(UPLOADER_ATTRIBUTES)];
  }

  declare direct: boolean;
  declare accept: string | null;
  declare multiple: boolean;
  /** Bytes. */
  declare maxFileSize: number | null;
  /** Seconds. */
  declare maxDuration: number | null;
  /** Bytes: no chunk is longer. */
  declare chunkSize: number | null;
  declare disabled: boolean;
  declare name: string | null;
  declare required: boolean;
  declare provider: string | null;
  declare wholePage: boolean;
  declare noDrop: boolean;
  declare noProgress: boolean;
  declare noStatus: boolean;
  declare noRetry: boolean;
  declare pausable: boolean;
  declare locale: string | null;
  declare dynamicChunkSize: boolean;
  declare useLargeFileWorkaround: boolean;

  #endpoint?: Endpoint | null;
  #headers?: HeadersInit;
  #ticket?: string | (() => string | Promise<string>);
  #internals: ElementInternals | undefined = this.attachInternals?.();
  /** Those that a form's reset has taken out of its value. */
  #forgotten = new Set<string>();
  #last: UploadItem[] = [];

  constructor() {
    super();
    // As at mux-uploader, which has them dispatched by pages with buttons of their own.
    this.addEventListener?.("file-ready", (event) => {
      const { detail } = event as CustomEvent<unknown>;
      if (detail instanceof File) this.add([detail]);
    });
    for (const name of ["dragenter", "dragover", "drop"]) {
      this.addEventListener?.(name, (event) => this.noDrop && event.stopPropagation(), { capture: true });
    }
  }

  /**
   * The base URL of a Reelway server, the URL of a direct upload, or a function that gives such a URL, or more of where
   * bytes go, for each file. Which of the two a URL is: see `direct`.
   */
  get endpoint(): Endpoint | null {
    return this.#endpoint ?? this.getAttribute("endpoint");
  }

  set endpoint(endpoint: Endpoint | null | undefined) {
    this.#endpoint = typeof endpoint === "function" ? endpoint : undefined;
    if (typeof endpoint === "string") this.setAttribute("endpoint", endpoint);
    else this.removeAttribute("endpoint");
    this.changed("endpoint");
  }

  /** For every request to the Reelway server, or, without one, to the target. */
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

  /** The files, the earliest first. */
  get uploads(): readonly UploadItem[] {
    if (this.handle) this.#last = this.wasm.call(() => this.handle?.uploads) ?? [];
    return this.#last;
  }

  /** Takes files as if they had been chosen. Their ids, if the wasm is there already. */
  add(files: FileList | readonly File[]): string[] {
    let ids: string[] = [];
    this.with((handle) => {
      ids = handle.add([...files]);
    });
    return ids;
  }

  /** @internal To upload takes all of the wasm. */
  protected override get held(): Promise<void> | undefined {
    return this.wasm.whole;
  }

  pause(id?: string): void {
    this.#do("pause", id);
  }

  resume(id?: string): void {
    this.#do("resume", id);
  }

  /** Gives a file up for good, here and at the provider. */
  cancel(id?: string): void {
    this.#do("cancel", id);
  }

  /** Tries again after a failure, or at once while it waits. */
  retry(id?: string): void {
    this.#do("retry", id);
  }

  /** Whether nothing is sent until `resume`. */
  get paused(): boolean {
    const { uploads } = this;
    return uploads.some(({ state }) => state === "paused") && !uploads.some(({ state }) => AT_WORK.has(state));
  }

  set paused(paused: boolean) {
    if (Boolean(paused) !== this.paused) this.#do(paused ? "pause" : "resume");
  }

  /** The ids of the videos that have arrived: what a form sends under `name`. */
  get videoIds(): string[] {
    const arrived = this.uploads.filter(({ id, state }) => ARRIVED.has(state) && !this.#forgotten.has(id));
    return arrived.flatMap(({ videoId }) => videoId ?? []);
  }

  /** The same, with commas. */
  get value(): string {
    return this.videoIds.join();
  }

  get form(): HTMLFormElement | null {
    return this.#internals?.form ?? null;
  }

  get labels(): NodeList | undefined {
    return this.#internals?.labels;
  }

  get validity(): ValidityState | undefined {
    return this.#internals?.validity;
  }

  get validationMessage(): string {
    return this.#internals?.validationMessage ?? "";
  }

  get willValidate(): boolean {
    return this.#internals?.willValidate ?? false;
  }

  checkValidity(): boolean {
    return this.#internals?.checkValidity() ?? true;
  }

  reportValidity(): boolean {
    return this.#internals?.reportValidity() ?? true;
  }

  formDisabledCallback(): void {
    this.set({ disabled: this.#isDisabled() });
    this.#update();
  }

  /** The form is to be as it was: what is on its way is given up. */
  formResetCallback(): void {
    for (const { id, state } of this.uploads) {
      this.#forgotten.add(id);
      if (!ARRIVED.has(state) && state !== "failed" && state !== "cancelled") this.cancel(id);
    }
    this.#update();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#update();
  }

  /** @internal */
  protected override changed(name: string): void {
    if (name === "name" || name === "required") this.#update();
    else super.changed(name);
  }

  /** @internal */
  protected options(): Record<string, unknown> {
    return {
      ...endpointOptions(this.endpoint, this.direct),
      headers: [...new Headers(this.#headers)],
      ticket: this.#ticket ?? null,
      provider: this.provider,
      accept: this.accept,
      multiple: this.multiple,
      maxFileSize: this.bytes("max-file-size"),
      maxDuration: this.maxDuration,
      chunkSize: this.bytes("chunk-size"),
      disabled: this.#isDisabled(),
      wholePage: this.wholePage && !this.noDrop,
    };
  }

  /** @internal An attribute that counts bytes. */
  protected bytes(name: string): number | null {
    return numberOf(this.getAttribute(name));
  }

  /** @internal */
  protected override mounted(): void {
    this.#update();
  }

  /** @internal The last is kept: a form that was filled in stays so while its element is away. */
  protected override unmounted(): void {
    this.#last = this.handle?.uploads ?? [];
  }

  /** @internal What the wasm tells. */
  protected readonly hear: Emit = (name, detail) => {
    // At mux-uploader the detail is the percentage: here it is where a number is wanted.
    const { total, acknowledged } = detail as { total: number; acknowledged: number };
    const percent = () => (total > 0 ? (100 * acknowledged) / total : 0);
    if (name === "progress") Object.defineProperty(detail, Symbol.toPrimitive, { value: percent });
    else if (!name.startsWith("chunk")) this.#update();
    this.emit(name, detail);
  };

  #do(action: Action, id?: string): void {
    this.with((handle) => handle[action](id));
  }

  #isDisabled(): boolean {
    return this.disabled || Boolean(this.parentElement?.closest("fieldset") && this.matches(":disabled"));
  }

  /** What a form and a style sheet see: the value, whether it is valid, states. */
  #update(): void {
    const internals = this.#internals;
    if (!internals) return;
    const { uploads, videoIds, name } = this;
    const data = new FormData();
    for (const id of name ? videoIds : []) data.append(name ?? "", id);
    internals.setFormValue(name ? data : null);
    const missing = this.required && videoIds.length === 0;
    const message = missing ? this.text("required", missingMessage()) : "";
    internals.setValidity(missing ? { valueMissing: true } : {}, message, this.wrapper);
    const any = (...states: string[]) => uploads.some(({ state }) => states.includes(state));
    const working = uploads.some(({ state }) => AT_WORK.has(state));
    const failed = any("failed");
    const complete = uploads.length > 0 && !working && !failed && uploads.every(({ state }) => ARRIVED.has(state));
    this.#state("empty", uploads.length === 0);
    this.#state("uploading", working);
    this.#state("offline", any("offline"));
    this.#state("paused", any("paused") && !working);
    this.#state("processing", any("processing", "uploaded"));
    this.#state("complete", complete);
    this.#state("error", failed);
    // mux-uploader's, which its pages' style sheets ask for.
    this.toggleAttribute("upload-in-progress", working);
    this.toggleAttribute("upload-complete", complete);
    this.toggleAttribute("upload-error", failed);
  }

  #state(name: string, on: boolean): void {
    try {
      if (on) this.#internals?.states.add(name);
      else this.#internals?.states.delete(name);
    } catch {
      // Chromium before 125 takes names with dashes only.
    }
  }

  declare addEventListener: UploadListening;
  declare removeEventListener: UploadListening;
}

/** What the browser says of a field that needs a file, in its own language. */
function missingMessage(): string {
  const probe = Object.assign(document.createElement("input"), { type: "file", required: true });
  return probe.validationMessage || "Please select a file.";
}

/** `addEventListener` and its counterpart, with the types of the element's own events. */
export interface UploadListening {
  <K extends keyof UploaderEventMap>(
    type: K,
    listener: (event: UploaderEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  <K extends Exclude<keyof HTMLElementEventMap, keyof UploaderEventMap>>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

reflect(UploadElement.prototype, UPLOADER_ATTRIBUTES);

/** `<reelway-uploader>`: a zone to drop videos on, and a row for each. */
export class UploaderElement extends UploadElement<UploaderInstance> {
  /** @internal */
  protected create(root: HTMLElement, options: object): UploaderInstance {
    const Handle = this.wasm.glue.UploaderHandle;
    if (!Handle) throw new TypeError("This entry has no uploader.");
    return new Handle(root, { ...options, whole: this.wasm.whole }, this.hear);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "reelway-uploader": UploaderElement;
  }
}
