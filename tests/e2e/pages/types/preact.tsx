/** @jsxImportSource preact */
// What a page with Preact does. It is checked, not run.

import type {} from "reelway/preact";

export function Page() {
  return (
    <main>
      <reelway-uploader endpoint="" multiple onsuccess={({ detail }) => console.log(detail.videoId)} />
      <reelway-player src="/stream.m3u8" muted />
      {/* @ts-expect-error: there is no such value. */}
      <reelway-player preload="everything" />
    </main>
  );
}
