"use client";

import { useEffect, useRef, useState } from "react";
// Runs on the server too, where there are no elements: it waits for the browser.
import "reelway/define";

export function Videos({ endpoint }) {
  const [videos, setVideos] = useState([]);
  const uploader = useRef(null);

  // React does not listen for an element's own events where the server has rendered it.
  useEffect(() => {
    const { current } = uploader;
    const add = ({ detail }) => {
      const title = current.uploads.find(({ id }) => id === detail.id)?.file.name;
      setVideos((videos) => [{ id: detail.videoId, title }, ...videos]);
    };
    current.addEventListener("videoready", add);
    return () => current.removeEventListener("videoready", add);
  }, []);

  return (
    <>
      <reelway-uploader endpoint={endpoint} multiple ref={uploader} />
      <ul className="videos">
        {videos.map(({ id, title }) => (
          <li key={id}>
            <h2>{title}</h2>
            <reelway-player endpoint={endpoint} video-id={id} video-title={title} />
          </li>
        ))}
      </ul>
    </>
  );
}
