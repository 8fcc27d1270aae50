import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { form, thanks } from "./page.js";

const endpoint = process.env.REELWAY_URL ?? "http://127.0.0.1:8787";
const kinds = { ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/") {
    // A form field like any other: `video` is the video's id, once for each video.
    const fields = request.method === "POST" && (await body(request));
    response.setHeader("content-type", "text/html; charset=utf-8");
    return fields ? thanks(endpoint, fields.get("name") ?? "", fields.getAll("video")) : form(endpoint);
  }
  const path = pathname.replace(/^\/reelway\//, "/node_modules/reelway/dist/");
  response.setHeader("content-type", kinds[extname(path)] ?? "application/octet-stream");
  return readFile(new URL(`.${path}`, import.meta.url));
}

const server = createServer(async (request, response) => {
  try {
    response.end(await answer(request, response));
  } catch {
    response.writeHead(404).end();
  }
});

server.listen(process.env.PORT ?? 3000, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
