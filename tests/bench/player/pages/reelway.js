import { mountPlayer } from "./player.js";

window.player = await mountPlayer(document.querySelector("#player"), {
  src: "/media/master.m3u8",
  storyboardSrc: "/media/storyboard.vtt",
  autoplay: true,
  muted: true,
});
