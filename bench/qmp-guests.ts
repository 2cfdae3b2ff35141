import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FakeQemu } from "../test/support/qmp/fake-qemu.ts";
import type { QmpGuestsReport } from "./measurements/qmp-host.ts";
import { ROOT } from "./support/paths.ts";

// A process of its own: as many fake QEMUs with agents as the second argument says, in the folder that is the first.
// Says "ready"; answers each line on standard input with what it saw since the last one, as JSON.
const INTERVAL_MS = 1000;
const MIN_MIB = 100;
const MAX_MIB = 400;

const [, , folder = "", count = "0"] = process.argv;
/** Read by each step, and not by the watch. A real guest's, since it is the longest of what a step reads. */
const STEP_FILE = "/proc/vmstat";
const vmstat = readFileSync(join(ROOT, "test/fixtures/qemu/linux-6.12-thrash/proc/vmstat"), "utf8");

const lastMs = new Map<string, number>();
let latestMs = 0;
let steps = 0;

for (let index = 0; index < Number(count); index += 1) {
  const name = `guest-${index}`;
  const qemu = await FakeQemu.start(folder, { name, usedMib: MIN_MIB });
  qemu.qmp.remember = false;
  qemu.agentSocket.remember = false;
  qemu.guest.files = { [STEP_FILE]: vmstat };
  const { agent } = qemu;
  const answer = agent.answer.bind(agent);
  agent.answer = (line) => {
    if (line.includes('"guest-file-read"') && agent.handles.get(handleOf(line)) === STEP_FILE) note(name);
    return answer(line);
  };
  if (index % 10 === 0) setInterval(() => wander(qemu, index), INTERVAL_MS);
}
process.stdout.write("ready\n");
process.stdin.on("data", () => {
  const report: QmpGuestsReport = { latestMs, steps };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  latestMs = 0;
  steps = 0;
  lastMs.clear();
});
process.stdin.on("end", () => process.exit(0));

function handleOf(line: string): number {
  const request = JSON.parse(line) as { readonly arguments: { readonly handle: number } }; // our own client's
  return request.arguments.handle;
}

/** Only what comes an interval later is another step: what moves a balloon is read twice. */
function note(name: string): void {
  const nowMs = performance.now();
  const gapMs = nowMs - (lastMs.get(name) ?? nowMs);
  if (gapMs > INTERVAL_MS / 2) steps += 1;
  latestMs = Math.max(latestMs, gapMs - INTERVAL_MS);
  lastMs.set(name, nowMs);
}

/** One guest in ten needs more, then less. */
function wander(qemu: FakeQemu, index: number): void {
  const turn = performance.now() / 10_000 + index;
  qemu.guest.usedBytes = (MIN_MIB + ((Math.sin(turn) + 1) / 2) * (MAX_MIB - MIN_MIB)) * 2 ** 20;
}
