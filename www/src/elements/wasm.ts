import { configuration } from "./config.js";
import type { MediaHandle, PlayerHandle, UploaderHandle, VideoHandle } from "./handles.js";

/** An entry's wasm with its glue, as wasm-bindgen makes it. */
export interface Glue {
  default(options?: { module_or_path: string | URL }): Promise<unknown>;
  __wbg_reset_state(): void;
  /** Fetches the part that is loaded later: from this URL, or from beside that of the wasm. */
  later(url?: string | URL, wasm?: string | URL): Promise<unknown>;
  /** Gives the wasm that part, which has been fetched. */
  fill(): void;
  PlayerHandle?: PlayerHandle;
  UploaderHandle?: UploaderHandle;
  VideoHandle?: VideoHandle;
}

export type { MediaHandle };

/** Who is told what becomes of the wasm and of the page. */
export interface Tenant {
  /** The wasm has broken down. */
  broke(): void;
  /** The page is left, for good. */
  left(): void;
}

/** Milliseconds after which what comes later is asked for again. */
const PAUSES = [1_000, 4_000, 15_000];

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
  /** Done when all of it is there. It works before, only that the whole page waits for what is called then. */
  whole?: Promise<void>;
  isWhole = false;
  #hurry = () => {};
  #hurried = new Promise<void>((done) => {
    this.#hurry = done;
  });

  /** Loads it, once; after a failure the next call tries again. */
  load(): Promise<void> {
    const { wasm } = configuration;
    return (this.#loading ??= this.#loadFirst(wasm ? { module_or_path: wasm } : undefined));
  }

  /** Somebody waits for all of it. */
  hurry(): void {
    this.#hurry();
  }

  async #loadFirst(options?: { module_or_path: string | URL }): Promise<void> {
    const first = this.glue.default(options);
    this.whole ??= this.#loadLater(first);
    try {
      await first;
      this.ready = true;
      this.#watch();
    } catch (error) {
      this.#loading = this.whole = undefined;
      throw error;
    }
  }

  async #loadLater(first: Promise<unknown>): Promise<void> {
    const { later, wasm } = configuration;
    const there = first.then(
      () => true,
      () => false,
    );
    const painted = there.then(async (is) => {
      if (is) await idle();
      return is;
    });
    const hurried = this.#hurried.then(() => true);
    if (!(await Promise.race([hurried, painted]))) return;
    for (const wait of PAUSES) {
      try {
        await this.glue.later(later, wasm);
        break;
      } catch {
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    if (!(await there)) return;
    this.call(() => this.glue.fill());
    this.isWhole = true;
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
    // Firefox runs what promises have waited for even then, and what is called on `self` happens to the next page.
    addEventListener("pagehide", ({ persisted }) => {
      if (persisted === false && this.isWhole) for (const tenant of [...this.tenants]) tenant.left();
    });
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
  const { requestIdleCallback: ask } = globalThis as { requestIdleCallback?: typeof requestIdleCallback };
  return new Promise((done) => (ask ? ask(done, { timeout: 1_000 }) : setTimeout(done)));
}

/** A panic is a trap, which nothing else is that comes out of a page's own code. */
function isPanic(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
