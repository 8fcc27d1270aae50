// cloudflare and tus-js-client against the emulator. `node --input-type=module - CHAPTER < cloudflare.mjs`, in the folder
// of its node_modules. EMULATOR: {"hosts": {api, upload, video, admin}, "account", "token"}.

import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import Cloudflare from "cloudflare";
import { Upload } from "tus-js-client";

const { hosts, account, token } = JSON.parse(process.env.EMULATOR);
const client = (apiToken = token, options = {}) =>
  new Cloudflare({ apiToken, baseURL: `${hosts.api}/client/v4`, ...options });
const { stream } = client();
const mine = { account_id: account };
const CHUNK = 5 * 1024 * 1024;
const base64 = (text) => Buffer.from(text).toString("base64");
const status = async (url) => (await fetch(url)).status;

async function admin(path, body) {
  const answer = await fetch(hosts.admin + path, body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, path);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

/** Asks until it is so: the emulator processes in a task of its own. */
async function until(what, ask) {
  for (let tries = 0; tries < 1200; tries += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not come`);
}

async function created(size, metadata = {}) {
  const pairs = { maxDurationSeconds: "600", ...metadata };
  const answer = await stream.create({
    ...mine,
    "Tus-Resumable": "1.0.0",
    "Upload-Length": size,
    "Upload-Creator": "u1",
    "Upload-Metadata": Object.entries(pairs).map(([key, value]) => (value ? `${key} ${base64(value)}` : key)).join(","),
    direct_user: true,
  }).asResponse();
  assert.equal(answer.status, 201);
  return { uid: answer.headers.get("stream-media-id"), url: answer.headers.get("location") };
}

const sent = (uploadUrl, file, options = {}) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      uploadUrl, chunkSize: CHUNK, retryDelays: null, onSuccess: resolve, onError: reject, ...options,
    });
    upload.start();
  });

const state = async (uid, wanted) =>
  until(wanted, async () => {
    const video = await stream.get(uid, mine);
    return video.status.state === wanted && video;
  });

const chapters = {
  async uploads() {
    const file = randomBytes(2 * CHUNK + 1000);
    const { uid, url } = await created(file.length, { name: "T", requiresignedurls: "" });
    const waiting = await stream.get(uid, mine);
    assert.deepEqual([waiting.status.state, waiting.readyToStream, waiting.duration], ["pendingupload", false, -1]);
    await sent(url, file);
    const sha256 = createHash("sha256").update(file).digest("hex");
    assert.deepEqual(await admin(`/uploads/${uid}`), { size: file.length, sha256 });
    const video = await state(uid, "ready");
    assert.deepEqual([video.creator, video.meta.name, video.requireSignedURLs], ["u1", "T", true]);
    assert.deepEqual([video.readyToStream, video.size], [true, file.length]);
    assert.ok(video.duration > 0);

    // A chunk that is too short for Cloudflare.
    const other = await created(file.length);
    await assert.rejects(sent(other.url, file, { chunkSize: 262144 }));
    const form = await stream.directUpload.create({ ...mine, maxDurationSeconds: 60, creator: "u2" });
    const body = new FormData();
    body.append("file", new Blob([file.subarray(0, 1000)]));
    assert.equal((await fetch(form.uploadURL, { method: "POST", body })).status, 200);
    await state(form.uid, "ready");
    assert.equal((await admin(`/uploads/${form.uid}`)).size, 1000);
  },

  /** Goes on where a reset has left it. */
  async resumes() {
    const file = randomBytes(3 * CHUNK);
    const { uid, url } = await created(file.length);
    await admin("/faults", { host: "upload", method: "PATCH", skip: 1, spoil: "unanswered" });
    await sent(url, file, { retryDelays: [0, 100] });
    const sha256 = createHash("sha256").update(file).digest("hex");
    assert.deepEqual(await admin(`/uploads/${uid}`), { size: file.length, sha256 });
  },

  async videos() {
    const { uid } = await admin("/videos", { signed: false });
    const listed = [];
    for await (const video of stream.list({ ...mine, status: "ready" })) listed.push(video.uid);
    assert.deepEqual(listed, [uid]);
    const edited = await stream.edit(uid, { ...mine, requireSignedURLs: true, meta: { name: "New" } });
    assert.deepEqual([edited.requireSignedURLs, edited.meta.name], [true, "New"]);
    await stream.delete(uid, mine);
    await assert.rejects(stream.get(uid, mine), Cloudflare.NotFoundError);
  },

  async errors() {
    await assert.rejects(client("wrong").stream.get("x", mine), Cloudflare.PermissionDeniedError);
    await assert.rejects(stream.get("none", mine), (error) => {
      assert.ok(error instanceof Cloudflare.NotFoundError);
      assert.equal(error.errors[0].message, "not_found");
      return true;
    });
    await assert.rejects(stream.directUpload.create({ ...mine }), Cloudflare.BadRequestError);
    await admin("/faults", { host: "api", spoil: { status: { status: 429, retry_after: 1, body: "{}" } } });
    await assert.rejects(client(token, { maxRetries: 0 }).stream.get("none", mine), Cloudflare.RateLimitError);

    await admin("/outcome", { error: { code: "ERR_NON_VIDEO", text: "no video" } });
    const { uid, url } = await created(1000);
    await sent(url, randomBytes(1000));
    const video = await state(uid, "error");
    assert.equal(video.status.errorReasonCode, "ERR_NON_VIDEO");
  },

  async tokens() {
    const { uid: signed } = await admin("/videos", { signed: true });
    const { uid: open } = await admin("/videos", { signed: false });
    const { token: name } = await stream.token.create(signed, mine);
    const manifest = (name) => `${hosts.video}/${name}/manifest/video.m3u8`;
    const playlist = await fetch(manifest(name));
    assert.equal(playlist.status, 200);
    const rendition = (await playlist.text()).split("\n").find((line) => line && !line.startsWith("#"));
    assert.match(await (await fetch(rendition)).text(), /#EXTINF/);
    assert.deepEqual(await Promise.all([manifest(signed), manifest(open)].map(status)), [401, 200]);
    const picture = await fetch(`${hosts.video}/${name}/thumbnails/thumbnail.jpg?time=1s&height=90`);
    assert.deepEqual([picture.status, picture.headers.get("content-type")], [200, "image/jpeg"]);
    await admin("/clock", { advance: 3601 });
    assert.equal(await status(manifest(name)), 401, "the token is over");

    const key = await stream.keys.create(mine);
    assert.match(Buffer.from(key.pem, "base64").toString(), /^-----BEGIN RSA PRIVATE KEY-----/);
    const listed = [];
    for await (const one of stream.keys.get(mine)) listed.push(one.id);
    assert.deepEqual(listed, [key.id]);
    await stream.keys.delete(key.id, mine);
  },

  async webhooks() {
    const calls = [];
    const server = http.createServer(async (request, response) => {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      calls.push({ signature: request.headers["webhook-signature"], body: Buffer.concat(pieces) });
      response.end();
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${server.address().port}/hook`;
    const { secret } = await stream.webhooks.update({ ...mine, notificationUrl: url });
    assert.equal((await stream.webhooks.get(mine)).notificationUrl, url);
    const { uid, url: target } = await created(1000);
    await sent(target, randomBytes(1000));
    const [{ signature, body }] = await until("the webhook", async () => calls.length > 0 && calls);
    const [, time, sig1] = signature.match(/^time=(\d+),sig1=([0-9a-f]{64})$/);
    assert.equal(createHmac("sha256", secret).update(`${time}.`).update(body).digest("hex"), sig1);
    assert.deepEqual([JSON.parse(body).uid, JSON.parse(body).status.state], [uid, "ready"]);
    await stream.webhooks.delete(mine);
    server.close();
    server.closeAllConnections();
  },
};

await chapters[process.argv[2]]();
