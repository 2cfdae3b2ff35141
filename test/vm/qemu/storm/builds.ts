import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../rig/wait.ts";
import { HostDaemon } from "../host/daemon.ts";
import { Sampler } from "../host/samples.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { percentiles } from "./figures.ts";
import { makeFiles } from "./files.ts";
import { FILES } from "./loads.ts";
import { buildWatcher, parseWatched, type Watched } from "./watcher.ts";

const GUEST_MIB = 512;
/** Between two builds both guests are idle, and the guarded one is ballooned down again. */
const IDLE_MS = 45_000;
const BOOT_DEADLINE_MS = 120_000;
const BUILD_DEADLINE_MS = 300_000;
const UNITS = 6;
/** The guarded guest counts as ballooned down for the first time. */
const SMALL_MIB = 200;
const SMALL_DEADLINE_MS = 400_000;

const GUESTS = ["static", "guarded"] as const;
type BuildGuest = (typeof GUESTS)[number];

/** One build in each guest, one after the other. */
interface Pair {
  readonly tookMs: Readonly<Record<BuildGuest, number>>;
  readonly stalledMs: Readonly<Record<BuildGuest, number>>;
  /** What the guarded guest had when its build began. */
  readonly ramMib: number;
}

/** What the guard cost a guest that builds now and then. */
export interface BuildFigures {
  readonly pairs: readonly Pair[];
  /** The guarded build's time over the static one's, less one, in percent: the median of the pairs. */
  readonly slowDownPercent: number;
  /** What the guarded guest had on average, idle times and builds together, in MiB of `GUEST_MIB`. */
  readonly meanMib: number;
  readonly oomKills: number;
}

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

/** Builds in turns in a guest that keeps all its memory and in one that the daemon runs as it does by default. */
export async function playBuilds(repetitions: number, progress: (text: string) => void): Promise<BuildFigures> {
  const folder = await mkdtemp(join(tmpdir(), "selfballoon-builds-"));
  const guestFiles = { watcher: await buildWatcher(), files: await makeFiles(join(folder, "files")) };
  const boot = (name: BuildGuest): Promise<QemuGuest> =>
    startQemuGuest({
      name: `build-${name}`,
      memoryMib: GUEST_MIB,
      kernel: "6.1",
      swap: { kind: "disk", mib: GUEST_MIB },
      guestFiles,
      deadlineMs: BOOT_DEADLINE_MS,
    });
  const [unhurried, guarded] = await Promise.all([boot("static"), boot("guarded")]);
  const daemon = await HostDaemon.start(configFor(guarded));
  const sampler = new Sampler([guarded]);
  try {
    await waitUntil(
      "the guarded guest to be small",
      async () => (await guarded.actualMib()) < SMALL_MIB,
      SMALL_DEADLINE_MS,
    );
    const pairs: Pair[] = [];
    for (let nth = 0; nth < repetitions; nth += 1) {
      pairs.push(await playPair({ static: unhurried, guarded }, nth));
      progress(describePair(pairs.at(-1)));
    }
    const ratios = pairs.map(({ tookMs }) => tookMs.guarded / tookMs.static);
    const actual = sampler.samples.flatMap(({ actualMib }) => actualMib);
    return {
      pairs,
      slowDownPercent: 100 * (percentiles(ratios).p50 - 1),
      meanMib: actual.reduce((sum, mib) => sum + mib, 0) / actual.length,
      oomKills: await guarded.counter("/proc/vmstat", "oom_kill"),
    };
  } finally {
    await sampler.stop();
    await daemon.dispose();
    await Promise.all([unhurried.stop(), guarded.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

export function describeBuilds({ pairs, slowDownPercent, meanMib, oomKills }: BuildFigures): string {
  return [
    `${pairs.length} builds in each guest, in turns: under the guard ${slowDownPercent.toFixed(1)} % longer (median).`,
    `The guarded guest had ${meanMib.toFixed(0)} of ${GUEST_MIB} MiB on average. Killed: ${oomKills}.`,
  ].join("\n");
}

function describePair(pair: Pair | undefined): string {
  if (pair === undefined) return "";
  const of = (guest: BuildGuest): string =>
    `${guest} ${(pair.tookMs[guest] / 1000).toFixed(2)} s (stalled ${pair.stalledMs[guest].toFixed(0)} ms)`;
  return `${GUESTS.map(of).join(", ")}, ${pair.ramMib.toFixed(0)} MiB at the start`;
}

/** All by default; only the one guest is named, so the other is left alone. */
function configFor(guarded: QemuGuest): string {
  return `[backend]\nkind = "qemu"\nqmp = ${JSON.stringify([guarded.qmpSocket])}\n[guests."*"]`;
}

/** Who comes first changes from pair to pair, and both are idle for as long before their build. */
async function playPair(guests: Readonly<Record<BuildGuest, QemuGuest>>, nth: number): Promise<Pair> {
  const seen: Partial<Record<BuildGuest, Watched>> = {};
  for (const name of nth % 2 === 0 ? GUESTS : GUESTS.toReversed()) {
    await sleep(IDLE_MS);
    seen[name] = parseWatched((await guests[name].exec(`/in/watcher 0 '${BUILD}'`, BUILD_DEADLINE_MS)).stdout);
  }
  const { static: unhurried, guarded } = seen;
  if (unhurried?.exitCode !== 0 || guarded?.exitCode !== 0) throw new Error("a build did not end well");
  return {
    tookMs: { static: unhurried.tookMs, guarded: guarded.tookMs },
    stalledMs: { static: unhurried.grown.psi_some / 1000, guarded: guarded.grown.psi_some / 1000 },
    ramMib: guarded.samples[0]?.totalMib ?? Number.NaN,
  };
}
