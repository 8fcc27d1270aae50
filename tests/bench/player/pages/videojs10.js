import "@videojs/html/video/player";
import "@videojs/html/video/skin";
import "@videojs/html/media/hls-video";

// Its engine takes no relative URL.
const video = document.querySelector("hls-video");
video.src = new URL("/media/master.m3u8", location.href).href;
