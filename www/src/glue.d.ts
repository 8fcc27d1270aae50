// What the build puts in for an entry: the wasm's glue, the style sheet.

declare module "#reelway_index" {
  const init: import("./elements/wasm.js").Glue["default"];
  export default init;
  export const __wbg_reset_state: () => void;
  export const fill: import("./elements/wasm.js").Glue["fill"];
  export const later: import("./elements/wasm.js").Glue["later"];
  export const PlayerHandle: import("./elements/handles.js").PlayerHandle;
  export const UploaderHandle: import("./elements/handles.js").UploaderHandle;
  export const VideoHandle: import("./elements/handles.js").VideoHandle;
}

declare module "#reelway_player" {
  const init: import("./elements/wasm.js").Glue["default"];
  export default init;
  export const __wbg_reset_state: () => void;
  export const fill: import("./elements/wasm.js").Glue["fill"];
  export const later: import("./elements/wasm.js").Glue["later"];
  export const PlayerHandle: import("./elements/handles.js").PlayerHandle;
}

declare module "#reelway_uploader" {
  const init: import("./elements/wasm.js").Glue["default"];
  export default init;
  export const __wbg_reset_state: () => void;
  export const fill: import("./elements/wasm.js").Glue["fill"];
  export const later: import("./elements/wasm.js").Glue["later"];
  export const UploaderHandle: import("./elements/handles.js").UploaderHandle;
}

declare module "#css" {
  const css: string;
  export default css;
}
