import type { ShrinkRecord } from "../src/core/journal-record.ts";
import { type QemuGuest, startQemuGuest } from "../test/vm/qemu/rig.ts";
import { GuestDaemon } from "../test/vm/qemu/swap/daemon.ts";
import { SleepingLoad } from "../test/vm/qemu/swap/load.ts";
import { SETTINGS, type SwapKind } from "../test/vm/qemu/swap/setting.ts";
import { GUEST_FILES } from "../test/vm/qemu/swap/tools.ts";
import { vmGate } from "../test/vm/rig/requirements.ts";
import { waitUntil } from "../test/vm/rig/wait.ts";

// A process of its own: boots a real guest, lets its daemon bring back what a sleeping load has in compressed swap, page
// by page and by slices, as fast as it can. Prints the figures as JSON, or why there are none.
const LOAD_MIB = 200;
const DEADLINE_MS = 120_000;

/** What bringing pages back came to. */
export interface SwapFigures {
  readonly freedPages: number;
  /** Of the processor, for each second of it. */
  readonly pagesPerSecond: number;
}

export type SwapReport = { readonly skipped: string } | { readonly zram: SwapFigures; readonly slices: SwapFigures };

const { skip, reason } = vmGate();
process.stdout.write(JSON.stringify((skip ? { skipped: reason } : await measureGuest()) satisfies SwapReport));
process.exit(0);

async function measureGuest(): Promise<SwapReport> {
  const guest = await startQemuGuest({
    name: "bench-swap",
    memoryMib: 512,
    kernel: "6.1",
    agent: false,
    withNode: true,
    guestFiles: GUEST_FILES,
    ...SETTINGS.zram.bootSwap,
    deadlineMs: DEADLINE_MS,
  });
  try {
    const zram = await measureKind(guest, "zram");
    await guest.exec("swapoff /dev/zram0; echo 1 >/sys/block/zram0/reset");
    await SETTINGS.slices.setUp(guest);
    return { zram, slices: await measureKind(guest, "slices") };
  } finally {
    await guest.stop();
  }
}

async function measureKind(guest: QemuGuest, kind: SwapKind): Promise<SwapFigures> {
  const setting = SETTINGS[kind];
  const load = await SleepingLoad.start(guest, LOAD_MIB);
  const enoughPages = (await setting.stored(guest)) / 2;
  const daemon = new GuestDaemon(guest, kind, setting.capabilities, ["frontswap_hysteresis=1", "frontswap_inertia=1"]);
  const freed = async (): Promise<number> => sum(await daemon.shrinks(), ({ freedPages }) => freedPages);
  await waitUntil("half of it to be back", async () => (await freed()) > enoughPages, DEADLINE_MS, 500);
  const shrinks = await daemon.shrinks();
  await guest.exec("kill $(pidof node)");
  await Promise.all([daemon.ended, load.wake()]);
  const freedPages = sum(shrinks, (shrink) => shrink.freedPages);
  return { freedPages, pagesPerSecond: freedPages / (sum(shrinks, ({ cpuMs }) => cpuMs) / 1000) };
}

function sum(shrinks: readonly ShrinkRecord[], of: (shrink: ShrinkRecord) => number): number {
  return shrinks.reduce((total, shrink) => total + of(shrink), 0);
}
