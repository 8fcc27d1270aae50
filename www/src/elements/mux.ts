/** What Mux plays by: a playback id, and a token for each of what is signed. */
export interface MuxSource {
  playbackId: string;
  playbackToken?: string | null;
  thumbnailToken?: string | null;
  storyboardToken?: string | null;
  thumbnailTime?: number | null;
  /** Default: `https://stream.mux.com`. */
  streamBase?: string | null;
  /** Default: `https://image.mux.com`. */
  imageBase?: string | null;
}

/** The URLs of a Mux asset. What is signed is asked for only with its own token: without, Mux would refuse it. */
export function muxUrls(source: MuxSource): { src: string; poster: string | null; storyboardSrc: string | null } {
  const { playbackToken, thumbnailToken, storyboardToken } = source;
  const stream = base(source.streamBase, "https://stream.mux.com");
  const images = `${base(source.imageBase, "https://image.mux.com")}/${id(source.playbackId)}`;
  const open = !playbackToken;
  // In a token's stead, its claims say all: other parameters are refused.
  const time = source.thumbnailTime == null ? {} : { time: String(source.thumbnailTime) };
  const poster = open || thumbnailToken;
  const storyboard = open || storyboardToken;
  return {
    src: `${stream}/${id(source.playbackId)}.m3u8${query({ token: playbackToken })}`,
    poster: poster ? `${images}/thumbnail.webp${query(thumbnailToken ? { token: thumbnailToken } : time)}` : null,
    storyboardSrc: storyboard ? `${images}/storyboard.vtt${query({ format: "webp", token: storyboardToken })}` : null,
  };
}

const base = (asked: string | null | undefined, otherwise: string): string => (asked || otherwise).replace(/\/+$/, "");

/** Some have their parameters behind the id, as in `id?max_resolution=720p`: a stream's, which a token would carry. */
const id = (text: string): string => encodeURIComponent(text.split("?", 1)[0] ?? "");

function query(parameters: Record<string, string | null | undefined>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}
