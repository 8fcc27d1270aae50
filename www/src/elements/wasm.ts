import { configuration } from "./config.js";
import type { MediaHandle, PlayerHandle, UploaderHandle, VideoHandle } from "./handles.js";

/** An entry's wasm with its glue, as wasm-bindgen makes it. */
export interface Glue {
  default(options?: { module_or_path: string | URL }): Promise<unknown>;
  __wbg_reset_state(): void;
  /** Loads what a plain visit does not run: from this URL, or from beside that of the wasm. */
  later(url?: string | URL, wasm?: string | URL): Promise<void>;
  PlayerHandle?: PlayerHandle;
  UploaderHandle?: UploaderHandle;
  VideoHandle?: VideoHandle;
}

export type { MediaHandle };

/** Who is told that the wasm has broken down. */
export interface Tenant {
  broke(): void;
}

/** One instance for all elements of an entry: loaded when the first is in the page, and made anew when it has broken down. */
export class Wasm {
  readonly glue: Glue;
  readonly tenants = new Set<Tenant>();
  #loading?: Promise<void>;
  #watched = false;

  constructor(glue: Glue) {
    this.glue = glue;
  }

  ready = false;
  /** Done when all of it is there. It works before, only that what is called then is waited for by the whole page. */
  whole?: Promise<void>;

  /** Loads it, once; after a failure the next call tries again. */
  load(): Promise<void> {
    const { wasm } = configuration;
    return (this.#loading ??= this.glue.default(wasm ? { module_or_path: wasm } : undefined).then(
      () => {
        this.ready = true;
        this.#watch();
        this.whole = this.#loadLater().catch(() => {});
      },
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    ));
  }

  async #loadLater(): Promise<void> {
    await idle();
    await this.glue.later(configuration.later, configuration.wasm);
  }

  /** Calls into it. After a panic it is made anew, and its elements with it. */
  call<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!isPanic(error)) throw error;
      this.#restart();
      return undefined;
    }
  }

  /** What the browser calls, listeners and timers, ends up here when it panics. */
  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    addEventListener("error", ({ error }) => this.#judge(error));
    addEventListener("unhandledrejection", ({ reason }) => this.#judge(reason));
  }

  #judge(error: unknown): void {
    if (this.ready && isPanic(error)) this.#restart();
  }

  #restart(): void {
    const tenants = [...this.tenants];
    this.tenants.clear();
    this.glue.__wbg_reset_state();
    for (const tenant of tenants) tenant.broke();
  }
}

/** The page has nothing else to do: it has painted what there is. */
function idle(): Promise<unknown> {
  return new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done));
}

/** A panic is a trap, which nothing else is that comes out of a page's own code. */
function isPanic(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
