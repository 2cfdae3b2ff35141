import { FakeQemu } from "../test/support/qmp/fake-qemu.ts";
import type { QmpGuestsReport } from "./measurements/qmp-host.ts";

// A process of its own: as many fake QEMUs with agents as the second argument says, in the folder that is the first.
// Says "ready"; answers each line on standard input with what it saw since the last one, as JSON.
const INTERVAL_MS = 1000;
const LEAST_MIB = 100;
const MOST_MIB = 400;

const [, , folder = "", count = "0"] = process.argv;
const lastMs = new Map<string, number>();
let latestMs = 0;
let steps = 0;

for (let index = 0; index < Number(count); index += 1) {
  const name = `guest-${index}`;
  const qemu = await FakeQemu.start(folder, { name, usedMib: LEAST_MIB });
  qemu.qmp.remember = false;
  qemu.agentSocket.remember = false;
  const answer = qemu.answer.bind(qemu);
  qemu.answer = (line) => {
    if (line.includes('"query-balloon"')) note(name);
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

/** Each step asks for the balloon; only what comes an interval later is another step. */
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
  qemu.guest.usedBytes = (LEAST_MIB + ((Math.sin(turn) + 1) / 2) * (MOST_MIB - LEAST_MIB)) * 2 ** 20;
}
