import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { RpcLibvirt } from "../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import type { Figure } from "../budgets.ts";
import { type TestLibvirtd, withTestLibvirtd } from "../support/libvirtd.ts";
import { ownCpuMs, usageOf } from "../support/processes.ts";

const DOMAINS = 500;
const CALLS = 4000;
const PROCESSES = 40;
const SECONDS = 10;
const DEADLINE_MS = 10_000;
const run = promisify(execFile);

/** What one call costs: the client with all that it starts, and libvirt's daemon. */
interface Cost {
  readonly perS: number;
  readonly clientMs: number;
  readonly daemonMs: number;
}

/** One call to a real libvirtd, by its own protocol and through virsh; and what the daemon's calls cost libvirtd. */
export async function measureLibvirtCall(): Promise<readonly Figure[]> {
  return withTestLibvirtd(DOMAINS, async (daemon) => {
    const { pid, socket, names } = daemon;
    const libvirt = clientOf(daemon, names.one);
    const [domain] = await libvirt.domains();
    if (domain === undefined) throw new Error("libvirt's test driver has no domain");
    const { uuid } = domain;
    const uri = `${names.one.replace("test:", "test+unix:")}?socket=${socket}`;
    const ours = await costOf(pid, CALLS, () => libvirt.balloonBytes(uuid, DEADLINE_MS));
    const virsh = await costOf(pid, PROCESSES, () => run("virsh", ["-q", "-c", uri, "dommemstat", uuid]));
    await libvirt.close();
    return [
      {
        value: virsh.clientMs / ours.clientMs,
        note:
          `memory statistics of a domain of libvirtd's test driver, one call after the other: ${costText(ours)}; ` +
          `virsh, a process each: ${costText(virsh)}; ${await shareText(daemon)}`,
      },
    ];
  });
}

function clientOf({ socket }: TestLibvirtd, name: string): RpcLibvirt {
  const nowMs = (): number => performance.now();
  return new RpcLibvirt({ uri: name, name, paths: [socket], deadlineMs: DEADLINE_MS, nowMs });
}

async function costOf(daemonPid: number, calls: number, call: () => Promise<unknown>): Promise<Cost> {
  const [startMs, clientMs, daemonMs] = [performance.now(), ownCpuMs(), usageOf(daemonPid).cpuMs];
  for (let count = 0; count < calls; count += 1) await call();
  return {
    perS: (calls / (performance.now() - startMs)) * 1000,
    clientMs: (ownCpuMs() - clientMs) / calls,
    daemonMs: (usageOf(daemonPid).cpuMs - daemonMs) / calls,
  };
}

function costText({ perS, clientMs, daemonMs }: Cost): string {
  return `${perS.toFixed(0)}/s, ${clientMs.toFixed(3)} ms of CPU here, ${daemonMs.toFixed(3)} ms in libvirtd`;
}

/** What a second costs in which all domains are listed twice with their statistics, as by 500 guests that step each second. */
async function shareText(daemon: TestLibvirtd): Promise<string> {
  const libvirt = clientOf(daemon, daemon.names.many);
  const found = (await libvirt.domains()).length;
  const before = [ownCpuMs(), usageOf(daemon.pid).cpuMs] as const;
  for (let half = 0; half < 2 * SECONDS; half += 1) {
    await libvirt.domains();
    await sleep(500);
  }
  const [ours = 0, theirs = 0] = [ownCpuMs() - before[0], usageOf(daemon.pid).cpuMs - before[1]];
  await libvirt.close();
  const percent = (ms: number): string => `${(ms / SECONDS / 10).toFixed(1)} %`;
  return `${found} domains listed twice a second: ${percent(ours)} of a core here, ${percent(theirs)} in libvirtd`;
}
