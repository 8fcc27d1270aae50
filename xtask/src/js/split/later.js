let __later_module;
let __later_of;
let __later_url;

/** Gives the instance its later part, which fills slots of its table. */
export function fill() {
    if (__later_of === wasm) return;
    __later_module ??= new WebAssembly.Module(__later_now());
    new WebAssembly.Instance(__later_module, { ...__wbg_get_imports(), "@": wasm });
    __later_of = wasm;
}

/** The bytes, while everything waits: for a function that is called before they have come. */
function __later_now() {
    const request = new XMLHttpRequest();
    try {
        request.open("GET", __later_url ?? new URL('LATER.wasm', import.meta.url), false);
        request.overrideMimeType("text/plain; charset=x-user-defined");
        request.send();
    } catch {}
    // As a panic does: the instance is of no use any more, and is made anew.
    if (request.status !== 200) throw new WebAssembly.RuntimeError("The later part of the wasm can't be loaded.");
    return Uint8Array.from(request.responseText, (sign) => sign.charCodeAt(0));
}

/** Fetches the later part, from this URL, or from beside that of the first one. */
export async function later(url, first) {
    if (!url && first) url = new URL("./LATER.wasm", new URL(first, location.href));
    __later_url = url ?? new URL('LATER.wasm', import.meta.url);
    const answer = await fetch(__later_url);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const kind = answer.headers.get("content-type") ?? "";
    // While it comes, where the server says what it is.
    const module = await (kind.startsWith("application/wasm")
        ? WebAssembly.compileStreaming(answer)
        : answer.arrayBuffer().then((bytes) => WebAssembly.compile(bytes)));
    __later_module ??= module;
}
