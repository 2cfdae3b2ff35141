import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { builtFolder, hashSources } from "../../rig/cache.ts";
import { putCompiled } from "../../rig/roots.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { FILE_MIB, GUEST_MIB, LENGTH_S, PLAN, type Program } from "./plan.ts";

// Plays the plan in a real guest and writes down what `selfballoon record` sees of it, for the test that compares the
// simulated kernel: `npx tsx test/vm/qemu/validation/play.ts`. The fixture that it makes is kept in the repository.

const FIXTURE = fileURLToPath(new URL("../../../fixtures/validation", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../../../../dist/selfballoon.mjs", import.meta.url));
const SOURCE = new URL("./paced.c", import.meta.url);
const MIB_BYTES = 1024 * 1024;
const DEADLINE_MS = 300_000;

const nowS = (): number => Date.now() / 1000;

const built = await builtFolder("validation-paced", await hashSources([SOURCE]), async (folder) => {
  await putCompiled(folder, SOURCE, "paced");
  await writeFile(join(folder, "data"), Buffer.alloc(FILE_MIB * MIB_BYTES, "selfballoon validation\n"));
});
const guest = await startQemuGuest({
  name: "validation",
  memoryMib: GUEST_MIB,
  kernel: "6.1",
  swap: { kind: "disk", mib: GUEST_MIB },
  guestFiles: { paced: join(built, "paced"), data: join(built, "data") },
  deadlineMs: 120_000,
});
try {
  await rm(FIXTURE, { recursive: true, force: true });
  await mkdir(FIXTURE, { recursive: true });
  const recorder = spawn(process.execPath, [PROGRAM, "record", join(FIXTURE, "recording.jsonl"), "--interval", "1"], {
    env: {
      ...process.env,
      SELFBALLOON_QMP: guest.qmpSocket,
      SELFBALLOON_BACKEND: "qemu",
      SELFBALLOON_SOCKET: "/nonexistent/selfballoon.sock",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const startS = nowS();
  const running = new AbortController();
  const beside = sampleBeside(guest, running.signal);
  const events = await Promise.all(PLAN.map((event) => play(guest, startS, event)));
  await sleep(Math.max(0, (startS + LENGTH_S - nowS()) * 1000));
  running.abort();
  recorder.kill();
  await once(recorder, "exit");
  await writeFile(join(FIXTURE, "events.json"), `${JSON.stringify(events, null, 1)}\n`);
  await writeFile(join(FIXTURE, "beside.jsonl"), (await beside).map((line) => `${JSON.stringify(line)}\n`).join(""));
} finally {
  await guest.stop();
}

/** What of the plan happened when. */
async function play(to: QemuGuest, startS: number, event: (typeof PLAN)[number]): Promise<object> {
  await sleep(Math.max(0, (startS + event.atS - nowS()) * 1000));
  const t = nowS();
  if ("targetMib" in event) {
    await to.qmp("balloon", { value: event.targetMib * MIB_BYTES });
    return { t, targetMib: event.targetMib };
  }
  const { stdout, exitCode } = await to.exec(commandOf(event), DEADLINE_MS);
  if (exitCode !== 0) throw new Error(`${event.name} ended with ${exitCode}`);
  const seconds = (word: string): number => Number(new RegExp(`^${word} (\\S+)$`, "m").exec(stdout)?.[1] ?? 0);
  return { t, name: event.name, filledS: seconds("filled"), endedS: seconds("ended") };
}

function commandOf(program: Program): string {
  return "cachePassS" in program
    ? `/in/paced file /in/data ${program.cachePassS} ${program.forS}`
    : `/in/paced anon ${program.anonMib} ${program.fillS} ${program.passS} ${program.forS}`;
}

/** What a recording does not have: the page cache, and what is in swap alone. */
async function sampleBeside(from: QemuGuest, signal: AbortSignal): Promise<object[]> {
  const lines: object[] = [];
  while (!signal.aborted) {
    const beforeS = nowS();
    const { stdout } = await from.exec("cat /proc/meminfo");
    const pages = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(stdout)?.[1]) / 4;
    // A page that came back keeps its place in swap: it is in memory all the same.
    const swappedPages = pages("SwapTotal") - pages("SwapFree") - pages("SwapCached");
    const cachedPages = pages("Cached") + pages("Buffers") - pages("Shmem");
    lines.push({ t: (beforeS + nowS()) / 2, cachedPages, swappedPages });
    await sleep(1000);
  }
  return lines;
}
