/** Where a page keeps the package's files, if not beside its modules. */
export interface Configuration {
  /** The URL of the entry's wasm: for a CDN, or where a bundler does not move it. */
  wasm?: string | URL;
  /** The URL of the part of it that is loaded later. Left out: beside `wasm`, under the name that it has in this package. */
  later?: string | URL;
  /** Gives hls.js' class. Left out: the copy in this package, when a player first needs it. */
  engine?: () => Promise<unknown>;
  /** The URL of hls.js' worker; `null`: it works on the main thread. Left out: the copy in this package. */
  worker?: string | URL | null;
}

export const configuration: Configuration = {};

/** Says where files are. What is left out stays. Before the first element is in the page: later it does nothing. */
export function configure(changes: Configuration): void {
  Object.assign(configuration, changes);
}

/** The same as `configure({ wasm: url })`. */
export function setWasmUrl(url: string | URL): void {
  configure({ wasm: url });
}

interface Policy {
  createScriptURL(url: string): string;
}

declare global {
  // What hls.js of this package asks before it starts its worker, and who else brings an engine.
  // eslint-disable-next-line no-var
  var reelwayEngines: { trust?: (url: string) => string } | undefined;
}

/** hls.js, from this package unless the page says otherwise. */
export const engine = (): Promise<unknown> => {
  if (configuration.engine) return configuration.engine();
  trustWorker();
  // @ts-ignore: it has types only under its own name.
  return import("./hls.min.mjs").then((module: { default: unknown }) => module.default);
};

/** The URL of its worker. */
export function worker(): string | undefined {
  if (configuration.worker === null) return undefined;
  return String(configuration.worker ?? new URL("./hls.worker.js", import.meta.url));
}

/** Where Trusted Types are required, a worker's URL has to come from a policy: `reelway`, which knows this one only. */
function trustWorker(): void {
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): Policy } }).trustedTypes;
  const engines = (globalThis.reelwayEngines ??= {});
  if (!types || engines.trust) return;
  const own = worker();
  try {
    const policy = types.createPolicy("reelway", {
      createScriptURL(url: string) {
        if (!own || url !== new URL(own, location.href).href) throw new TypeError("Not the worker of reelway.");
        return url;
      },
    });
    engines.trust = (url) => policy.createScriptURL(url);
  } catch {
    // The page's list of policies lacks it: hls.js works on the main thread.
  }
}
