import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { realClock } from "../time/clock.ts";
import { endsWithin } from "../time/deadline.ts";
import { isInstalled } from "./installed.ts";
import { endOf } from "./tools.ts";

/** It listens within this, or is taken not to. */
const START_DEADLINE_MS = 10_000;
const LOOK_MS = 20;
const STOP_DEADLINE_MS = 2000;

/**
 * What the server is started by, with its folder, its program and arguments: where we are killed, what we held open for it is
 * closed, and then the server is ended and its folder is gone too. A line says that it has ended, so that nobody of its number is.
 */
const GUARDED = `
{
  read -r _ <&3 || {
    kill $$
    n=0
    while [ $n -lt 50 ] && kill -0 $$; do sleep 0.1; n=$((n + 1)); done
    kill -9 $$
    rm -rf -- "$1"
  }
} >/dev/null 2>&1 &
exec 3<&-
shift
exec "$@"
`;

/** A NATS server that we started. */
export interface OwnNatsServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Start this machine's `nats-server` with JetStream on a port of loopback that is free; what it keeps lies in `folder`. Where
 * this process is killed it ends too, and the folder is removed.
 * @throws ERR_NO_NATS_SERVER if there is none, or if it does not start.
 */
export async function startNatsServer(folder: string, program = "nats-server"): Promise<OwnNatsServer> {
  const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  if (!isInstalled(program, path)) throw selfballoonError("ERR_NO_NATS_SERVER", { problem: `there is no ${program}` });
  const ports = join(folder, "ports");
  mkdirSync(ports, { recursive: true });
  const words = ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", join(folder, "store"), "--ports_file_dir", ports];
  const child = spawn("/bin/sh", ["-c", GUARDED, "sh", folder, program, ...words], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    // Ours ends it: Ctrl-C in a terminal reaches all of a group, and members say their last words first.
    detached: true,
    env: { ...process.env, PATH: path },
  });
  const ended = endOf(child);
  const guard = child.stdio[3];
  if (guard instanceof Socket) {
    // Who guards it may be gone before.
    guard.on("error", () => {});
    child.on("exit", () => guard.end("it has ended\n"));
  }
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    if (await endsWithin(realClock, STOP_DEADLINE_MS, ended)) return;
    child.kill("SIGKILL");
    await endsWithin(realClock, STOP_DEADLINE_MS, ended);
  };
  try {
    return { url: await listening(ports, ended), close };
  } catch (thrown) {
    await close();
    throw selfballoonError("ERR_NO_NATS_SERVER", { problem: problemOf(thrown) }, thrown);
  }
}

/** Where it listens, once it does. @throws why it does not. */
async function listening(ports: string, ended: Promise<string | null>): Promise<string> {
  const lastMs = realClock.nowMs() + START_DEADLINE_MS;
  while (realClock.nowMs() < lastMs) {
    const url = urlIn(ports);
    if (url !== null) return url;
    if (await endsWithin(realClock, LOOK_MS, ended)) throw new Error((await ended) ?? "it ended by itself");
  }
  throw new Error("it did not listen in time");
}

/** The server writes where it listens; half a file is none yet. */
function urlIn(folder: string): string | null {
  try {
    const [name] = readdirSync(folder);
    if (name === undefined) return null;
    const { nats } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { readonly nats: readonly string[] };
    return nats[0] ?? null;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
