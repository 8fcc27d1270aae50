// What pages see of the elements, described: `custom-elements.json` is made from it, and the reference from that.

export interface Row {
  name: string;
  /** TypeScript's. Left out: text. */
  type?: string;
  text: string;
}

export interface Description {
  tag: string;
  /** The exported class. */
  name: string;
  summary: string;
  attributes: Row[];
  /** Those that no attribute has. */
  properties: Row[];
  methods: Row[];
  events: Row[];
  slots: Row[];
  parts: Row[];
  states: Row[];
}

const flag = "boolean";
const number = "number";

const shared: Row[] = [
  { name: "lang", text: "The language of the texts, a BCP 47 tag. Left out: that of the nearest element around." },
  { name: "locale", text: "The same, as mux-uploader calls it." },
];

const sharedProperties: Row[] = [
  { name: "texts", type: "Record<string, string>", text: "Texts of the page's own, by their keys; the others stay." },
  { name: "headers", type: "HeadersInit", text: "For every request to the Reelway server; an uploader without one sends them to the target." },
  { name: "ticket", type: "string | (() => string | Promise<string>)", text: "What the Reelway server lets in by, if it asks for tickets." },
];

const failure = "error";
const event = (name: string, detail: string, text: string): Row => ({ name, type: `CustomEvent<${detail}>`, text });

