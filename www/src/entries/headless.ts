// `reelway/headless`: uploads without a face, and without elements.

export * from "../upload.js";
export { isDirect } from "../elements/endpoint.js";
export { type MuxSource, muxUrls } from "../elements/mux.js";
