import { useState } from "react";
import "reelway/define";

const endpoint = import.meta.env.VITE_REELWAY_URL;

export function App() {
  const [videos, setVideos] = useState([]);
  const add = ({ detail, target }) => {
    const title = target.uploads.find(({ id }) => id === detail.id)?.file.name;
    setVideos((videos) => [{ id: detail.videoId, title }, ...videos]);
  };

  return (
    <>
      <h1>Your videos</h1>
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
