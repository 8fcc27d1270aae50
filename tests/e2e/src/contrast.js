// How well what is on a page can be told from what lies behind it, whatever picture the player shows.
globalThis.contrast ??= (() => {
    const all = (root = document) =>
        [...root.querySelectorAll('*')].flatMap(element => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
    const parent = element => element.parentElement ?? element.getRootNode().host;
    const path = element => element ? [element, ...path(parent(element))] : [];
    const shown = element => path(element).reduce((share, each) => share * getComputedStyle(each).opacity, 1);
    // A colour as the browser draws it: [red, green, blue, alpha], all from 0 to 255.
    const dot = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = colour => {
        dot.clearRect(0, 0, 1, 1);
        dot.fillStyle = colour;
        dot.fillRect(0, 0, 1, 1);
        return [...dot.getImageData(0, 0, 1, 1).data];
    };
    const ink = (element, colour) => {
        const [red, green, blue, alpha] = rgba(colour);
        return [red, green, blue, alpha / 255 * shown(element)];
    };
    const is_there = box => box.width > 1 && box.height > 1;

    // The element that axe-core means: a selector, or one for each shadow root on the way. A sign may be gone by now.
    const find = target => [target].flat().reduce((root, selector) => (root?.shadowRoot ?? root)?.querySelector(selector), document);

    const words = element => [...element.childNodes].filter(node => node.nodeType === 3 && node.data.trim()).flatMap(node => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return [...range.getClientRects()].filter(is_there);
    });
    const in_player = element => path(element).some(({ classList }) => classList.contains('reelway-player'));
    // What is for screen readers alone is a pixel large.
    const is_seen = element => element.checkVisibility() && path(element).every(each => !(each.offsetWidth <= 1));
    const of_player = () => all().filter(element => in_player(element) && is_seen(element));

    // What is scrolled out of sight, or lies under something else, need not be told from it.
    const is_on_top = (element, { x, y, width, height }) => {
        if (getComputedStyle(element).pointerEvents === 'none') return true;
        const hit = element.getRootNode().elementFromPoint(x + width / 2, y + height / 2);
        return Boolean(hit) && (element.contains(hit) || hit.contains(element) && !is_scrolled_away(element, y + height / 2));
    };
    const is_scrolled_away = (element, y) => path(parent(element)).some(each => {
        const { top, bottom } = each.getBoundingClientRect();
        return getComputedStyle(each).overflowY !== 'visible' && (y < top || y > bottom);
    });

    const box = ({ x, y, width, height }, edge) => [x + edge, y + edge, width - 2 * edge, height - 2 * edge];
    const name = element => element.outerHTML.replace(/\s+/g, ' ').slice(0, 160);

    const text = element => ({
        name: name(element), least: 4.5, ink: ink(element, getComputedStyle(element).color),
        boxes: words(element).filter(each => is_on_top(element, each)).map(each => box(each, 1)),
    });
    const icon = svg => {
        const { fill, stroke } = getComputedStyle(svg.querySelector('path, circle, rect') ?? svg);
        return {
            name: name(parent(svg)), least: 3, ink: ink(svg, fill === 'none' ? stroke : fill),
            boxes: [svg.getBoundingClientRect()].filter(each => is_there(each) && is_on_top(svg, each)).map(each => box(each, 0)),
        };
    };
    const is_inked = ({ ink, boxes }) => ink[3] > 0.1 && boxes.length > 0;

    // What is to be measured: each with its boxes in the viewport, its ink, and the least contrast that it needs.
    // Of the player: all of it, for any picture may be behind. Of the page around it: these targets.
    const player = () => [
        ...of_player().map(text),
        ...of_player().filter(({ localName }) => localName === 'svg').map(icon),
    ].filter(is_inked);
    const around = targets => targets.map(find).filter(element => element && !in_player(element)).map(text).filter(is_inked);

    // Takes away all ink, and puts a picture of one colour behind.
    // Not by a style element: the page's policy would refuse it.
    const sheet = new CSSStyleSheet();
    const roots = () => [document, ...all().map(({ shadowRoot }) => shadowRoot).filter(Boolean)];
    const bare = colour => {
        sheet.replaceSync(`
            *, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent !important; }
            * { color: transparent !important; text-shadow: none !important; }
            svg, [part~=video], [part~=poster], [part~=placeholder], [part~=held], [part~=scrub] { visibility: hidden !important; }
            .reelway-player { background: ${colour} !important; }`);
        for (const root of roots()) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    };
    const dress = () => {
        for (const root of roots()) root.adoptedStyleSheets = root.adoptedStyleSheets.filter(each => each !== sheet);
    };

    const light = rgb => {
        const [red, green, blue] = rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };

    // The least contrast of each, on a photograph without ink. WCAG 2.2, "contrast ratio".
    const measure = async (photo, items) => {
        const image = new Image();
        image.src = 'data:image/png;base64,' + photo;
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d', { willReadFrequently: true });
        context.drawImage(image, 0, 0);
        const scale = image.width / innerWidth;
        const of = ([x, y, width, height], [red, green, blue, alpha]) => {
            const [left, top] = [Math.max(0, x * scale), Math.max(0, y * scale)];
            const [right, bottom] = [Math.min(image.width, (x + width) * scale), Math.min(image.height, (y + height) * scale)];
            if (right - left < 1 || bottom - top < 1) return null;
            const { data } = context.getImageData(left, top, right - left, bottom - top);
            let least = Infinity;
            const known = new Map();
            for (let i = 0; i < data.length; i += 4) {
                const key = data[i] << 16 | data[i + 1] << 8 | data[i + 2];
                if (!known.has(key)) {
                    const behind = [data[i], data[i + 1], data[i + 2]];
                    const drawn = [red, green, blue].map((c, at) => c * alpha + behind[at] * (1 - alpha));
                    const [a, b] = [light(drawn), light(behind)];
                    known.set(key, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
                }
                least = Math.min(least, known.get(key));
            }
            return least;
        };
        return items.map(({ boxes, ink }) => {
            const ratios = boxes.map(box => of(box, ink)).filter(ratio => ratio !== null);
            return ratios.length ? Math.min(...ratios) : null;
        });
    };

    const settled = () => Promise.race([
        Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished)),
        new Promise(done => setTimeout(done, 1000)),
    ]);
    return { player, around, bare, dress, measure, settled };
})();
