"use client";

import { useState } from "react";
// Runs on the server too, where there are no elements: it waits for the browser.
import "reelway/define";

export function Videos({ endpoint }) {
  const [videos, setVideos] = useState([]);
  const add = ({ detail, target }) => {
    const title = target.uploads.find(({ id }) => id === detail.id)?.file.name;
    setVideos((videos) => [{ id: detail.videoId, title }, ...videos]);
  };

  return (
    <>
      <reelway-uploader endpoint={endpoint} multiple onvideoready={add} />
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
