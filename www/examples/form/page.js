const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (title, body) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${title}</title>
    <link rel="stylesheet" href="/style.css">
    <script type="module" src="/reelway/define.js"></script>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>
`;

export const form = (endpoint) =>
  page(
    "Apply with a video",
    `<form method="post">
        <label>Your name <input name="name" autocomplete="name" required></label>
        <reelway-uploader name="video" endpoint="${escape(endpoint)}"></reelway-uploader>
        <button>Send</button>
      </form>`,
  );

export const thanks = (endpoint, name, videos) =>
  page(
    "Thank you",
    [
      `<p>${escape(name)}, we have got your application.</p>`,
      ...videos.map(
        (id) => `<reelway-player video-id="${escape(id)}" endpoint="${escape(endpoint)}"></reelway-player>`,
      ),
    ].join("\n      "),
  );
