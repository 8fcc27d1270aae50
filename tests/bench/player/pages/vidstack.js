import "vidstack/player/styles/default/theme.css";
import "vidstack/player/styles/default/layouts/video.css";
import "vidstack/player";
import "vidstack/player/layouts/default";
import "vidstack/player/ui";

// By itself it would fetch hls.js from a CDN.
document.querySelector("media-player").addEventListener("provider-change", ({ detail: provider }) => {
  if (provider?.type === "hls") provider.library = () => import("hls.js");
});
