const uploader = document.querySelector("reelway-uploader");
const status = document.querySelector("[role=status]");
const uploads = new Map();

// Asked for each file. An upload's own URL as the attribute `endpoint` does, too, for one file.
uploader.endpoint = async (file) => {
  const answer = await fetch("/uploads", { method: "POST" });
  if (!answer.ok) throw new Error("There is no way to upload right now.");
  const { id, url } = await answer.json();
  uploads.set(file, id);
  return url;
};

uploader.addEventListener("success", async ({ detail }) => {
  const { file } = uploader.uploads.find(({ id }) => id === detail.id);
  status.textContent = "Mux prepares the video.";
  const video = await ready(uploads.get(file));
  status.textContent = "";
  const player = document.createElement("reelway-player");
  Object.assign(player, { ...video, videoTitle: file.name });
  uploader.after(player);
});

async function ready(id) {
  for (;;) {
    const video = await (await fetch(`/uploads/${id}`)).json();
    if (video.playbackId) return video;
    await new Promise((later) => setTimeout(later, 1000));
  }
}
