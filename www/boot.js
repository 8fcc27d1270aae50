// Starts the page: the two things that wasm can't do for itself under a strict Content-Security-Policy.

// 1. `import()` of the playback engine, when a player first needs it.
const vendor = new URL("./vendor/hls-1.7.4/", import.meta.url);
globalThis.reelwayEngines = {
  hls: () => import(new URL("hls.min.mjs", vendor).href).then((module) => module.default),
  hlsWorker: new URL("hls.worker.js", vendor).href,
};

// 2. Starting wasm. Trunk names both files in the head, with their hashes.
const { default: init } = await import(document.head.querySelector('link[rel="modulepreload"]').href);
await init({ module_or_path: document.head.querySelector('link[rel="preload"][as="fetch"]').href });
