import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** What a process uses now. */
export interface Usage {
  readonly rssBytes: number;
  /** The part of it that is its own: heap and stacks, not the pages of Node's binary. */
  readonly anonBytes: number;
  /** CPU time of all its threads since it started, in ms. */
  readonly cpuMs: number;
}

/** Read what process `pid` uses (proc(5): `status`, and `schedstat`, which counts in nanoseconds). */
export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return {
    rssBytes: bytes("VmRSS"),
    anonBytes: bytes("RssAnon"),
    cpuMs: threads.reduce((sum, ns) => sum + ns, 0) / 1e6,
  };
}

/** Run Node with `argv` for as long as `work` takes. */
export async function withNode<T>(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  work: (child: ChildProcess & { readonly pid: number }) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, argv, { env: environment, stdio: ["ignore", "pipe", "ignore"] });
  // What nobody reads must not fill the pipe.
  child.stdout.resume();
  await once(child, "spawn");
  const ended = once(child, "exit");
  try {
    return await work(Object.assign(child, { pid: Number(child.pid) }));
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** CPU time of this process and of its ended children, in ms (proc(5): `stat`, in ticks of 10 ms). */
export function ownCpuMs(): number {
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return (user + system + childUser + childSystem) * 10;
}
