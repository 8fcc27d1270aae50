import Hls from "hls.js";

// The second rendition from the start: what others that start with it are compared to.
const hls = new Hls({ startLevel: 1 });
hls.loadSource("/media/master.m3u8");
hls.attachMedia(document.querySelector("video"));
