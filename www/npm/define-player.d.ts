import "./dist/types/entries/player.js";
