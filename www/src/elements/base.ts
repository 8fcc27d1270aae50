import type { Handle } from "./handles.js";
import { directionOf, languageOf, localeOf, textsFor } from "./texts.js";
import type { ElementFailure, Texts } from "./types.js";
import type { Wasm } from "./wasm.js";

/** What the element is where there is no DOM: a server can import the package, and render its tags. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

export type Kind = "text" | "flag" | "number";

/** Of these in so many milliseconds, a wasm that breaks down again and again is left alone. */
const [BREAKS, WITHIN] = [3, 10_000];

/**
 * What the elements have in common. The class is there before its wasm: it takes attributes and properties, loads the wasm
 * when it is first in a page, and mounts what is behind it into one wrapper of its shadow root.
 */
export abstract class ReelwayElement<H extends Handle> extends Base {
  /** @internal Of the entry. */
  static wasm: Wasm;
  /** @internal Of the entry. */
  static css: string;
  /** @internal */
  static focuses = false;

  /** @internal What is mounted. */
  protected handle?: H;
  /** @internal */
  protected wrapper?: HTMLElement;
  #mounting = false;
  #texts?: Texts;
  #own?: Texts;
  #breaks: number[] = [];
  #waiting: ((handle: H) => void)[] = [];
  #tenant = { broke: () => this.#broke(), left: () => this.#unmount() };

  /** Strings of the page's own, by their keys: they go before those of the language. */
  get texts(): Texts | undefined {
    return this.#own;
  }

  set texts(texts: Texts | undefined) {
    this.#own = texts;
    this.set({ texts: this.#allTexts() });
    this.spoken();
  }

  /** The language that the element speaks. */
  get language(): string {
    return this.getAttribute("lang") ?? this.getAttribute("locale") ?? languageOf(this);
  }

  connectedCallback(): void {
    this.#takeEarlyProperties();
    void this.#mount();
  }

  /** A move is a removal and an insertion: what is taken away is what is not back after a task. */
  disconnectedCallback(): void {
    setTimeout(() => {
      if (!this.isConnected) this.#unmount();
    });
  }

  /** With this, `moveBefore` calls neither of the two. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === "lang" || name === "locale") void this.#speak();
    else this.changed(name);
  }

  /** @internal An attribute is another one now. */
  protected changed(_name: string): void {
    this.set(this.options());
  }

  /** @internal All that the handle is told. */
  protected abstract options(): Record<string, unknown>;
  /** @internal Mounts it. */
  protected abstract create(root: HTMLElement, options: object): H;
  /** @internal Before the wasm is there. */
  protected prepare(): void {}
  /** @internal It is mounted. */
  protected mounted(_handle: H): void {}
  /** @internal There are other texts now. */
  protected spoken(): void {}
  /** @internal It is no more. */
  protected unmounted(): void {}

  /** @internal */
  protected get wasm(): Wasm {
    return (this.constructor as typeof ReelwayElement).wasm;
  }

  /** @internal */
  protected set(options: object): void {
    this.wasm.call(() => this.handle?.set(options));
  }

  /** @internal Does something with the handle, now or once it is there. */
  protected with(action: (handle: H) => void): void {
    const { handle } = this;
    if (handle && this.#waiting.length === 0) {
      this.wasm.call(() => action(handle));
      return;
    }
    this.#waiting.push(action);
    this.wasm.hurry();
  }

  /** @internal Forgets what was to be done once it is there. */
  protected forget(): void {
    this.#waiting = [];
  }

  /** @internal */
  protected emit(name: string, detail: unknown, bubbles = true): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles, composed: bubbles }));
  }

  /** Frameworks set properties of elements whose class is not there yet: those would hide its accessors. */
  #takeEarlyProperties(): void {
    for (const name of Object.keys(this) as (keyof this)[]) {
      if (!(name in Object.getPrototypeOf(this))) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  /** @internal What was to be done before it was there is done after this. */
  protected get held(): Promise<void> | undefined {
    return undefined;
  }

  #catchUp(): void {
    if (this.handle) for (const action of this.#waiting.splice(0)) this.with(action);
  }

  async #mount(): Promise<void> {
    if (this.handle || this.#mounting) return;
    this.#mounting = true;
    this.#root();
    this.prepare();
    const { language } = this;
    try {
      const [texts] = await Promise.all([textsFor(language), this.wasm.load()]);
      // Another one that was set meanwhile has its own texts, here or on their way.
      if (language === this.language) this.#texts = texts;
    } catch (error) {
      this.#fail({ code: "not_loaded", message: `The wasm of reelway can't be loaded: ${String(error)}` });
      return;
    } finally {
      this.#mounting = false;
    }
    if (!this.isConnected || this.handle) return;
    const root = this.#root();
    root.dir = directionOf(this.#texts ? this.language : "en");
    const options = { ...this.options(), texts: this.#allTexts(), locale: localeOf(this.language) };
    this.wasm.tenants.add(this.#tenant);
    this.handle = this.wasm.call(() => this.create(root, options));
    const { handle } = this;
    if (!handle) return;
    this.mounted(handle);
    const { held } = this;
    if (held && this.#waiting.length > 0) void held.then(() => this.#catchUp());
    else this.#catchUp();
    if (language !== this.language) void this.#speak();
  }

  /** The wrapper in the shadow root, which both the first call makes. */
  #root(): HTMLElement {
    const { css, focuses } = this.constructor as typeof ReelwayElement;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: focuses });
    const sheet = sheetOf(css);
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    if (!this.wrapper) {
      this.wrapper = document.createElement("div");
      this.wrapper.setAttribute("part", "root");
      root.append(this.wrapper);
    }
    return this.wrapper;
  }

  #unmount(): void {
    const { handle } = this;
    if (!handle) return;
    this.unmounted();
    this.handle = undefined;
    this.wasm.tenants.delete(this.#tenant);
    this.wasm.call(() => {
      handle.destroy();
      handle.free?.();
    });
    this.wrapper?.remove();
    this.wrapper = undefined;
  }

  /** The wasm is a new one: so is what it had mounted. */
  #broke(): void {
    this.handle = undefined;
    for (const video of this.wrapper?.querySelectorAll("video") ?? []) {
      // The engine has nobody any more who would end it.
      video.removeAttribute("src");
      video.load();
    }
    this.wrapper?.remove();
    this.wrapper = undefined;
    const now = performance.now();
    this.#breaks = [...this.#breaks.filter((time) => now - time < WITHIN), now];
    const often = this.#breaks.length > BREAKS;
    this.#fail({ code: "internal", message: "Something is wrong inside reelway: it has begun anew.", fatal: often });
    if (this.isConnected && !often) void this.#mount();
  }

  #fail(failure: ElementFailure): void {
    this.emit("error", failure, false);
  }

  async #speak(): Promise<void> {
    const { language } = this;
    const texts = await textsFor(language);
    if (language !== this.language) return;
    this.#texts = texts;
    if (this.wrapper) this.wrapper.dir = directionOf(texts ? language : "en");
    this.set({ texts: this.#allTexts(), locale: localeOf(language) });
    this.spoken();
  }

  #allTexts(): Texts {
    return { ...this.#texts, ...this.#own };
  }

  /** @internal A text that this class shows by itself. */
  protected text(key: string, otherwise: string): string {
    return this.#own?.[key] ?? this.#texts?.[key] ?? otherwise;
  }
}

