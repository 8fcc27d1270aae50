import "./dist/types/entries/mux.js";
