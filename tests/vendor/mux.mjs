// @mux/mux-node against the emulator. `node --input-type=module - CHAPTER < mux.mjs`, in the folder of its node_modules.
// EMULATOR: {"hosts": {api, upload, stream, image, admin}, "token_id", "token_secret"}.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import Mux from "@mux/mux-node";

const { hosts, token_id: tokenId, token_secret: tokenSecret } = JSON.parse(process.env.EMULATOR);
const client = (options = {}) => new Mux({ tokenId, tokenSecret, baseURL: hosts.api, ...options });
const mux = client();
const QUANTUM = 262144;

async function admin(path, body) {
  const answer = await fetch(hosts.admin + path, body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
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

const create = (settings = { playback_policies: ["public"] }) =>
  mux.video.uploads.create({ cors_origin: "https://app.example", new_asset_settings: settings });

/** Three chunks: two of whole quanta, and the rest. */
async function send(upload, file) {
  const parts = [[0, QUANTUM], [QUANTUM, 2 * QUANTUM], [2 * QUANTUM, file.length]];
  let answer;
  for (const [first, end] of parts) {
    answer = await fetch(upload.url, {
      method: "PUT",
      headers: { "Content-Range": `bytes ${first}-${end - 1}/${file.length}` },
      body: file.subarray(first, end),
      redirect: "manual",
    });
    if (end < file.length) {
      assert.equal(answer.status, 308);
      assert.equal(answer.headers.get("Range"), `bytes=0-${end - 1}`);
    }
  }
  assert.equal(answer.status, 200);
}

async function readyAsset(settings) {
  const upload = await create(settings);
  await send(upload, randomBytes(2 * QUANTUM + 1000));
  const { asset_id: id } = await mux.video.uploads.retrieve(upload.id);
  return until("the asset", async () => {
    const asset = await mux.video.assets.retrieve(id);
    return asset.status === "ready" && asset;
  });
}

const chapters = {
  async uploads() {
    const upload = await create({
      playback_policies: ["signed"], video_quality: "basic", passthrough: "vid_01", meta: { title: "T" },
    });
    assert.equal(upload.status, "waiting");
    assert.equal(upload.timeout, 3600);
    assert.ok(upload.url.startsWith(hosts.upload));
    const file = randomBytes(2 * QUANTUM + 1000);
    await send(upload, file);
    const received = await admin(`/uploads/${upload.id}`);
    assert.deepEqual(received, { size: file.length, sha256: createHash("sha256").update(file).digest("hex") });
    const done = await mux.video.uploads.retrieve(upload.id);
    assert.equal(done.status, "asset_created");
    const asset = await mux.video.assets.retrieve(done.asset_id);
    assert.equal(asset.upload_id, upload.id);
    assert.equal(asset.passthrough, "vid_01");
    assert.equal(asset.meta.title, "T");
    assert.deepEqual(asset.playback_ids.map(({ policy }) => policy), ["signed"]);

    const other = await create();
    assert.equal((await mux.video.uploads.cancel(other.id)).status, "cancelled");
    await assert.rejects(mux.video.uploads.cancel(other.id), Mux.BadRequestError);
  },

  async assets() {
    const asset = await readyAsset({ playback_policies: ["public"], video_quality: "plus" });
    assert.ok(asset.duration > 0);
    assert.equal(asset.video_quality, "plus");
    assert.deepEqual(asset.tracks.map(({ type }) => type), ["video", "audio"]);
    const changed = await mux.video.assets.update(asset.id, { passthrough: "p", meta: { title: "New" } });
    assert.equal(changed.passthrough, "p");
    assert.equal(changed.meta.title, "New");
    const master = await mux.video.assets.updateMasterAccess(asset.id, { master_access: "temporary" });
    assert.equal(master.master_access, "temporary");

    const added = await mux.video.assets.createPlaybackId(asset.id, { policy: "signed" });
    assert.equal(added.policy, "signed");
    const found = await mux.video.playbackIds.retrieve(added.id);
    assert.deepEqual(found.object, { id: asset.id, type: "asset" });
    assert.equal((await mux.video.assets.retrievePlaybackId(asset.id, added.id)).id, added.id);
    await mux.video.assets.deletePlaybackId(asset.id, added.id);
    await assert.rejects(mux.video.playbackIds.retrieve(added.id), Mux.NotFoundError);

    await mux.video.assets.delete(asset.id);
    await assert.rejects(mux.video.assets.retrieve(asset.id), Mux.NotFoundError);
  },

  async failures() {
    await admin("/outcome", { asset_errored: { type: "invalid_input", message: "no video" } });
    const first = await create();
    await send(first, randomBytes(2 * QUANTUM + 1));
    const { asset_id: id } = await mux.video.uploads.retrieve(first.id);
    const asset = await until("the error", async () => {
      const asset = await mux.video.assets.retrieve(id);
      return asset.status === "errored" && asset;
    });
    assert.deepEqual(asset.errors, { type: "invalid_input", messages: ["no video"] });

    await admin("/outcome", { upload_errored: { type: "invalid_input", message: "no file" } });
    const second = await create();
    await send(second, randomBytes(2 * QUANTUM + 1));
    const upload = await mux.video.uploads.retrieve(second.id);
    assert.deepEqual([upload.status, upload.error.message], ["errored", "no file"]);

    const third = await create();
    await admin("/clock", { advance: 3601 });
    assert.equal((await mux.video.uploads.retrieve(third.id)).status, "timed_out");
  },

  async pagination() {
    const made = [];
    for (let nth = 0; nth < 7; nth += 1) made.push((await readyAsset()).id);
    const walked = [];
    for await (const asset of mux.video.assets.list({ limit: 3 })) walked.push(asset.id);
    assert.deepEqual(walked, made.toReversed());
    const page = await mux.video.assets.list({ limit: 3 });
    assert.equal(page.next_cursor, made[4]);
    const uploads = [];
    for await (const upload of mux.video.uploads.list({ limit: 2 })) uploads.push(upload.id);
    assert.equal(new Set(uploads).size, 7);
    const asset = await mux.video.assets.retrieve(made[2]);
    const ofOne = await mux.video.assets.list({ upload_id: asset.upload_id });
    assert.deepEqual(ofOne.data.map(({ id }) => id), [made[2]]);
  },

  async errors() {
    await assert.rejects(client({ tokenSecret: "wrong" }).video.assets.list(), Mux.AuthenticationError);
    await assert.rejects(mux.video.assets.retrieve("none"), (error) => {
      assert.ok(error instanceof Mux.NotFoundError);
      assert.equal(error.error.error.type, "not_found");
      return true;
    });
    await assert.rejects(mux.video.uploads.create({}), Mux.BadRequestError);
    await assert.rejects(create({ playback_policies: ["secret"] }), Mux.BadRequestError);
    await assert.rejects(create({ passthrough: "x".repeat(256) }), Mux.BadRequestError);
    await assert.rejects(mux.video.uploads.create({ cors_origin: "*", timeout: 30 }), Mux.BadRequestError);
    for (const [status, kind] of [[403, Mux.PermissionDeniedError], [422, Mux.UnprocessableEntityError]]) {
      await admin("/faults", { host: "api", spoil: { status: { status, body: "{}" } } });
      await assert.rejects(mux.video.assets.list(), kind);
    }
    await admin("/faults", { host: "api", spoil: { status: { status: 503 } } });
    await assert.rejects(client({ maxRetries: 0 }).video.assets.list(), Mux.InternalServerError);
    await admin("/faults", { host: "api", spoil: "reset" });
    await assert.rejects(client({ maxRetries: 0 }).video.assets.list(), Mux.APIConnectionError);
  },

  /** The emulator was started with rate limits. */
  async rateLimits() {
    const strict = client({ maxRetries: 0 });
    const many = [];
    for (let nth = 0; nth < 5; nth += 1) many.push(strict.video.uploads.create({ cors_origin: "*" }));
    const refused = (await Promise.allSettled(many)).filter(({ status }) => status === "rejected");
    assert.ok(refused.length > 0, "a burst is refused");
    for (const { reason } of refused) {
      assert.ok(reason instanceof Mux.RateLimitError);
      assert.equal(reason.headers.get("retry-after"), "1");
    }
    // The SDK waits as it is told, and comes through.
    assert.equal((await mux.video.uploads.create({ cors_origin: "*" })).status, "waiting");
  },

  async tokens() {
    const key = await mux.system.signingKeys.create();
    const pem = Buffer.from(key.private_key, "base64").toString();
    assert.match(pem, /^-----BEGIN RSA PRIVATE KEY-----/);
    assert.equal((await mux.system.signingKeys.retrieve(key.id)).private_key, undefined);
    const signer = client({ jwtSigningKey: key.id, jwtPrivateKey: key.private_key });
    const asset = await readyAsset({ playback_policies: ["signed", "public"] });
    const [signed, open] = asset.playback_ids.map(({ id }) => id);
    const sign = (type, params) => signer.jwt.signPlaybackId(signed, { type, expiration: "1h", params });
    const status = async (url) => (await fetch(url)).status;

    const video = await sign("video");
    const playlist = await fetch(`${hosts.stream}/${signed}.m3u8?token=${video}`);
    assert.equal(playlist.status, 200);
    const rendition = (await playlist.text()).split("\n").find((line) => line && !line.startsWith("#"));
    assert.match(await (await fetch(rendition)).text(), /#EXTINF/);
    assert.equal(await status(`${hosts.stream}/${open}.m3u8`), 200);

    assert.equal(await status(`${hosts.stream}/${signed}.m3u8`), 403, "signed without a token");
    assert.equal(await status(`${hosts.stream}/${open}.m3u8?token=${video}`), 403, "public with a token");
    const thumbnail = await sign("thumbnail", { time: "1", width: "128" });
    assert.equal(await status(`${hosts.stream}/${signed}.m3u8?token=${thumbnail}`), 403, "the wrong audience");
    const image = await fetch(`${hosts.image}/${signed}/thumbnail.jpg?token=${thumbnail}`);
    assert.deepEqual([image.status, image.headers.get("content-type")], [200, "image/jpeg"]);
    assert.equal(await status(`${hosts.image}/${signed}/thumbnail.jpg?token=${thumbnail}&width=64`), 400);

    const storyboard = await sign("storyboard");
    const tiles = await (await fetch(`${hosts.image}/${signed}/storyboard.json?token=${storyboard}`)).json();
    assert.equal(tiles.tiles.length, 50);
    assert.equal(await status(tiles.url), 200, "the sheet's URL has its own token");
    const gif = await sign("gif", { start: "1", end: "2" });
    assert.equal(await status(`${hosts.image}/${signed}/animated.gif?token=${gif}`), 200);

    await admin("/clock", { advance: 3601 });
    assert.equal(await status(`${hosts.stream}/${signed}.m3u8?token=${video}`), 403, "the token is over");
    const listed = [];
    for await (const one of mux.system.signingKeys.list()) listed.push(one.id);
    assert.deepEqual(listed, [key.id]);
    await mux.system.signingKeys.delete(key.id);
    await assert.rejects(mux.system.signingKeys.retrieve(key.id), Mux.NotFoundError);
  },

  async webhooks() {
    const requests = [];
    const server = http.createServer(async (request, response) => {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      requests.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
      response.writeHead(requests.length === 1 ? 500 : 200).end();
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${server.address().port}/hook`;
    const hook = await mux.system.webhooks.create({ address });
    const listener = client({ webhookSecret: hook.signing_secret });

    const asset = await readyAsset();
    await until("the first event's second attempt", async () => {
      await admin("/clock", { advance: 1 });
      return requests.length >= 5;
    });
    // A receiver in the present: the clock went on by seconds.
    const events = await Promise.all(requests.map(({ body, headers }) => listener.webhooks.unwrap(body, headers)));
    const first = events.filter(({ type }) => type === "video.upload.created");
    assert.equal(first.length, 2, "what is not taken comes again");
    assert.equal(first[0].id, first[1].id);
    assert.equal(first[1].attempts[0].response_status_code, 500);
    const types = events.map(({ type }) => type).filter((type) => type !== "video.upload.created");
    assert.deepEqual(types, ["video.upload.asset_created", "video.asset.created", "video.asset.ready"]);
    const ready = events.find(({ type }) => type === "video.asset.ready");
    assert.equal(ready.data.id, asset.id);
    assert.deepEqual(ready.object, { type: "asset", id: asset.id });

    await admin("/webhooks/plans", { mishap: "forged" });
    const before = requests.length;
    await mux.video.assets.delete(asset.id);
    const forged = await until("the forged event", async () => requests[before]);
    await assert.rejects(async () => listener.webhooks.unwrap(forged.body, forged.headers));
    await mux.system.webhooks.delete(hook.id);
    server.close();
    server.closeAllConnections();
  },

  async restrictions() {
    const { id } = await mux.video.playbackRestrictions.create({
      referrer: { allowed_domains: ["*.app.example"], allow_no_referrer: false },
      user_agent: { allow_no_user_agent: true, allow_high_risk_user_agent: false },
    });
    const changed = await mux.video.playbackRestrictions.updateReferrer(id, { allowed_domains: ["*"] });
    assert.deepEqual(changed.referrer.allowed_domains, ["*"]);
    assert.equal((await mux.video.playbackRestrictions.retrieve(id)).user_agent.allow_high_risk_user_agent, false);
    await mux.video.playbackRestrictions.delete(id);
    await assert.rejects(mux.video.playbackRestrictions.retrieve(id), Mux.NotFoundError);
  },
};

await chapters[process.argv[2]]();