const HOST = `:host{display:block;position:relative}:host([hidden]){display:none}`;
const sheets = new Map<string, CSSStyleSheet>();

/** One sheet for all elements of a kind. A Content-Security-Policy does not mind this way. */
function sheetOf(css: string): CSSStyleSheet {
  let sheet = sheets.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(HOST + css);
    sheets.set(css, sheet);
  }
  return sheet;
}

/** `maxFileSize` of `max-file-size`. */
export const propertyOf = (attribute: string): string => attribute.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Gives a class a property for each attribute, which it reflects. What it has of its own stays. */
export function reflect(prototype: HTMLElement, attributes: Record<string, Kind>): void {
  for (const [name, kind] of Object.entries(attributes)) {
    const property = propertyOf(name);
    if (Object.hasOwn(prototype, property)) continue;
    Object.defineProperty(prototype, property, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        if (kind === "flag") return this.hasAttribute(name);
        const value = this.getAttribute(name);
        return kind === "number" ? numberOf(value) : value;
      },
      set(this: HTMLElement, value: unknown) {
        if (kind === "flag") this.toggleAttribute(name, Boolean(value));
        else if (value == null || value === "") this.removeAttribute(name);
        else this.setAttribute(name, String(value));
      },
    });
  }
}

/** A number that is one and above zero; otherwise nothing. */
export function numberOf(value: string | null): number | null {
  const number = Number.parseFloat(value ?? "");
  return number >= 0 ? number : null;
}

/** Defines a tag, unless somebody has. */
export function defineOnce(tag: string, element: CustomElementConstructor): void {
  const registry = globalThis.customElements;
  if (registry && !registry.get(tag)) registry.define(tag, element);
}