const upload = {
  attributes: [
    { name: "endpoint", text: "The base URL of a Reelway server, or the URL of a direct upload: one with a query, or of a host that is known to take bytes (Mux, Google Cloud Storage, S3, R2, Cloudflare Stream, Oracle, Azure). Left out: the page's own origin." },
    { name: "direct", type: flag, text: "`endpoint` is the URL of a direct upload, whatever it looks like." },
    { name: "accept", text: "What is taken, as in `<input accept>`. Left out: videos." },
    { name: "multiple", type: flag, text: "Take more than one file." },
    { name: "max-file-size", type: number, text: "Bytes: larger files are refused, before anything of them is sent." },
    { name: "max-duration", type: number, text: "Seconds: longer videos are refused." },
    { name: "chunk-size", type: number, text: "Bytes: no chunk is longer. Left out: chunks follow the measured rate." },
    { name: "disabled", type: flag, text: "Nothing is taken. A disabled `<fieldset>` does the same." },
    { name: "name", text: "The field's name in a form: its value is the id of each video that has arrived." },
    { name: "required", type: flag, text: "A form is not sent before a video has arrived." },
    { name: "provider", text: "The name of the provider that the Reelway server is to send videos to." },
    { name: "whole-page", type: flag, text: "Take files that are dropped anywhere on the page." },
    { name: "no-drop", type: flag, text: "Take no files that are dropped." },
    { name: "no-progress", type: flag, text: "Show no bars of progress." },
    { name: "no-status", type: flag, text: "Show no words on how far it is." },
    { name: "no-retry", type: flag, text: "Show no button to try again." },
    { name: "pausable", type: flag, text: "Taken as mux-uploader's; every upload can be paused." },
    { name: "dynamic-chunk-size", type: flag, text: "Taken as mux-uploader's; chunks follow the measured rate in any case." },
    { name: "use-large-file-workaround", type: flag, text: "Taken as mux-uploader's; files are read piece by piece in any case." },
  ],
  properties: [
    { name: "endpoint", type: "string | ((file: File) => TargetAnswer | Promise<TargetAnswer>)", text: "As the attribute; or a function that gives the URL of a direct upload, or more of where the bytes go, for each file." },
    { name: "uploads", type: "readonly UploadItem[]", text: "The files, the earliest first." },
    { name: "paused", type: flag, text: "Whether nothing is sent until `resume`." },
    { name: "videoIds", type: "string[]", text: "The ids of the videos that have arrived." },
    { name: "value", type: "string", text: "The same, with commas." },
  ],
  methods: [
    { name: "add", type: "(files: FileList | readonly File[]) => string[]", text: "Takes files as if they had been chosen. Gives their ids." },
    { name: "pause", type: "(id?: string) => void", text: "Stops a file, or all, until `resume`." },
    { name: "resume", type: "(id?: string) => void", text: "Goes on." },
    { name: "cancel", type: "(id?: string) => void", text: "Gives a file up for good, here and at the provider." },
    { name: "retry", type: "(id?: string) => void", text: "Tries again after a failure, or at once while it waits." },
    { name: "checkValidity", type: "() => boolean", text: "As every field of a form." },
    { name: "reportValidity", type: "() => boolean", text: "As every field of a form." },
  ],
  events: [
    event("uploadstart", "{ id: string; file: File }", "A file begins."),
    event("chunkattempt", "{ id: string; start: number; end: number }", "Bytes of a file are being sent."),
    event("chunksuccess", "{ id: string; start: number; end: number }", "The provider holds `end` bytes now; it held `start` before."),
    event("progress", "{ id: string; acknowledged: number; sent: number; total: number; rate: number | null; eta: number | null }", "It goes on. As a number, the detail is the percentage."),
    event("statechange", "{ id: string; state: UploadStage }", "A file is at another stage."),
    event("offline", "{ id: string }", "The network is gone: it waits."),
    event("online", "{ id: string }", "The network is back: it goes on."),
    event("success", "{ id: string; videoId: string | null }", "All bytes have arrived."),
    event("videoready", "{ id: string; videoId: string; playback: Playback }", "The video can be watched."),
    event("uploaderror", "{ id: string; code: string; message: string; retriable: boolean }", "A file has failed."),
    event("remove", "{ id: string }", "A row has gone."),
    event("unfinished", "{}", "The list of uploads that were interrupted has changed."),
    event(failure, "ElementFailure", "The element itself has failed: `not_loaded`, or `internal`, after which it is as new. It does not bubble."),
  ],
  slots: [
    { name: "heading", text: "In place of the zone's first line." },
    { name: "hint", text: "In place of the line below it." },
    { name: "select", text: "A button of the page's own, in place of the one that opens the file dialog." },
  ],
  parts: [
    { name: "root", text: "The one element of the shadow root." },
    { name: "drop-zone", text: "Where files are dropped." },
    { name: "select", text: "The button that opens the file dialog." },
    { name: "item", text: "The row of a file." },
    { name: "thumbnail", text: "The place of its picture." },
    { name: "thumbnail-image", text: "The picture." },
    { name: "thumbnail-time", text: "The time on it, while pictures are looked through." },
    { name: "filename", text: "Its name." },
    { name: "details", text: "What its header says: resolution, duration, codecs." },
    { name: "progress", text: "Its bar." },
    { name: "status", text: "How far it is, in words." },
    { name: "pause", text: "The button that stops it." },
    { name: "resume", text: "The button that goes on." },
    { name: "cancel", text: "The button that gives it up." },
    { name: "dismiss", text: "The same button, once there is nothing left to give up: it takes the row away." },
    { name: "retry", text: "The button that tries again." },
    { name: "choose-again", text: "The button that asks for the file of an interrupted upload." },
    { name: "again", text: "The file field behind that." },
    { name: "summary", text: "How far all files are." },
    { name: "pause-all", text: "The button that stops them." },
    { name: "resume-all", text: "The button that lets them go on." },
  ],
  states: [
    { name: "empty", text: "There is no file." },
    { name: "uploading", text: "A file is on its way." },
    { name: "paused", text: "Files wait for `resume`." },
    { name: "offline", text: "A file waits for the network." },
    { name: "processing", text: "A video is being made ready." },
    { name: "complete", text: "All have arrived." },
    { name: "error", text: "A file has failed." },
  ],
};

const media = (name: string, type: string, text: string): Row => ({ name, type, text });

