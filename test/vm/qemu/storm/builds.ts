import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../rig/wait.ts";
import { HostDaemon } from "../host/daemon.ts";
import { Sampler } from "../host/samples.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { type BuildFigures, type BuildGuest, describeTurn, GUESTS, medianRises, type Turn } from "./build-figures.ts";
import { makeFiles } from "./files.ts";
import { FILES } from "./loads.ts";
import { buildWatcher, parseWatched, type Watched } from "./watcher.ts";

const GUEST_MIB = 512;
/** Between two builds; a guest is idle for as long as the others build too, and the guarded one is ballooned down. */
const IDLE_MS = 20_000;
const BOOT_DEADLINE_MS = 300_000;
const BUILD_DEADLINE_MS = 300_000;
const UNITS = 12;
/** The guarded guest counts as ballooned down for the first time. */
const SMALL_MIB = 200;
const SMALL_DEADLINE_MS = 400_000;

/**
 * A unit of a build reads sources and headers that are hot after the first time, computes, and takes memory for as long:
 * two compilers at once.
 */
const COMPILE = [
  ...[1, 2, 3, 4, 5, 6].map((nth) => `dd if=${FILES.folder}/file-${nth} of=/dev/null bs=256k 2>/dev/null`),
  `gzip -1 -c ${FILES.folder}/file-1 | md5sum >/dev/null`,
  "hog 45 --pattern --compressible --hold-ms 200",
].join("; ");
const BUILD = `unit() { ${COMPILE}; }; for nth in $(seq ${UNITS}); do unit & unit; wait; done`;

/** Builds in turns in the three guests. */
export async function playBuilds(repetitions: number, progress: (text: string) => void): Promise<BuildFigures> {
  const folder = await mkdtemp(join(tmpdir(), "selfballoon-builds-"));
  const guestFiles = { watcher: await buildWatcher(), files: await makeFiles(join(folder, "files")) };
  const booted = await Promise.all(GUESTS.map((name) => boot(name, guestFiles)));
  const guests = Object.fromEntries(GUESTS.map((name, nth) => [name, booted[nth]])) as Record<BuildGuest, QemuGuest>;
  const daemon = await HostDaemon.start(configFor(guests));
  const sampler = new Sampler([guests.guarded]);
  try {
    const isSmall = async (): Promise<boolean> => (await guests.guarded.actualMib()) < SMALL_MIB;
    await waitUntil("the guarded guest to be small", isSmall, SMALL_DEADLINE_MS);
    const turns: Turn[] = [];
    for (let nth = 0; nth < repetitions; nth += 1) {
      const turn = await playTurn(guests, nth);
      progress(describeTurn(turn));
      turns.push(turn);
    }
    const actual = sampler.samples.flatMap(({ actualMib }) => actualMib);
    return {
      turns,
      slowDownPercent: medianRises(turns.map(({ tookMs }) => tookMs)),
      processorPercent: medianRises(turns.map(({ processorMs }) => processorMs)),
      meanMib: actual.reduce((sum, mib) => sum + mib, 0) / actual.length,
      wholeMib: GUEST_MIB,
      oomKills: await guests.guarded.counter("/proc/vmstat", "oom_kill"),
    };
  } finally {
    await sampler.stop();
    await daemon.dispose();
    await Promise.all(booted.map((guest) => guest.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

function boot(name: BuildGuest, guestFiles: Readonly<Record<string, string>>): Promise<QemuGuest> {
  return startQemuGuest({
    name: `build-${name}`,
    memoryMib: GUEST_MIB,
    kernel: "6.1",
    swap: { kind: "disk", mib: GUEST_MIB },
    guestFiles,
    deadlineMs: BOOT_DEADLINE_MS,
  });
}

/** All by default; the watched guest may not have less than it has. */
function configFor({ watched, guarded }: Readonly<Record<BuildGuest, QemuGuest>>): string {
  return [
    "[backend]",
    'kind = "qemu"',
    `qmp = ${JSON.stringify([watched.qmpSocket, guarded.qmpSocket])}`,
    "[guests.build-guarded]",
    "[guests.build-watched]",
    `min_mb = ${GUEST_MIB}`,
  ].join("\n");
}

interface Build {
  readonly seen: Watched;
  readonly processorMs: number;
}

/** Who comes first changes from turn to turn. */
async function playTurn(guests: Readonly<Record<BuildGuest, QemuGuest>>, nth: number): Promise<Turn> {
  const first = nth % GUESTS.length;
  const builds: Partial<Record<BuildGuest, Build>> = {};
  for (const name of [...GUESTS.slice(first), ...GUESTS.slice(0, first)]) {
    await sleep(IDLE_MS);
    builds[name] = await build(guests[name]);
  }
  const { static: unwatched, watched, guarded } = builds;
  if (unwatched === undefined || watched === undefined || guarded === undefined)
    throw new Error("a guest did not build");
  const of = (read: (one: Build) => number): Turn["tookMs"] => ({
    static: read(unwatched),
    watched: read(watched),
    guarded: read(guarded),
  });
  return {
    tookMs: of(({ seen }) => seen.tookMs),
    processorMs: of(({ processorMs }) => processorMs),
    stalledMs: of(({ seen }) => seen.grown.psi_some / 1000),
    ramMib: guarded.seen.samples[0]?.totalMib ?? Number.NaN,
  };
}

async function build(guest: QemuGuest): Promise<Build> {
  const beforeMs = await processorMs(guest);
  const seen = parseWatched((await guest.exec(`/in/watcher 0 '${BUILD}'`, BUILD_DEADLINE_MS)).stdout);
  if (seen.exitCode !== 0) throw new Error(`the build ended with ${seen.exitCode}\n${seen.said}`);
  return { seen, processorMs: (await processorMs(guest)) - beforeMs };
}

/** What the thread of the guest's only processor has run for, by this machine's scheduler. */
async function processorMs(guest: QemuGuest): Promise<number> {
  const [cpu] = (await guest.qmp("query-cpus-fast")) as readonly { readonly "thread-id": number }[];
  if (cpu === undefined) throw new Error(`guest ${guest.name} has no processor`);
  const [ranNs = "0"] = (await readFile(`/proc/${cpu["thread-id"]}/schedstat`, "utf8")).split(" ");
  return Number(ranNs) / 1e6;
}
