import { read, writeSync } from "node:fs";
import { hasSystemCode } from "../core/errors.ts";
import { REQUEST_BYTES } from "./fuse-replies.ts";
import { type FuseRequest, parseRequest } from "./fuse-requests.ts";

/** Requests that may wait for the daemon's answer; the next ones stay in the kernel meanwhile. */
const MAX_WAITING = 256;

/**
 * Take the kernel's requests from `descriptor`, the mounted `/dev/fuse`, and write the answers back, until it is unmounted.
 *
 * Reading waits in one of libuv's threads, of which nothing else in this process may have need then: with
 * `UV_THREADPOOL_SIZE=1` there is no other. Answers are short writes that never wait.
 */
export async function serveDevice(
  descriptor: number,
  answer: (request: FuseRequest) => Promise<Buffer | null>,
): Promise<void> {
  const waiting = new Set<Promise<void>>();
  const buffer = Buffer.alloc(REQUEST_BYTES);
  for (;;) {
    const length = await readRequest(descriptor, buffer);
    if (length === null) return;
    // A copy, because the buffer is read into again before this one is answered.
    const request = parseRequest(Buffer.from(buffer.subarray(0, length)));
    if (request === null) continue;
    const answered = answer(request).then((reply) => {
      waiting.delete(answered);
      if (reply !== null) writeReply(descriptor, reply);
    });
    waiting.add(answered);
    if (waiting.size >= MAX_WAITING) await Promise.race(waiting);
  }
}

/** Length of the next request; null once there will be none. */
async function readRequest(descriptor: number, buffer: Buffer): Promise<number | null> {
  for (;;) {
    try {
      return await readOnce(descriptor, buffer);
    } catch (thrown) {
      if (hasSystemCode(thrown, "ENODEV")) return null;
      // ENOENT: the request was withdrawn while it was read.
      if (!hasSystemCode(thrown, "EINTR", "EAGAIN", "ENOENT")) throw thrown;
    }
  }
}

function readOnce(descriptor: number, buffer: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, null, (error, length) =>
      error === null ? resolve(length) : reject(error),
    );
  });
}

function writeReply(descriptor: number, reply: Buffer): void {
  try {
    writeSync(descriptor, reply);
  } catch (thrown) {
    // Nobody waits for it any more: the request was withdrawn, or all was unmounted.
    if (!hasSystemCode(thrown, "ENOENT", "ENODEV")) throw thrown;
  }
}
