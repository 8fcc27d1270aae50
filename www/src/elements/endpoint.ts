import type { Endpoint } from "./types.js";

/** Hosts that take bytes, and are no Reelway server. */
const STORES =
  /(^|\.)(googleapis\.com|mux\.com|amazonaws\.com|r2\.cloudflarestorage\.com|cloudflarestream\.com|videodelivery\.net|oraclecloud\.com|blob\.core\.windows\.net)$/;

/**
 * Whether an endpoint is where the bytes of one upload go, and not the base URL of a Reelway server: one with a query, which
 * no base URL has, or of a host that is known to take bytes.
 */
export function isDirect(endpoint: string): boolean {
  if (endpoint.includes("?")) return true;
  const host = /^https?:\/\/([^/:?#]+)/i.exec(endpoint)?.[1];
  return host !== undefined && STORES.test(host.toLowerCase());
}

/** What the wasm is told of an endpoint. */
export function endpointOptions(endpoint: Endpoint | null | undefined, direct: boolean): Record<string, unknown> {
  if (typeof endpoint === "string" && (direct || isDirect(endpoint))) return { target: endpoint, endpoint: null };
  return { endpoint: endpoint ?? "", target: null };
}
