import "reelway/define";

const video = document.createElement("reelway-video");
// The test's server stands in for this one.
video.setAttribute("endpoint", "http://127.0.0.1:8787");
document.querySelector("main").append(video);
