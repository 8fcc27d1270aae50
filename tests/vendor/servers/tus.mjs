// @tus/server with its store of files. `node --input-type=module - FOLDER < tus.mjs`, in the folder of its node_modules:
// it names its endpoint on standard output.

import http from "node:http";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const server = new Server({ path: "/files", datastore: new FileStore({ directory: process.argv[2] }) });
const listener = http.createServer((request, response) => server.handle(request, response));
listener.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${listener.address().port}/files`));
