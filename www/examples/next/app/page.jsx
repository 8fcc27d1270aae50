import { Videos } from "./videos.jsx";

// The server's address is read when the page is asked for, not when it is built.
export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <>
      <h1>Your videos</h1>
      <Videos endpoint={process.env.REELWAY_URL ?? "http://127.0.0.1:8787"} />
    </>
  );
}
