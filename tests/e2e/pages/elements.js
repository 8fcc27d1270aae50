// What stories of elements are told with. Nothing of the package is loaded before a story does so.

window.violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
  window.violations.push(`${violatedDirective}: ${blockedURI} ${sample}`);
});

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

window.task = () => new Promise((done) => setTimeout(done, 50));

document.title = "ready";
