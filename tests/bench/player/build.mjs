// Builds a page for each player: `node build.mjs <folder for the pages> <folder of Reelway's modules>`.
//
// Each page is as its player's documentation has it, bundled by esbuild as one entry with chunks, minified, and its HTML
// names what the entry imports statically, as bundlers do. `pages.json` says what a page loads at once.

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [folder, modules] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));

const SRC = "/media/master.m3u8";
const BODIES = {
  hls: `<video muted autoplay playsinline controls></video>`,
  "hls-720": `<video muted autoplay playsinline controls></video>`,
  "mux-player": `<mux-player src="${SRC}" muted autoplay prefer-playback="mse" disable-tracking disable-cookies></mux-player>`,
  vidstack:
    `<media-player src="${SRC}" muted autoplay playsinline load="eager"><media-provider></media-provider>` +
    `<media-video-layout></media-video-layout></media-player>`,
  videojs: `<video class="video-js" muted autoplay playsinline controls preload="auto"></video>`,
  videojs10:
    `<video-player><video-skin><hls-video muted autoplay playsinline></hls-video></video-skin></video-player>`,
  reelway: `<div id="player"></div>`,
};

/** All are as large, so that none that minds its size has another reason to choose a rendition. */
const STYLE = "main { width: 960px; aspect-ratio: 16 / 9 } main > * { width: 100%; height: 100%; display: block }";

const pages = {};
for (const [name, body] of Object.entries(BODIES)) {
  const out = join(folder, name);
  await mkdir(out, { recursive: true });
  const ours = name === "reelway";
  const { metafile } = await build({
    entryPoints: [join(here, "pages", `${name}.js`)],
    outdir: out,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2022",
    conditions: ["production"],
    define: { "process.env.NODE_ENV": '"production"' },
    external: ours ? ["./player.js"] : [],
    logLevel: "warning",
  });
  const outputs = Object.fromEntries(
    Object.entries(metafile.outputs).map(([path, output]) => [relative(out, join(process.cwd(), path)), output]),
  );
  const imported = new Set();
  const follow = (file) => {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) {
      const target = relative(out, join(process.cwd(), path));
      if (kind !== "import-statement" || external || imported.has(target)) continue;
      imported.add(target);
      follow(target);
    }
  };
  follow(`${name}.js`);
  let head = "";
  let first = [`${name}.js`, ...imported];
  if (outputs[`${name}.css`]) {
    first.push(`${name}.css`);
    head += `<link rel="stylesheet" href="${name}.css">`;
  }
  if (ours) {
    for (const file of ["player.js", "reelway_player_bg.wasm", "hls.min.mjs", "hls.worker.js"]) {
      await cp(join(modules, file), join(out, file));
    }
    first.push("player.js", "reelway_player_bg.wasm");
    imported.add("player.js");
    head += `<link rel="preload" as="fetch" crossorigin href="reelway_player_bg.wasm">`;
  }
  head += [...imported].map((file) => `<link rel="modulepreload" href="${file}">`).join("");
  await writeFile(
    join(out, "index.html"),
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><style>${STYLE}</style>${head}` +
      `<script type="module" src="${name}.js"></script><main>${body}</main></html>\n`,
  );
  pages[name] = first;
}
await writeFile(join(folder, "pages.json"), JSON.stringify(pages, null, 2));
