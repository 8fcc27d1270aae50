// What every entry with elements exports.

export { type Configuration, configure, setWasmUrl } from "../elements/config.js";
export { isDirect } from "../elements/endpoint.js";
export { languages } from "../elements/texts.js";
export { type MuxSource, muxUrls } from "../elements/mux.js";
export type { PlayerElement, PlayerEventMap } from "../elements/player.js";
export type { UploaderElement } from "../elements/uploader.js";
export type { MediaHandle } from "../elements/handles.js";
export type {
  ElementFailure,
  Endpoint,
  Playback,
  TargetAnswer,
  Texts,
  Track,
  UploadItem,
  UploadStage,
  UploadTarget,
  UploaderEventMap,
} from "../elements/types.js";
export type { Failure, Rebuffer, Rendition, Startup } from "../player.js";
