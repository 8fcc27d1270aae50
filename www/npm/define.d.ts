import "./dist/types/entries/index.js";
