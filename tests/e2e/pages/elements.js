// What stories of elements are told with. Nothing of the package is loaded before a story does so.

window.violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
  window.violations.push(`${violatedDirective}: ${blockedURI} ${sample}`);
});

// What failed beside the story, told with its own failure.
window.troubles = [];
addEventListener("error", ({ message }) => window.troubles.push(message));
addEventListener("unhandledrejection", ({ reason }) => window.troubles.push(`rejected: ${reason}`));

/** Waits until it is true, and gives what it is. */
window.until = async (what, is, within = 20_000) => {
  for (const started = performance.now(); ; await new Promise((done) => setTimeout(done, 20))) {
    const found = await is();
    if (found) return found;
    if (performance.now() - started > within) throw new Error(`waited in vain: ${what}`);
  }
};

window.equal = (is, should, what = "") => {
  const [found, wanted] = [JSON.stringify(is), JSON.stringify(should)];
  if (found !== wanted) throw new Error(`${what} ${found} is not ${wanted}`);
};

/** An element with attributes, in the body. */
window.put = (tag, attributes = {}, into = document.body) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  into.append(element);
  return element;
};

window.part = (element, name) => element.shadowRoot?.querySelector(`[part~=${name}]`);

/** As soon as what is behind an element is there. */
window.mounted = (element) => until(`${element.localName} is mounted`, () => part(element, "root")?.childElementCount > 0);

/** A video, as a person would choose it. */
window.film = async (name = "film.mp4") =>
  new File([await (await fetch("/film")).arrayBuffer()], name, { type: "video/mp4" });

/** The names of an element's events from now on. */
window.listen = (target, ...names) => {
  const heard = [];
  for (const name of names) target.addEventListener(name, (event) => heard.push({ name, detail: event.detail }));
  return heard;
};

/**
 * In place of the server, for the video `v1`: `answer` says what it is from now on, `event` what its listeners are told, and
 * what was asked stands in `asked`. `allow` looks at the headers.
 */
window.fakeServer = async () => {
  const server = { asked: [], streams: [], allow: () => true, playback: undefined };
  let video;
  const whole = (told) => ({ id: 'v1', title: 'film.mp4', provider: 'local', created_at: 1, ...told });
  server.answer = (told) => (video = whole(told));
  server.event = (told) => {
    for (const stream of server.streams) if (stream.readyState < 2) stream.tell('video', JSON.stringify(whole(told)));
  };
  const real = window.fetch;
  const json = (body, status) => new Response(JSON.stringify(body), { status });
  window.fetch = async (input, init = {}) => {
    const { pathname } = new URL(input.url ?? input, location.href);
    if (!pathname.startsWith('/api/')) return real(input, init);
    const method = init.method ?? 'GET';
    server.asked.push(`${method} ${pathname}`);
    if (!server.allow(new Headers(init.headers))) return json({}, 401);
    if (pathname.endsWith('/events')) return json({ url: '/api/videos/v1/events?pass=1' }, 200);
    const found = pathname.endsWith('/playback') ? server.playback : pathname.endsWith('/v1') ? video : undefined;
    return found ? json(found, 200) : json({}, 404);
  };
  window.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor(url) {
      super();
      this.url = new URL(url, location.href).href;
      server.streams.push(this);
    }
    tell(name, data) {
      this.dispatchEvent(new MessageEvent(name, { data }));
    }
    /** For good: the browser does not connect again. */
    end() {
      this.readyState = 2;
      this.tell('error');
    }
    close() {
      this.readyState = 2;
    }
  };
  return server;
};

window.task = () => new Promise((done) => setTimeout(done, 50));

document.title = "ready";
