import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { endOf } from "./tools.ts";

/** Bytes to a peer. */
export interface ByteChannel {
  send(bytes: Buffer): void;
  /** End it; the listener hears nothing more. */
  close(): void;
}

/** Who hears what comes back. */
export interface ChannelListener {
  readonly onBytes: (chunk: Buffer) => void;
  /** It has ended by itself. Called once at most. */
  readonly onEnd: (problem: string) => void;
}

/** A way to a peer. @throws what the system throws where there is none. */
export type OpenChannel = (listener: ChannelListener) => ByteChannel;

/**
 * Both ways through a character device that answers later.
 *
 * Node waits for such a device only by blocking one of its few threads, with which whatever else needs one would hang (the
 * unit gives the daemon a single one), and some devices keep even a writer waiting, beyond the reach of any signal. So two
 * small processes do the waiting: one `cat` that reads, one that writes. What hangs are these, and never the daemon or its end.
 */
export function openDeviceChannel(path: string, listener: ChannelListener): ByteChannel {
  const descriptor = openSync(path, "r+");
  try {
    const reader = spawn("cat", [], { stdio: [descriptor, "pipe", "pipe"], env: environment() });
    return connect(reader, startWriter(descriptor, reader), listener);
  } finally {
    closeSync(descriptor);
  }
}

function startWriter(descriptor: number, reader: ChildProcess): ChildProcess {
  try {
    return spawn("cat", [], { stdio: ["pipe", descriptor, "pipe"], env: environment() });
  } catch (thrown) {
    reader.kill("SIGKILL");
    throw thrown;
  }
}

function connect(reader: ChildProcess, writer: ChildProcess, { onBytes, onEnd }: ChannelListener): ByteChannel {
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    for (const child of [reader, writer]) {
      child.kill("SIGKILL");
      // One that the kernel does not let go must not hold up our own end.
      child.unref();
      for (const stream of child.stdio) stream?.destroy();
    }
  };
  const end = (problem: string | null): void => {
    if (!isOpen) return;
    close();
    onEnd(problem ?? "it says nothing more");
  };
  reader.stdout?.on("data", (chunk: Buffer) => {
    if (isOpen) onBytes(chunk);
  });
  // Why it takes no more is what its process says at its end.
  writer.stdin?.on("error", () => {});
  for (const child of [reader, writer]) void endOf(child).then(end);
  return { send: (bytes) => void writer.stdin?.write(bytes), close };
}

/** Ours, and the system's words in English. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}
