// What a page with React 19 does. It is checked, not run.

import type {} from "reelway/react";

export function Page({ token }: { token: string }) {
  return (
    <main>
      <reelway-uploader
        endpoint={async (file) => `/target/${file.name}`}
        ticket={token}
        max-file-size={5_000_000}
        multiple
        className="wide"
        onsuccess={({ detail }) => console.log(detail.videoId)}
      />
      <reelway-player src="/stream.m3u8" start-time={3} muted ontimeupdate={(event) => console.log(event.type)} />
      <reelway-video endpoint="https://video.example.com" lang="de" />
      {/* @ts-expect-error: there is no such value. */}
      <reelway-player preload="everything" />
    </main>
  );
}
