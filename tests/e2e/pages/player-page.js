// A player as the page's query describes it: `?{"src": …}`. `heard` fills with what it tells of itself.

import { mountPlayer } from "./player.js";

const root = document.getElementById("player");
window.heard = [];
for (const name of ["startup", "rebuffer", "rendition", "recovered", "error"]) {
  // They do not bubble: on the way down they come by all the same, and so do those of pictures and of the <video>.
  root.addEventListener(name, ({ type, detail, target }) => window.heard.push({ type, of: target.tagName, ...detail }), true);
}
window.player = await mountPlayer(root, JSON.parse(decodeURIComponent(location.search.slice(1))));
window.video = root.querySelector("[part~=video]");
document.title = "ready";
