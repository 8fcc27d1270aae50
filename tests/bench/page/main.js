// What the benchmark calls in the page: one upload of the chosen file, by one client.

import { candidates } from "./candidates.js";

let runs = 0;

globalThis.bench = {
    ready: true,

    /** Uploads the chosen file to the sink and gives the milliseconds that it took. Rejects if the client fails. */
    async run(name, sink) {
        const file = document.querySelector("#file").files[0];
        // Nobody finds an earlier upload to go on with.
        const upload = `${Date.now()}-${runs++}`;
        const began = performance.now();
        await candidates[name](file, sink, upload);
        return performance.now() - began;
    },
};
