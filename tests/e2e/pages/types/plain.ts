// What a page in TypeScript does with the package. It is checked, not run.

import "reelway/define";
import "reelway/player/define";
import { ReelwayPlayer, type UploadItem, configure, define, muxUrls, setWasmUrl } from "reelway";
import { createUpload } from "reelway/headless";
import { ReelwayUploader } from "reelway/uploader";

configure({ wasm: new URL("https://cdn.example.com/reelway_index_bg.wasm"), worker: null });
setWasmUrl("https://cdn.example.com/reelway_index_bg.wasm");
define();

const uploader = document.createElement("reelway-uploader");
uploader.endpoint = async (file) => `https://upload.example.com/${file.name}`;
uploader.headers = { authorization: "Bearer token" };
uploader.maxFileSize = 5 << 30;
uploader.texts = { required: "A video, please." };
uploader.addEventListener("progress", ({ detail }) => {
  const share: number = detail.acknowledged / detail.total;
  console.log(detail.id.length, share, detail.eta?.toFixed());
});
uploader.addEventListener("success", ({ detail: { videoId } }) => console.log(videoId?.length));
uploader.addEventListener("uploaderror", ({ detail: { code, retriable } }) => console.log(code.length, retriable));
uploader.addEventListener("click", ({ clientX }) => console.log(clientX));
uploader.addEventListener("a-name-of-the-pages-own", (event) => console.log(event.type));
const items: readonly UploadItem[] = uploader.uploads;
console.log(items.map(({ state }) => state === "processing"), uploader.value.length, uploader.form?.name);
// @ts-expect-error: there is no such event detail.
uploader.addEventListener("success", ({ detail }) => detail.nothing);
// @ts-expect-error: bytes are a number.
uploader.maxFileSize = "5 GB";

const player = document.querySelector("reelway-player");
if (player) {
  player.currentTime = 3;
  player.autoplay = "muted";
  player.tracks = [{ src: "/captions.vtt", srclang: "en" }];
  await player.play();
  const ended: boolean = player.ended;
  console.log(ended, player.buffered.length, player.error?.reason);
  player.addEventListener("rendition", ({ detail }) => console.log(detail.height));
  player.addEventListener("timeupdate", (event) => console.log(event.type));
  // @ts-expect-error: of a <video>, too, it is read only.
  player.duration = 4;
}
const video = document.createElement("reelway-video");
console.log(video.player?.currentTime, video.videoIds.join());
console.log(ReelwayPlayer.observedAttributes.length, new ReelwayUploader().noDrop, muxUrls({ playbackId: "a" }).src);
createUpload(new File([], "a.mp4"), { endpoint: "" }).addEventListener("progress", ({ detail }) => detail.sent);
