import type { Texts } from "./types.js";

interface Module {
  default: Texts;
}

// Written out, so that bundlers make a chunk of each. English is in the wasm.
/* eslint-disable @typescript-eslint/ban-ts-comment */
const LANGUAGES: Record<string, () => Promise<Module>> = {
  // @ts-ignore
  ar: () => import("./texts/ar.js"),
  // @ts-ignore
  de: () => import("./texts/de.js"),
  // @ts-ignore
  es: () => import("./texts/es.js"),
  // @ts-ignore
  fr: () => import("./texts/fr.js"),
  // @ts-ignore
  hi: () => import("./texts/hi.js"),
  // @ts-ignore
  it: () => import("./texts/it.js"),
  // @ts-ignore
  ja: () => import("./texts/ja.js"),
  // @ts-ignore
  nl: () => import("./texts/nl.js"),
  // @ts-ignore
  pt: () => import("./texts/pt.js"),
  // @ts-ignore
  zh: () => import("./texts/zh-Hans.js"),
};

/** The languages that have texts. */
export const languages: readonly string[] = ["en", ...Object.keys(LANGUAGES)];

/** The texts of a BCP 47 tag; nothing for English, and for a language that has none. */
export async function textsFor(tag: string): Promise<Texts | undefined> {
  const load = LANGUAGES[tag.toLowerCase().split("-", 1)[0] ?? ""];
  // Without its language an element speaks English rather than not at all.
  return load?.().then(
    (module) => module.default,
    () => undefined,
  );
}

/** The language that an element stands in: its own `lang`, or that of the nearest around it, across shadow roots. */
export function languageOf(element: Element): string {
  for (let at: Element | null = element; at; ) {
    const found: Element | null = at.closest("[lang]");
    if (found) return found.getAttribute("lang") ?? "";
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return document.documentElement.lang;
}

/** A tag that `Intl` takes: others would throw. */
export function localeOf(tag: string): string | undefined {
  try {
    return tag ? Intl.getCanonicalLocales(tag)[0] : undefined;
  } catch {
    return undefined;
  }
}

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);

/** The direction of a language's texts. */
export const directionOf = (tag: string): "rtl" | "ltr" =>
  RIGHT_TO_LEFT.has(tag.toLowerCase().split("-", 1)[0] ?? "") ? "rtl" : "ltr";
