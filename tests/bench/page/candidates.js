// Each client with the settings that it has by itself: `(file, sink, name) => Promise`, rejected unless it reports success.

import * as UpChunk from "@mux/upchunk";
import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import UppyTus from "@uppy/tus";
import * as tus from "tus-js-client";

import { createUpload } from "./upload.js";

export const candidates = {
    async fetch(file, sink, name) {
        const response = await fetch(`${sink}/put/${name}`, { method: "PUT", body: file });
        if (!response.ok) throw new Error(`status ${response.status}`);
    },

    xhr: (file, sink, name) => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("PUT", `${sink}/put/${name}`);
        request.onload = () => (request.status === 200 ? resolve() : reject(new Error(`status ${request.status}`)));
        request.onerror = () => reject(new Error("network error"));
        request.send(file);
    }),

    upchunk: (file, sink, name) => new Promise((resolve, reject) => {
        const upload = UpChunk.createUpload({ endpoint: `${sink}/resumable/${name}`, file });
        upload.on("success", () => resolve());
        upload.on("error", (event) => reject(new Error(event.detail.message)));
    }),

    "tus-js-client": (file, sink, name) => new Promise((resolve, reject) => {
        new tus.Upload(file, { endpoint: `${sink}/tus/${name}`, onSuccess: () => resolve(), onError: reject }).start();
    }),

    // Signing is done in the page: a server that signs would be asked once more for each part.
    "uppy-s3": (file, sink, name) => uppy(file, AwsS3, {
        signRequest: async ({ uploadId, partNumber }) => {
            const query = new URLSearchParams();
            if (partNumber) query.set("partNumber", partNumber);
            if (uploadId) query.set("uploadId", uploadId);
            else query.set("uploads", "");
            return { url: `${sink}/s3/${name}?${query}` };
        },
    }),

    "uppy-tus": (file, sink, name) => uppy(file, UppyTus, { endpoint: `${sink}/tus/${name}` }),

    reelway: (file, sink, name) => reelway(file, `${sink}/resumable/${name}`),

    "reelway-digest": (file, sink, name) => reelway(file, { url: `${sink}/resumable/${name}`, digest: "sha-256" }),

    "reelway-tus": (file, sink, name) =>
        reelway(file, { protocol: "tus", url: `${sink}/tus/${name}`, create: true, parallel: 3 }),

    "reelway-s3": (file, sink, name) => {
        const upload = `${sink}/s3/${name}?uploadId=1`;
        const multipart = { sign_url: `${sink}/s3-sign/${name}`, list_url: upload, complete_url: upload, abort_url: upload };
        return reelway(file, { protocol: "s3_multipart", parallel: 3, multipart });
    },
};

const reelway = (file, target) => createUpload(file, { target }).result;

async function uppy(file, plugin, options) {
    const uppy = new Uppy().use(plugin, options);
    uppy.addFile({ name: file.name, type: file.type, data: file });
    const { successful, failed } = await uppy.upload();
    if (failed.length || successful.length !== 1) throw failed[0]?.error ?? new Error("nothing was uploaded");
    uppy.destroy();
}
