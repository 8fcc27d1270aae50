// Judges the player's previews: reads the storyboard and decodes its sheets by itself, and compares pixel by pixel.

const slider = () => document.querySelector("[part~=time-slider]");
const video = () => document.querySelector("[part~=video]");

const seconds = (stamp) => stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

function tilesOfVtt(text, base) {
  const cue = /^(\S+) --> (\S+).*\n(\S+)/gm;
  return Array.from(text.matchAll(cue), ([, start, , address]) => {
    const [url, fragment] = address.split("#");
    const [, percent, numbers] = fragment?.match(/xywh=(?:pixel:|(percent:))?([\d.,]+)/) ?? [];
    return { start: seconds(start), url: new URL(url, base).href, percent: Boolean(percent), crop: numbers?.split(",").map(Number) };
  });
}

function tilesOfJson({ url, tile_width, tile_height, tiles }, base) {
  const tile = ({ start, x, y, url: own }) => ({ start, url: new URL(own ?? url, base).href, crop: [x, y, tile_width, tile_height] });
  return tiles.map(tile);
}

async function picture(url) {
  const image = new Image();
  image.crossOrigin = "anonymous";
  image.src = url;
  await image.decode();
  return image;
}

async function load(url) {
  const response = await fetch(url);
  const text = await response.text();
  const json = text.startsWith("{");
  const tiles = json ? tilesOfJson(JSON.parse(text), response.url) : tilesOfVtt(text, response.url);
  const sheets = new Map();
  for (const { url } of tiles) if (!sheets.has(url)) sheets.set(url, await picture(url));
  return { tiles, sheets };
}

const timeAt = (x) => {
  const { left, width } = slider().getBoundingClientRect();
  return Math.min(Math.max((x - left) / width, 0), 1) * video().duration;
};

// So many places on the slider: its ends, both sides of where one tile, or one sheet, follows another, and others.
function places({ tiles }, count) {
  const { left, right, width } = slider().getBoundingClientRect();
  const borders = tiles.slice(1).map((tile, index) => ({ x: left + (tile.start / video().duration) * width, switches: tile.url !== tiles[index].url }));
  const switches = borders.filter((border) => border.switches);
  const some = borders.filter((_, index) => index % Math.ceil(borders.length / 12) === 0);
  const edges = [...switches, ...some].flatMap(({ x }) => [Math.ceil(x) - 1, Math.ceil(x)]);
  const list = [Math.ceil(left), Math.floor(right) - 1, ...edges];
  for (let number = 1; list.length < count; number += 1) list.push(Math.round(left + ((number * 0.618034) % 1) * width));
  return list.slice(0, count);
}

const frame = () => new Promise((done) => requestAnimationFrame(done));

const shown = (part) => {
  const canvas = document.querySelector(`[part~=${part}]`);
  return canvas.checkVisibility({ visibilityProperty: true }) ? canvas : null;
};

// The largest difference of a colour value between the preview and the tile of this time. A wrong picture is never
// waited away: only one that is not there yet is.
async function difference({ tiles, sheets }, part, time) {
  await frame();
  await frame();
  for (let frames = 0; !shown(part); frames += 1) {
    if (frames > 600) throw new Error(`there is no ${part}`);
    await frame();
  }
  const { url, crop, percent } = tiles.findLast(({ start }) => start <= time) ?? tiles[0];
  const sheet = sheets.get(url);
  const { naturalWidth: across, naturalHeight: down } = sheet;
  const scaled = percent ? crop.map((value, index) => (value / 100) * [across, down][index % 2]) : crop;
  // Whole pixels, from edge to edge, and no further than the sheet.
  const [left, top, width, height] = scaled ?? [0, 0, across, down];
  const [x, y, right, bottom] = [left, top, left + width, top + height].map(Math.round);
  const [w, h] = [Math.min(right, across) - x, Math.min(bottom, down) - y];
  const canvas = shown(part);
  if (canvas.width !== w || canvas.height !== h) return 255;
  const tile = new OffscreenCanvas(w, h);
  tile.getContext("2d").drawImage(sheet, x, y, w, h, 0, 0, w, h);
  const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, w, h).data;
  const [is, expected] = [pixels(canvas), pixels(tile)];
  return is.reduce((largest, value, index) => Math.max(largest, Math.abs(value - expected[index])), 0);
}

globalThis.scrubber = { load, timeAt, places, difference };
