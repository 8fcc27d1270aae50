//! The wasm in its two parts: what is shown before the later one has come, and what becomes of those who wait for it.

use super::Story;

pub const ALL: [Story; 3] = [
    (
        "elements show themselves before all of the wasm has come",
        "const real = window.fetch;
         window.fetch = (input, init) =>
             String(input.url ?? input).endsWith('_later.wasm') ? new Promise(() => {}) : real(input, init);
         document.documentElement.removeAttribute('lang');
         await import('/reelway/dist/define.js');
         const shown = [
             put('reelway-uploader', { endpoint: '' }),
             put('reelway-uploader', { multiple: '', name: 'video', required: '', 'max-file-size': '5', lang: 'fr' }),
             put('reelway-video', { endpoint: '', lang: 'de' }),
             put('reelway-player', { src: hls, autoplay: 'muted', muted: '' }),
             put('reelway-player', { src: hls, 'no-resume': '', loop: '', 'start-time': '1', lang: 'de' }),
             put('reelway-player', { 'video-id': video, endpoint: '', preload: 'none', 'video-title': 'A film' }),
             put('reelway-player', { 'playback-id': 'abc', 'stream-base': location.origin, lang: 'ar' }),
         ];
         for (const element of shown) await mounted(element);
         await new Promise((done) => setTimeout(done, 500));
         const fetched = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('_later.wasm'));
         equal(fetched.length, 0, 'nothing waited for the rest: see `cargo xtask first`');",
    ),
    (
        "what needs all of the wasm before it has come is waited for",
        "const real = window.fetch;
         let asked = 0;
         window.fetch = (input, init) => {
             if (!String(input.url ?? input).endsWith('_later.wasm')) return real(input, init);
             asked += 1;
             return new Promise(() => {});
         };
         await import('/reelway/dist/uploader/define.js');
         const uploader = put('reelway-uploader', { endpoint: '' });
         await mounted(uploader);
         await until('the page asks for the rest by itself', () => asked === 1);
         const fetched = () => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('_later.wasm')).length;
         equal(fetched(), 0, 'it does not come');
         uploader.cancel();
         await until('it was fetched for this', () => fetched() === 1);
         equal(uploader.uploads, []);",
    ),
    (
        "the rest of the wasm that could not be fetched is asked for again, and a file waits for it",
        "const real = window.fetch;
         let refused = 0;
         window.fetch = (input, init) => {
             if (refused > 0 || !String(input.url ?? input).endsWith('_later.wasm')) return real(input, init);
             refused += 1;
             return Promise.reject(new TypeError('no network'));
         };
         const first = await film();
         await import('/reelway/dist/define.js');
         const uploader = put('reelway-uploader', { endpoint: '' });
         uploader.add([first]);
         await mounted(uploader);
         const chosen = new DataTransfer();
         chosen.items.add(await film('other.mp4'));
         uploader.multiple = true;
         part(uploader, 'drop-zone').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: chosen }));
         equal([part(uploader, 'item'), refused], [null, 1], 'nothing yet');
         await until('both arrive', () => uploader.videoIds.length === 2);",
    ),
];
