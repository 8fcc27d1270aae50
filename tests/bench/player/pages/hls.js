import Hls from "hls.js";

const hls = new Hls();
hls.loadSource("/media/master.m3u8");
hls.attachMedia(document.querySelector("video"));
