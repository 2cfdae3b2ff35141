import { chmodSync, lstatSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { type AccessPolicy, createHandler } from "./handler.ts";
import { createHttpServer } from "./http-server.ts";
import type { Api } from "./route.ts";

/** Owner and group may use the socket: whoever can reach it may write. */
const SOCKET_MODE = 0o660;

const OPEN_ACCESS: AccessPolicy = {
  sharesDocuments: false,
  admit: () => {},
  isPrivileged: () => true,
  serveFile: () => Promise.resolve(false),
};

/**
 * Serve the API as HTTP on the unix socket `path`, mode 0660. A socket left by a daemon that died is replaced: the
 * caller holds the lock.
 * @returns how to close it.
 */
export async function serveSocket(path: string, api: Api): Promise<() => Promise<void>> {
  const { server, close } = createHttpServer(createHandler(api, OPEN_ACCESS));
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
  await listen(server, path);
  return close;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (thrown) => {
      const remedy = "run as root, or set another api.socket";
      reject(
        selfballoonError("ERR_PERMISSION", { path, mode: "a place for a socket", problem: problemOf(thrown), remedy }),
      );
    });
    // Nobody but the owner may connect before the mode is set.
    const umask = process.umask(0o177);
    server.listen(path, () => {
      chmodSync(path, SOCKET_MODE);
      resolve();
    });
    process.umask(umask);
  });
}
