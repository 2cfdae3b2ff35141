import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const RETRY_MS = 20;
/** What the kernel's `sun_path` holds, without the final zero byte. */
const MAX_SOCKET_PATH_BYTES = 107;

/** Throws if a socket could not be made at this path, which the system would report in a way that misleads. */
export function checkSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return;
  throw new Error(`${path} is too long for a unix socket: give the guest a shorter name, or set SELFBALLOON_VM_CACHE`);
}

/** Connects to a unix socket that a program just started will serve soon. Gives up when `isServerRunning` says no. */
export async function connectSocket(path: string, isServerRunning: () => boolean, deadlineMs: number): Promise<Socket> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const socket = createConnection(path);
    try {
      await once(socket, "connect");
      return socket;
    } catch (cause) {
      socket.destroy();
      if (!isServerRunning()) throw new Error(`the program that should serve ${path} has ended`, { cause });
      if (performance.now() > endMs) throw new Error(`nobody serves ${path} after ${deadlineMs} ms`, { cause });
    }
    await sleep(RETRY_MS);
  }
}
