// Makes tickets for Reelway, with Node's own library. HS256 with a shared key, or EdDSA with a private key in PEM.

import { createHmac, createPrivateKey, sign } from "node:crypto";
import { fileURLToPath } from "node:url";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A ticket for this person. `claims` may have `video` (an id) and `max_size` (bytes). */
export function ticket(key, { sub, scope, life = 600, kid, alg = "HS256", ...claims }) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg, typ: "JWT", ...(kid && { kid }) };
  const text = `${part(header)}.${part({ sub, scope, iat: now, exp: now + life, ...claims })}`;
  const signature =
    alg === "EdDSA"
      ? sign(null, Buffer.from(text), createPrivateKey(key))
      : createHmac("sha256", key).update(text).digest();
  return `${text}.${signature.toString("base64url")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [sub, scope, alg] = process.argv.slice(2);
  console.log(ticket(process.env.VIDEO_TICKET_KEY, { sub, scope, alg }));
}