const player: Description = {
  tag: "reelway-player",
  name: "ReelwayPlayer",
  summary: "Plays HLS, with controls, and has the interface of a `<video>`.",
  attributes: [
    { name: "src", text: "The URL of an HLS master playlist." },
    { name: "video-id", text: "A video of the Reelway server at `endpoint`. With `src`: what the video is known by from visit to visit." },
    { name: "endpoint", text: "The base URL of the Reelway server. Left out: the page's own origin." },
    { name: "playback-id", text: "A playback id of Mux." },
    { name: "playback-token", text: "The token of its stream, if it is signed." },
    { name: "thumbnail-token", text: "The token of its pictures. A signed video has no poster without." },
    { name: "storyboard-token", text: "The token of its storyboard. A signed video has no preview without." },
    { name: "thumbnail-time", type: number, text: "Seconds: which picture of a Mux video is its poster." },
    { name: "stream-base", text: "Where Mux' streams are. Left out: `https://stream.mux.com`." },
    { name: "image-base", text: "Where Mux' pictures are. Left out: `https://image.mux.com`." },
    { name: "storyboard-src", text: "A storyboard for the preview on the time slider: WebVTT, or JSON as Mux makes it." },
    { name: "poster", text: "A picture to show before the video plays." },
    { name: "placeholder", text: "A tiny picture, as a `data:` URL, that is shown blurred until the poster has come." },
    { name: "autoplay", type: 'boolean | "muted"', text: "Play at once: with sound, or without where the browser refuses that; `muted`: without." },
    { name: "muted", type: flag, text: "Start without sound: `defaultMuted`. The property `muted` is that of now." },
    { name: "loop", type: flag, text: "Begin again at the end." },
    { name: "preload", text: "What is fetched before the user wants to play: `none`, `metadata` or `auto`." },
    { name: "start-time", type: number, text: "Seconds: where to start." },
    { name: "no-resume", type: flag, text: "Do not go on where the last visit ended." },
    { name: "video-title", text: "Names the player for screen readers." },
    ...shared,
  ],
  properties: [
    media("tracks", "Track[]", "Captions and other text tracks, beside those of the stream."),
    media("cmcd", "boolean | object", "Tell the server of playback with each request (CTA-5004). Before the element is in the page."),
    ...sharedProperties,
    media("media", "HTMLVideoElement | undefined", "The `<video>` that plays."),
    ...["currentTime", "duration", "volume", "playbackRate", "defaultPlaybackRate", "readyState", "networkState", "videoWidth", "videoHeight"].map((name) => media(name, number, "As a `<video>` has it.")),
    ...["paused", "ended", "seeking", "muted", "defaultMuted", "preservesPitch"].map((name) => media(name, flag, "As a `<video>` has it.")),
    ...["buffered", "played", "seekable"].map((name) => media(name, "TimeRanges", "As a `<video>` has it.")),
    media("textTracks", "TextTrackList | undefined", "As a `<video>` has it."),
    media("currentSrc", "string", "The URL of the playlist."),
    media("error", "{ code: number; reason: string; message: string } | null", "Why it does not play: the nearest of `MediaError`'s codes, a stable reason, and English."),
  ],
  methods: [
    media("play", "() => Promise<void>", "Plays, as soon as it can."),
    media("pause", "() => void", "Pauses."),
    media("load", "() => void", "Starts anew, at the same position."),
    media("fastSeek", "(time: number) => void", "Moves near this time."),
    media("canPlayType", "(type: string) => CanPlayTypeResult", "As a `<video>` has it."),
    media("addTextTrack", "(kind: TextTrackKind, label?: string, language?: string) => TextTrack | undefined", "As a `<video>` has it."),
    media("getVideoPlaybackQuality", "() => VideoPlaybackQuality | undefined", "As a `<video>` has it."),
    media("requestPictureInPicture", "() => Promise<PictureInPictureWindow>", "As a `<video>` has it."),
  ],
  events: [
    ..."abort canplay canplaythrough durationchange emptied encrypted ended enterpictureinpicture leavepictureinpicture loadeddata loadedmetadata loadstart pause play playing progress ratechange resize seeked seeking stalled suspend timeupdate volumechange waiting".split(" ").map((name) => ({ name, type: "Event", text: "As a `<video>` has it. It does not bubble." })),
    event("startup", "Startup", "It plays for the first time."),
    event("rebuffer", "Rebuffer", "A standstill is over that nobody asked for."),
    event("rendition", "Rendition", "Another one is on the screen."),
    event("recovered", "Failure", "Something has been overcome."),
    event("videostate", "{ status: string; percent: number | null }", "The Reelway server says that the video has changed."),
    event(failure, "Failure", "It has given up. `not_loaded` and `internal` are the element's own; after the latter it is as new."),
  ],
  slots: [],
  parts: "root video poster placeholder big-play unmute controls time-slider scrub preview preview-image preview-time play mute volume time captions rate quality settings airplay pip fullscreen processing spinner feedback resumed start-over error retry help".split(" ").map((name) => ({ name, text: PARTS(name) })),
  states: [],
};

