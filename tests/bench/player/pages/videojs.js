import videojs from "video.js";
import "video.js/dist/video-js.css";

videojs(document.querySelector("video"), {
  autoplay: true,
  muted: true,
  fluid: true,
  sources: [{ src: "/media/master.m3u8", type: "application/vnd.apple.mpegurl" }],
});
