"""Makes tickets for Reelway, with Python's own library. HS256: the key is shared with the server."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def ticket(key: str, sub: str, scope: str, life: int = 600, kid: str | None = None, **claims) -> str:
    """A ticket for this person. `claims` may have `video` (an id) and `max_size` (bytes)."""
    header = {"alg": "HS256", "typ": "JWT"}
    if kid is not None:
        header["kid"] = kid
    now = int(time.time())
    payload = {"sub": sub, "scope": scope, "iat": now, "exp": now + life, **claims}
    text = ".".join(_part(json.dumps(part).encode()) for part in (header, payload))
    return f"{text}.{_part(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())}"


if __name__ == "__main__":
    print(ticket(os.environ["VIDEO_TICKET_KEY"], sub=sys.argv[1], scope=sys.argv[2]))