function PARTS(name: string): string {
  const texts: Record<string, string> = {
    root: "The one element of the shadow root.",
    video: "The `<video>`.",
    poster: "The picture before the video plays.",
    placeholder: "The blurred picture before the poster.",
    "big-play": "The large button before the video plays.",
    unmute: "The button that gives a video its sound that began without.",
    controls: "The bar of controls.",
    "time-slider": "The slider: `role=slider`.",
    scrub: "The frame on the screen while the slider is dragged.",
    preview: "What is shown over the slider.",
    processing: "Says that the video is not ready yet.",
    "preview-image": "The picture in it.",
    "preview-time": "The time in it.",
    time: "Position and duration.",
    spinner: "Shown while it waits.",
    feedback: "The sign of what a key or a touch has done.",
    resumed: "Says that it goes on where the last visit ended.",
    "start-over": "The button in it.",
    error: "Says why it does not play.",
    retry: "The button that tries again.",
    help: "The list of keys.",
    volume: "The slider of the volume.",
    rate: "The menu of speeds.",
    captions: "The menu of captions.",
    quality: "The menu of renditions.",
    settings: "The menu of all that, and of audio tracks.",
  };
  return texts[name] ?? `The button: ${name}.`;
}

const common = { ...upload, attributes: [...upload.attributes, ...shared], properties: [...upload.properties, ...sharedProperties] };

const uploader: Description = {
  tag: "reelway-uploader",
  name: "ReelwayUploader",
  summary: "A zone to drop videos on, and a row for each file from its first byte to the finished video.",
  ...common,
};

const video: Description = {
  tag: "reelway-video",
  name: "ReelwayVideo",
  summary: "Uploader, then processing, then player, in one element.",
  ...common,
  // Both are in the one shadow root.
  parts: [...common.parts, ...player.parts.filter(({ name }) => common.parts.every((part) => part.name !== name))],
  properties: [...common.properties, { name: "player", type: "MediaHandle | undefined", text: "What a player has of `HTMLMediaElement`, once there is one." }],
};

export const TABLE: Description[] = [uploader, player, video];

/** The custom properties of `theme.css`, in both lights. */
export const PROPERTIES: Row[] = [
  { name: "--reelway-font", text: "The font family." },
  { name: "--reelway-radius", text: "The corners of cards." },
  { name: "--reelway-radius-small", text: "The corners of buttons." },
  { name: "--reelway-accent", text: "Buttons, bars, links." },
  { name: "--reelway-accent-strong", text: "The same under the mouse." },
  { name: "--reelway-on-accent", text: "Text on the accent." },
  { name: "--reelway-accent-soft", text: "A light ground of the accent's colour." },
  { name: "--reelway-accent-faint", text: "A lighter one." },
  { name: "--reelway-page", text: "The ground of a page." },
  { name: "--reelway-surface", text: "The ground of the zone, of rows and of buttons." },
  { name: "--reelway-sunken", text: "The ground of bars and pictures." },
  { name: "--reelway-text", text: "Text." },
  { name: "--reelway-text-muted", text: "Text of less weight." },
  { name: "--reelway-line", text: "Lines." },
  { name: "--reelway-line-strong", text: "Lines that have to be seen: the zone's." },
  { name: "--reelway-danger", text: "What is wrong." },
  { name: "--reelway-danger-soft", text: "Its ground." },
  { name: "--reelway-warning", text: "What waits." },
  { name: "--reelway-warning-soft", text: "Its ground." },
  { name: "--reelway-shadow", text: "The shadow of cards." },
  { name: "--reelway-player-accent", text: "The player's slider and what is chosen in its menu." },
];
