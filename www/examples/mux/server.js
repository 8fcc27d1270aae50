import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const { MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_API = "https://api.mux.com" } = process.env;
// Of a domain of your own, if Mux plays from one.
const { MUX_STREAM: streamBase, MUX_IMAGE: imageBase } = process.env;
const kinds = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

async function mux(method, path, body) {
  const authorization = `Basic ${btoa(`${MUX_TOKEN_ID}:${MUX_TOKEN_SECRET}`)}`;
  const headers = { authorization, "content-type": "application/json" };
  const answer = await fetch(MUX_API + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`Mux answers with ${answer.status}`);
  return (await answer.json()).data;
}

async function create(request) {
  const { id, url } = await mux("POST", "/video/v1/uploads", {
    cors_origin: request.headers.origin,
    new_asset_settings: { playback_policies: ["public"] },
  });
  return { id, url };
}

async function look(id) {
  const { asset_id } = await mux("GET", `/video/v1/uploads/${encodeURIComponent(id)}`);
  const asset = asset_id && (await mux("GET", `/video/v1/assets/${asset_id}`));
  if (asset?.status !== "ready") return {};
  return { playbackId: asset.playback_ids[0].id, streamBase, imageBase };
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname.startsWith("/uploads")) {
    response.setHeader("content-type", "application/json");
    return JSON.stringify(request.method === "POST" ? await create(request) : await look(pathname.split("/")[2]));
  }
  const path = pathname.replace(/^\/$/, "/index.html").replace(/^\/reelway\//, "/node_modules/reelway/dist/");
  response.setHeader("content-type", kinds[extname(path)] ?? "application/octet-stream");
  return readFile(new URL(`.${path}`, import.meta.url));
}

const server = createServer(async (request, response) => {
  try {
    response.end(await answer(request, response));
  } catch (error) {
    response.writeHead(error.code === "ENOENT" ? 404 : 502).end();
  }
});

server.listen(process.env.PORT ?? 3000, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
