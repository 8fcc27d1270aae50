import "./dist/types/entries/uploader.js";
