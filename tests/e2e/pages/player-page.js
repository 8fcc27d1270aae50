// A player as the page's query describes it: `?{"src": …}`. `heard` fills with what it tells of itself; `source` is the
// `MediaSource` that it plays. With `"refuses": ["hvc1", …]` the browser says that it can't decode these.

import { mountPlayer } from "./player.js";

const root = document.getElementById("player");
window.heard = [];
for (const name of ["startup", "rebuffer", "rendition", "recovered", "error"]) {
  // They do not bubble: on the way down they come by all the same, and so do those of pictures and of the <video>.
  root.addEventListener(name, ({ type, detail, target }) => window.heard.push({ type, of: target.tagName, ...detail }), true);
}

const { createObjectURL } = URL;
URL.createObjectURL = (what) => {
  if (what instanceof MediaSource) window.source = what;
  return createObjectURL.call(URL, what);
};

const { refuses = [], ...options } = JSON.parse(decodeURIComponent(location.search.slice(1)));
const { isTypeSupported } = MediaSource;
MediaSource.isTypeSupported = (type) =>
  !refuses.some((codec) => type.includes(codec)) && isTypeSupported.call(MediaSource, type);

window.player = await mountPlayer(root, options);
window.video = root.querySelector("[part~=video]");
document.title = "ready";
