"use client";

import "reelway/define";

export default function Page() {
  return (
    <main>
      <h1>next</h1>
      <reelway-video endpoint="http://127.0.0.1:8787" />
    </main>
  );
}
