//! What an element is: how it comes and goes, moves, stands in a form, tells and is told.

use super::Story;

pub const ALL: [Story; 23] = [
    (
        "tags may be defined twice, and stay what they were",
        "const first = await import('/reelway/dist/uploader.js');
         first.define();
         const { define } = await import('/reelway/dist/index.js');
         define();
         define();
         equal(customElements.get('reelway-uploader') === first.ReelwayUploader, true);
         equal(customElements.get('reelway-player') !== undefined, true);",
    ),
    (
        "properties that were set before the class was there count",
        "const uploader = put('reelway-uploader');
         const given = () => 'https://upload.example/one';
         uploader.endpoint = given;
         uploader.multiple = true;
         uploader.maxFileSize = 5000;
         const player = put('reelway-player');
         player.src = hls;
         player.videoTitle = 'A film';
         await import('/reelway/dist/define.js');
         equal(uploader.endpoint === given, true, 'the function');
         equal([uploader.hasAttribute('multiple'), uploader.getAttribute('max-file-size')], [true, '5000']);
         equal(Object.hasOwn(uploader, 'endpoint'), false, 'the accessor is seen');
         await mounted(uploader);
         equal(part(uploader, 'select').multiple, true, 'it was told');
         await until('the player has its video', () => player.currentSrc.includes(hls.split('?')[0]));",
    ),
    (
        "attributes and properties say the same",
        "await import('/reelway/dist/define.js');
         const uploader = put('reelway-uploader', { accept: 'video/mp4', 'chunk-size': '1048576', 'no-drop': '' });
         equal([uploader.accept, uploader.chunkSize, uploader.noDrop, uploader.maxDuration], ['video/mp4', 1048576, true, null]);
         uploader.accept = null;
         uploader.disabled = true;
         equal([uploader.hasAttribute('accept'), uploader.hasAttribute('disabled')], [false, true]);
         await mounted(uploader);
         equal(part(uploader, 'select').disabled, true);
         uploader.removeAttribute('disabled');
         await until('it takes files again', () => !part(uploader, 'select').disabled);
         const player = put('reelway-player', { autoplay: 'muted', 'start-time': '2.5', muted: '' });
         equal([player.autoplay, player.startTime, player.defaultMuted, player.muted], ['muted', 2.5, true, true]);
         player.autoplay = true;
         player.loop = true;
         equal([player.getAttribute('autoplay'), player.getAttribute('loop')], ['', '']);",
    ),
    (
        "an element that is taken away lets go of all, and comes back as new",
        "await import('/reelway/dist/define.js');
         const uploader = put('reelway-uploader');
         await mounted(uploader);
         equal(uploader.shadowRoot.childElementCount, 1, 'one wrapper');
         const wrapper = part(uploader, 'root');
         uploader.remove();
         equal(part(uploader, 'root') === wrapper, true, 'not at once: it may be a move');
         await task();
         equal(uploader.shadowRoot.childElementCount, 0);
         document.body.append(uploader);
         await mounted(uploader);
         equal(part(uploader, 'root') !== wrapper, true);
         equal(uploader.shadowRoot.childElementCount, 1);
         // Away while the wasm is asked for: nothing is mounted later.
         const gone = put('reelway-uploader');
         gone.remove();
         await task();
         equal(part(gone, 'root')?.childElementCount ?? 0, 0);",
    ),
    (
        "a page that is left for good lets go of all, and one that is kept for the way back of nothing",
        "await import('/reelway/dist/define.js');
         const [uploader, player] = [put('reelway-uploader', { endpoint: '' }), put('reelway-player', { src: hls, muted: '', 'no-resume': '' })];
         await mounted(uploader);
         await player.play();
         const { media } = player;
         const leave = (persisted) => dispatchEvent(new PageTransitionEvent('pagehide', { persisted }));
         leave(true);
         await until('it plays on', () => player.currentTime > 0.1);
         equal([uploader, player].map((each) => each.shadowRoot.childElementCount), [1, 1]);
         leave(false);
         equal([uploader, player].map((each) => each.shadowRoot.childElementCount), [0, 0]);
         equal([media.paused, media.hasAttribute('src')], [true, false]);",
    ),
    (
        "a move is not an end, however it is made",
        "await import('/reelway/dist/define.js');
         const [here, there] = [put('section'), put('section')];
         const player = put('reelway-player', { src: hls, muted: '', 'no-resume': '' }, here);
         await player.play();
         await until('it plays', () => player.currentTime > 0.1);
         const shown = player.media;
         there.append(player);
         await task();
         equal(player.media === shown && shown.isConnected, true, 'the same after append');
         if (here.moveBefore) {
             here.moveBefore(player, null);
             await task();
             equal(player.media === shown && shown.isConnected, true, 'the same after moveBefore');
         }
         const uploader = put('reelway-uploader', { endpoint: '' }, here);
         await mounted(uploader);
         uploader.add([await film()]);
         there.append(uploader);
         await task();
         equal(uploader.uploads.length, 1, 'the file is still there');
         await until('it arrives', () => uploader.videoIds.length === 1);",
    ),
    (
        "an upload is told of from its beginning to its end, to whoever listens outside",
        "await import('/reelway/dist/define.js');
         const uploader = put('reelway-uploader', { endpoint: '', name: 'video' });
         const heard = listen(document, 'uploadstart', 'chunkattempt', 'chunksuccess', 'progress', 'success', 'videoready', 'uploaderror');
         await mounted(uploader);
         const file = await film();
         const [id] = uploader.add([file]);
         await until('the video is ready', () => heard.some(({ name }) => name === 'videoready'), 60_000);
         const names = heard.map(({ name }) => name);
         const order = ['uploadstart', 'chunkattempt', 'chunksuccess', 'success', 'videoready'].map((name) => names.indexOf(name));
         equal(order.every((at, i) => at >= 0 && (i === 0 || at > order[i - 1])), true, names.join());
         equal(names.includes('uploaderror'), false);
         equal(heard.every(({ detail }) => detail.id === id), true, 'all are of this file');
         equal(heard[0].detail.file === file, true);
         const last = heard.findLast(({ name }) => name === 'progress').detail;
         equal([last.acknowledged, last.total, Math.round(last)], [file.size, file.size, 100], 'and as a percentage');
         const { videoId } = heard.find(({ name }) => name === 'success').detail;
         equal(uploader.uploads.map((upload) => [upload.id, upload.videoId, upload.state]), [[id, videoId, 'ready']]);
         const { playback } = heard.find(({ name }) => name === 'videoready').detail;
         equal(typeof playback.hls, 'string');",
    ),
    (
        "a file that is refused is an event with a code",
        "await import('/reelway/dist/define.js');
         const uploader = put('reelway-uploader', { endpoint: '', 'max-file-size': '10' });
         const heard = listen(document, 'uploaderror', 'success');
         uploader.add([await film()]);
         const { name, detail } = await until('it is told', () => heard[0]);
         equal([name, detail.code, detail.retriable], ['uploaderror', 'too_large', false]);
         equal(uploader.hasAttribute('upload-error'), true);",
    ),
    (
        "for a page that was written for mux-uploader sizes are kilobytes",
        "await import('/reelway/dist/mux/define.js');
         const file = await film();
         const limit = Math.ceil(file.size / 1024);
         const [small, large] = [limit - 1, limit].map((size) => put('reelway-uploader', { 'max-file-size': size }));
         const heard = listen(document, 'uploaderror', 'success');
         // As its pages with buttons of their own hand files over.
         for (const uploader of [small, large]) uploader.dispatchEvent(new CustomEvent('file-ready', { detail: file }));
         await until('both are told of', () => heard.length === 2);
         equal(heard.find(({ name }) => name === 'uploaderror').detail.code, 'too_large');
         equal([small.hasAttribute('upload-error'), large.hasAttribute('upload-complete')], [true, true]);",
    ),
    (
        "a form has the ids of its videos, asks for them, and forgets them",
        "await import('/reelway/dist/define.js');
         const form = put('form');
         const uploader = put('reelway-uploader', { endpoint: '', name: 'video', required: '' }, form);
         equal([uploader.form === form, form.elements.length, form.checkValidity()], [true, 1, false], 'none yet');
         equal(uploader.validity.valueMissing, true);
         equal([...new FormData(form)], []);
         await mounted(uploader);
         uploader.add([await film()]);
         await until('it has arrived', () => uploader.videoIds.length === 1);
         equal(new FormData(form).getAll('video'), uploader.videoIds);
         equal(form.checkValidity(), true);
         form.reset();
         equal([[...new FormData(form)], form.checkValidity()], [[], false], 'as it was');",
    ),
    (
        "a disabled fieldset disables it",
        "await import('/reelway/dist/define.js');
         const form = put('form');
         const fieldset = put('fieldset', { disabled: '' }, form);
         const uploader = put('reelway-uploader', { name: 'video', required: '' }, fieldset);
         await mounted(uploader);
         equal([part(uploader, 'select').disabled, form.checkValidity()], [true, true]);
         fieldset.disabled = false;
         await until('it takes files', () => !part(uploader, 'select').disabled);
         equal(form.checkValidity(), false);",
    ),
    (
        "a player is a media element, also before there is a video",
        "await import('/reelway/dist/define.js');
         const player = document.createElement('reelway-player');
         // WebKitGTK hangs, or stands still, where a page seeks or sets a speed before the pipeline of its video stands.
         const [start, rate] = /Version\\/\\S+ Safari/.test(navigator.userAgent) ? [0, 1] : [1, 1.5];
         Object.assign(player, { src: hls, noResume: true, muted: true, currentTime: start, playbackRate: rate });
         equal([player.paused, player.currentTime, player.readyState, player.buffered.length], [true, start, 0, 0]);
         equal([Number.isNaN(player.duration), player.playbackRate, player.volume, player.ended], [true, rate, 1, false]);
         const heard = listen(player, 'play', 'playing', 'pause', 'timeupdate', 'ratechange', 'loadedmetadata', 'startup', 'volumechange');
         const leaked = listen(document, 'play', 'timeupdate', 'startup');
         document.body.append(player);
         const playing = player.play();
         equal(player.paused, false, 'it is about to');
         await playing;
         await until('it plays on from there', () => player.currentTime > start + 0.2);
         equal([player.muted, player.playbackRate, player.media.playbackRate], [true, rate, rate]);
         equal(player.duration > 1 && player.videoWidth > 0 && player.readyState >= 2 && player.buffered.length > 0, true);
         player.pause();
         equal(player.paused, true);
         player.volume = 0.5;
         equal(player.media.volume, 0.5);
         let wrong = '';
         try { player.volume = 2; } catch ({ name }) { wrong = name; }
         equal(wrong, 'IndexSizeError');
         await until('all is told', () => ['play', 'playing', 'pause', 'timeupdate', 'loadedmetadata', 'startup', 'volumechange']
             .every((name) => heard.some((event) => event.name === name)));
         equal(leaked, [], 'they do not bubble');",
    ),
    (
        "a video of a Reelway server plays by its id",
        "await import('/reelway/dist/player/define.js');
         const player = put('reelway-player', { 'video-id': video, endpoint: '', muted: '', 'no-resume': '' });
         const heard = listen(player, 'videostate');
         await until('its poster', () => part(player, 'poster')?.getAttribute('src')?.startsWith(location.origin));
         await player.play();
         await until('it plays', () => player.currentTime > 0.1);
         equal(heard.at(-1).detail, { status: 'ready', percent: null });",
    ),
    (
        "a video that is being processed says so, and plays as soon as it is ready",
        "await import('/reelway/dist/player/define.js');
         const server = await fakeServer();
         server.answer({ status: 'processing', revision: 2, percent: 40 });
         const player = put('reelway-player', { 'video-id': 'v1', endpoint: '', muted: '', 'no-resume': '', lang: 'de' });
         const heard = listen(player, 'videostate');
         const notice = await until('the notice', () => part(player, 'processing'));
         equal([notice.firstChild.textContent, notice.parentNode.role], ['Wird verarbeitet', 'status']);
         equal(notice.textContent.includes('40'), true, notice.textContent);
         await until('it listens', () => server.streams.length === 1);
         equal(server.asked, ['GET /api/videos/v1'], 'it does not ask beside that');
         server.event({ status: 'ready', revision: 3, playback: { hls, poster: '/poster.webp' } });
         await player.play();
         await until('it plays', () => player.currentTime > 0.1);
         equal(part(player, 'processing'), null, 'the notice is gone');
         equal(heard.map(({ detail }) => [detail.status, detail.percent]), [['processing', 40], ['ready', null]]);
         equal(part(player, 'root').querySelector('section').ariaLabel.endsWith('film.mp4'), true);
         // All is there: nothing changes any more.
         server.event({ status: 'ready', revision: 4, playback: { hls, poster: '/poster.webp', storyboard: '/s.vtt' } });
         equal(server.streams[0].readyState, 2, 'its connection is free for others');",
    ),
    (
        "where events do not come through, a player asks, and goes on from where it is put",
        "await import('/reelway/dist/player/define.js');
         const server = await fakeServer();
         server.answer({ status: 'processing', revision: 2 });
         const player = put('reelway-player', { 'video-id': 'v1', endpoint: '', muted: '', 'no-resume': '' });
         await until('it listens', () => server.streams.length === 1);
         const other = put('reelway-player', { 'video-id': 'v1', endpoint: '', muted: '', 'no-resume': '' });
         server.streams[0].end();
         await until('it asks', () => server.asked.length >= 4);
         equal(server.streams.length <= 2, true, 'one stream at a time');
         server.answer({ status: 'ready', revision: 3, playback: { hls, poster: '/p', storyboard: '/s' } });
         await until('both have it', () => [player, other].every(({ currentSrc }) => currentSrc.includes(hls)));
         const before = server.asked.length;
         player.remove();
         await task();
         equal(server.asked.length, before, 'all is known');",
    ),
    (
        "a ticket is brought along, another one when it has run out, and events are listened to by a URL of their own",
        "await import('/reelway/dist/player/define.js');
         const server = await fakeServer();
         const tickets = ['old', 'new'];
         server.allow = (headers) => headers.get('authorization') === 'Bearer new' && headers.get('x-tenant') === 'one';
         server.answer({ status: 'processing', revision: 2 });
         const player = put('reelway-player', { 'video-id': 'v1', endpoint: '' });
         player.headers = { 'x-tenant': 'one' };
         player.ticket = async () => tickets.shift();
         await until('it listens', () => server.streams.length === 1);
         equal(server.asked, ['GET /api/videos/v1', 'GET /api/videos/v1', 'POST /api/videos/v1/events']);
         equal([new URL(server.streams[0].url).search, tickets.length], ['?pass=1', 0]);",
    ),
    (
        "a video that is not there, or could not be made, is an error with a code until somebody tries again",
        "await import('/reelway/dist/player/define.js');
         const server = await fakeServer();
         const player = put('reelway-player', { 'video-id': 'v1', endpoint: '', muted: '', 'no-resume': '' });
         const heard = listen(player, 'error');
         await until('it is told', () => heard[0]?.detail.code === 'gone');
         equal([typeof heard[0].detail.message, player.error.reason, part(player, 'error').role], ['string', 'gone', 'alert']);
         server.answer({ status: 'failed', revision: 2 });
         part(player, 'retry').click();
         await until('the other reason', () => heard[1]?.detail.code === 'processing_failed');
         equal(part(player, 'error').dataset.code, 'processing_failed');
         server.answer({ status: 'expired', revision: 3 });
         player.load();
         await until('too late', () => heard[2]?.detail.code === 'gone');
         server.answer({ status: 'ready', revision: 4, playback: { hls, poster: '/p', storyboard: '/s' } });
         player.videoId = 'v1 ';
         await until('another video', () => heard[3]?.detail.code === 'gone');
         player.videoId = 'v1';
         await player.play();
         await until('it plays', () => player.currentTime > 0.1);
         equal(player.error, null);",
    ),
    (
        "a stream's URL is renewed before it runs out",
        "await import('/reelway/dist/player/define.js');
         const server = await fakeServer();
         const token = (n) => `${hls}${hls.includes('?') ? '&' : '?'}token=${n}`;
         const playback = (n, left) => ({ hls: token(n), poster: `/p${n}`, storyboard: '/s', expires_at: Date.now() + left });
         server.answer({ status: 'ready', revision: 2, playback: playback(1, 3_000) });
         server.playback = playback(2, 3_600_000);
         const player = put('reelway-player', { 'video-id': 'v1', endpoint: '', muted: '', 'no-resume': '' });
         await player.play();
         await until('it asks', () => server.asked.includes('GET /api/videos/v1/playback'));
         await until('the fresh one', () => player.currentSrc.includes('token=2'));
         equal(server.asked, ['GET /api/videos/v1', 'GET /api/videos/v1/playback']);",
    ),
    (
        "a fresh URL that the server tells of by itself is renewed in its time, too",
        "await import('/reelway/dist/player/define.js');
         const server = await fakeServer();
         const told = (n, left) => ({
             status: 'ready', percent: 50, revision: n,
             playback: { hls: `${hls}${hls.includes('?') ? '&' : '?'}token=${n}`, poster: '/p', storyboard: '/s', expires_at: Date.now() + left },
         });
         server.answer(told(1, 3_600_000));
         const player = put('reelway-player', { 'video-id': 'v1', endpoint: '', muted: '', 'no-resume': '' });
         await player.play();
         await until('it listens', () => server.streams.length === 1);
         server.event(told(2, 3_000));
         await until('the fresh one', () => player.currentSrc.includes('token=2'));
         server.playback = told(3, 3_600_000).playback;
         await until('it asks', () => server.asked.includes('GET /api/videos/v1/playback'));
         await until('the next one', () => player.currentSrc.includes('token=3'));",
    ),
    (
        "a playback id of Mux and its tokens become the URLs of Mux",
        "const { define, muxUrls } = await import('/reelway/dist/index.js');
         define();
         equal(muxUrls({ playbackId: 'abc' }), {
             src: 'https://stream.mux.com/abc.m3u8',
             poster: 'https://image.mux.com/abc/thumbnail.webp',
             storyboardSrc: 'https://image.mux.com/abc/storyboard.vtt?format=webp',
         });
         equal(muxUrls({ playbackId: 'abc', playbackToken: 'p', storyboardToken: 's', streamBase: 'https://v.example/' }), {
             src: 'https://v.example/abc.m3u8?token=p',
             poster: null,
             storyboardSrc: 'https://image.mux.com/abc/storyboard.vtt?format=webp&token=s',
         });
         const player = put('reelway-player', { 'playback-id': 'abc', 'playback-token': 'p', 'stream-base': location.origin });
         await until('it asks there', () => player.currentSrc === `${location.origin}/abc.m3u8?token=p`);",
    ),
    (
        "a page's own texts are shown, and change while it is there",
        "const { define, isDirect } = await import('/reelway/dist/index.js');
         define();
         equal(['https://x.example/u?sig=1', 'https://storage.googleapis.com/b/o', 'https://x.example', ''].map(isDirect), [true, true, false, false]);
         const uploader = put('reelway-uploader', { required: '' });
         uploader.texts = { required: 'A video, please.' };
         await mounted(uploader);
         uploader.name = 'video';
         equal(uploader.validationMessage, 'A video, please.');
         const slotted = put('b', { slot: 'heading' }, uploader);
         equal(slotted.assignedSlot?.name, 'heading');",
    ),
    (
        "an element speaks the language around it, and another when that changes",
        "await import('/reelway/dist/define.js');
         const label = (uploader) => part(uploader, 'select').getAttribute('aria-label');
         const [english, german] = [put('reelway-uploader'), put('reelway-uploader', {}, put('div', { lang: 'de-AT' }))];
         await mounted(english);
         await mounted(german);
         equal([label(english), label(german)], ['Choose a video', 'Video auswählen']);
         german.texts = { 'choose.one': 'Her damit' };
         await until('the page has its own word', () => label(german) === 'Her damit');
         const early = put('reelway-uploader');
         early.lang = 'fr';
         await mounted(early);
         await until('what was said while it was made counts', () => /vidéo/.test(label(early)));
         english.lang = 'ar';
         await until('it speaks Arabic', () => /\\p{Script=Arabic}/u.test(label(english)));
         equal(getComputedStyle(part(english, 'drop-zone')).direction, 'rtl');",
    ),
    (
        "a panic is an error event, and the element is usable again",
        "await import('/reelway/dist/define.js');
         const [uploader, player] = [put('reelway-uploader', { endpoint: '' }), put('reelway-player', { src: hls, muted: '', 'no-resume': '' })];
         await mounted(uploader);
         await mounted(player);
         const wrapper = part(uploader, 'root');
         const before = await until('it has its video', () => player.media);
         const heard = listen(uploader, 'error');
         // What the browser reports when wasm traps in a listener.
         const error = new WebAssembly.RuntimeError('unreachable');
         window.dispatchEvent(new ErrorEvent('error', { error }));
         await until('it is told', () => heard.some(({ detail }) => detail.code === 'internal'));
         await until('it is new', () => part(uploader, 'root') !== wrapper && part(uploader, 'select'));
         uploader.add([await film()]);
         await until('a file arrives', () => uploader.videoIds.length === 1);
         await until('the player is new', () => player.media && player.media !== before);
         await player.play();
         await until('the player plays', () => player.currentTime > 0.1);",
    ),
];
