import { INITIAL_GUEST_STATE, step } from "../../src/core/guest/step.ts";
import { startReservedMb } from "../../src/core/startup.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../src/core/tunables.ts";
import { createSimHost, type SimHost } from "../../src/sim/host.ts";
import { PAGE_BYTES } from "../../src/sim/watermarks.ts";
import type { Workload } from "../../src/sim/workload.ts";
import { createWorkload } from "../../src/sim/workloads.ts";
import type { Figure } from "../budgets.ts";

const GUEST = "idle";
const FROM_MIB = 5120;
const TO_PAGES = (900 * 2 ** 20) / PAGE_BYTES;
/** The guest reads files until its memory is full of cold cache; then the daemon starts. */
const READING_S = 300;
const DEADLINE_S = 1800;

/** A simulated guest of 5 GiB, full of cold cache: how many minutes until its kernel has 900 MiB (MemTotal). */
export async function measureIdleGuest(): Promise<readonly Figure[]> {
  const asStarted = shrinkGuest({ guard: 1, hasReserve: true });
  const others = [
    `without the reserve ${text(shrinkGuest({ guard: 1, hasReserve: false }))}`,
    `the law alone ${text(shrinkGuest({ guard: 0, hasReserve: true }))}`,
    `and without the reserve ${text(shrinkGuest({ guard: 0, hasReserve: false }))}`,
  ];
  const note = `simulated, at the defaults: guard, 10 % reserve, ${asStarted.oomKills} OOM kills; ${others.join(", ")}`;
  return [{ value: asStarted.minutes, note }];
}

interface Outcome {
  /** Infinite: not within half an hour. */
  readonly minutes: number;
  readonly oomKills: number;
}

function shrinkGuest({ guard, hasReserve }: { readonly guard: 0 | 1; readonly hasReserve: boolean }): Outcome {
  const loads = [createWorkload("idle", { seed: 1, sizeMib: 256 }), readFilesOnce()];
  const host = createSimHost({ guests: [{ name: GUEST, maximumMib: FROM_MIB, swapMib: FROM_MIB, loads }] });
  host.advance(READING_S * 1000);
  const { totalramPages, pageBytes } = host.observe(GUEST);
  const reservedMb = hasReserve ? startReservedMb(totalramPages ?? 0, pageBytes) : 0;
  const tunables = { ...DEFAULT_TUNABLES, guard, selfballoon_reserved_mb: reservedMb };
  return { minutes: secondsUntilSmall(host, tunables) / 60, oomKills: host.score(GUEST).oomKills };
}

function secondsUntilSmall(host: SimHost, tunables: Tunables): number {
  let state = INITIAL_GUEST_STATE;
  for (let seconds = 0; seconds <= DEADLINE_S; seconds += 1) {
    const observation = host.observe(GUEST);
    if ((observation.totalramPages ?? Number.POSITIVE_INFINITY) <= TO_PAGES) return seconds;
    // The first step comes one interval after the start.
    if (seconds > 0 && seconds % tunables.selfballoon_interval === 0) {
      const stepped = step(state, observation, tunables, host.nowMs());
      state = stepped.state;
      const { balloonTargetPages } = stepped.decision;
      if (balloonTargetPages !== null) host.setTarget(GUEST, balloonTargetPages);
    }
    host.advance(1000);
  }
  return Number.POSITIVE_INFINITY;
}

/** 30 MB/s of files, each read once. */
function readFilesOnce(): Workload {
  return {
    name: "reader",
    hotShare: 1,
    touchSeconds: 10,
    demandAt(seconds, _age, demand) {
      demand.streamPagesPerSecond = seconds < READING_S ? 7500 : 0;
    },
  };
}

function text({ minutes, oomKills }: Outcome): string {
  const kills = oomKills === 0 ? "" : ` (${oomKills} OOM kills)`;
  return `${Number.isFinite(minutes) ? `${minutes.toFixed(1)} min` : "not within 30 min"}${kills}`;
}
