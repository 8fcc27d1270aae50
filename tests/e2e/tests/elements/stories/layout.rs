//! How elements look where they stand: theme, room, and what is shown at all.

use super::Story;

pub const ALL: [Story; 3] = [
    (
        "a theme that is set around an element reaches into it",
        "await import('/reelway/dist/define.js');
         const colour = async (attributes) => {
             const uploader = put('reelway-uploader', attributes);
             await mounted(uploader);
             return getComputedStyle(uploader.shadowRoot.querySelector('.rw-button-primary')).backgroundColor;
         };
         const before = await colour({});
         document.documentElement.style.setProperty('--reelway-accent', 'rgb(1, 2, 3)');
         const around = await colour({});
         const own = await colour({ style: '--reelway-accent: rgb(4, 5, 6)' });
         equal([around, own, before !== around], ['rgb(1, 2, 3)', 'rgb(4, 5, 6)', true]);",
    ),
    (
        "an uploader follows the room that it has, not the window",
        "await import('/reelway/dist/define.js');
         const place = (style) => { const at = put('div'); at.style.cssText = style; return at; };
         const columns = (element) => getComputedStyle(element).gridTemplateColumns.split(' ').length;
         const within = (uploader) => {
             const { left, right } = uploader.getBoundingClientRect();
             const out = [...uploader.shadowRoot.querySelectorAll('.reelway-uploader *')].filter((each) => {
                 const box = each.getBoundingClientRect();
                 return box.width > 1 && !each.closest('.rw-spoken') && (box.left < left - 1 || box.right > right + 1);
             });
             equal(out.map((each) => each.className || each.part?.value), [], `nothing stands out at ${right - left} px`);
         };
         const name = `${'a-very-long-name-without-a-space-'.repeat(4)}.mp4`;
         const [narrow, wide] = [place('width: 240px'), place('width: 640px')].map((at) => put('reelway-uploader', { 'max-file-size': '10' }, at));
         for (const uploader of [narrow, wide]) {
             await mounted(uploader);
             within(uploader);
             uploader.add([await film(name)]);
             await until('it is refused', () => part(uploader, 'item')?.dataset.code === 'too_large');
             within(uploader);
         }
         const body = (uploader) => getComputedStyle(uploader.shadowRoot.querySelector('.rw-item-body')).display;
         equal([body(narrow), body(wide)], ['contents', 'grid']);
         const again = narrow.shadowRoot.querySelector('.rw-item-again').getBoundingClientRect();
         equal(again.top >= part(narrow, 'status').getBoundingClientRect().bottom, true, 'first the reason, then what can be done');
         narrow.parentElement.style.width = '640px';
         await until('it takes the room that it gets', () => body(narrow) === 'grid');
         narrow.parentElement.style.width = '240px';
         narrow.maxFileSize = null;
         narrow.multiple = true;
         narrow.endpoint = 'http://127.0.0.1:9';
         narrow.add([await film(name), await film(name)]);
         await until('one waits for the network', () => narrow.shadowRoot.querySelector('[part=retry]'));
         within(narrow);
         const shrunk = put('reelway-uploader', {}, place('display: flex; justify-content: center'));
         await mounted(shrunk);
         equal(shrunk.getBoundingClientRect().width > 300, true, 'in a place that asks it how wide it is');",
    ),
    (
        "nothing is said of all files together while there is nothing to say",
        "await import('/reelway/dist/define.js');
         const uploader = put('reelway-uploader', { endpoint: '', multiple: '', 'max-file-size': '10' });
         await mounted(uploader);
         const summary = part(uploader, 'summary');
         const seen = () => getComputedStyle(summary).display !== 'none';
         equal(seen(), false, 'no files');
         uploader.add([await film(), await film('other.mp4')]);
         await until('both are refused', () => uploader.shadowRoot.querySelectorAll('[data-code=too_large]').length === 2);
         equal(seen(), false, 'none that could arrive');
         uploader.maxFileSize = null;
         uploader.add([await film('third.mp4'), await film('fourth.mp4')]);
         await until('two are on their way', seen);
         await until('they arrive', () => uploader.videoIds.length === 2);
         await until('all is said', () => !seen());",
    ),
];
