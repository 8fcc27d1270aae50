// Other people's clients, as a page would use them. Each function resolves to what the test wants to know, and is
// rejected unless the client itself reports success.

import * as UpChunk from "@mux/upchunk";
import * as tus from "tus-js-client";

const SLOW = [100, 300, 1000, 2000, 3000, 3000, 3000];

/** A file in which no two stretches are alike, and its SHA-256 in hexadecimal digits. */
export async function makeFile(size) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  const bytes = new Uint8Array(words.buffer, 0, size);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { file: new File([bytes], "holiday.mp4", { type: "video/mp4" }), sha256 };
}

/** What the client has asked, one request a line: `PATCH 1000 204`. */
function noting(log) {
  return {
    onAfterResponse(request, response) {
      const offset = request.getHeader("Upload-Offset") ?? "";
      log.push(`${request.getMethod()} ${offset} ${response.getStatus()}`.replace("  ", " "));
    },
  };
}

/** tus-js-client. `abortAt`: stops there, and a second upload that finds the first one's traces goes on. */
export async function uploadByTus(file, { abortAt, stream, ...options }) {
  const log = [];
  const metadata = { filename: file.name, filetype: file.type };
  const begin = (more, resolve, reject) => {
    const source = stream ? file.stream().getReader() : file;
    const common = { metadata, retryDelays: SLOW, onSuccess: resolve, onError: reject, ...noting(log) };
    return new tus.Upload(source, { ...common, ...options, ...more });
  };
  if (abortAt) {
    await new Promise((resolve, reject) => {
      const onChunkComplete = async (_, accepted) => {
        if (accepted < abortAt) return;
        await upload.abort();
        resolve();
      };
      const upload = begin({ onChunkComplete }, () => reject(new Error("it was not to end")), reject);
      upload.start();
    });
    log.push("abort");
  }
  const upload = await new Promise((resolve, reject) => {
    const upload = begin({}, () => resolve(upload), reject);
    upload.findPreviousUploads().then((previous) => {
      if (abortAt) upload.resumeFromPreviousUpload(previous[0]);
      upload.start();
    }, reject);
  });
  const head = await fetch(upload.url, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
  return { video: head.headers.get("reelway-video"), offset: Number(head.headers.get("upload-offset")), log };
}

/** UpChunk. */
export function uploadByUpChunk(file, options) {
  return new Promise((resolve, reject) => {
    const upload = UpChunk.createUpload({ file, ...options });
    const progress = [];
    upload.on("progress", ({ detail }) => progress.push(detail));
    upload.on("error", ({ detail }) => reject(new Error(detail.message)));
    upload.on("success", () => resolve({ progress }));
  });
}
