import { PATIENCE_MS, waitUntil } from "../../rig/wait.ts";
import type { GuestOptions } from "../guest.ts";
import type { QemuGuest } from "../rig.ts";
import { selfballoon } from "./daemon.ts";
import { SWAP_HIGH } from "./load.ts";
import { TOOLS } from "./tools.ts";

export const SWAP_KINDS = ["zram", "zswap", "slices"] as const;

export type SwapKind = (typeof SWAP_KINDS)[number];

const SWAP_MIB = 450;
const PAGES_PER_KIB = 1 / 4;
const SLICES = 15;

/** What a daemon that is killed leaves behind, once nobody, then `release`, then its next start has seen to it. */
export interface Leftovers {
  readonly afterKill: string;
  readonly afterRelease: string;
  readonly afterRestart: string;
  /** As it was before all that. */
  readonly whole: string;
}

/** One kind of compressed swap in a guest: how it is set up, what it holds, and what a kill leaves of it. */
export interface Setting {
  /** All that bringing its pages back takes, and nothing else. */
  readonly capabilities: string;
  /** Swap that the guest boots with. */
  readonly bootSwap: Pick<GuestOptions, "swap">;
  setUp(guest: QemuGuest): Promise<void>;
  /** Pages that it holds. */
  stored(guest: QemuGuest): Promise<number>;
  /** The most that one of its parts holds: what comes back at once. */
  largestPart(guest: QemuGuest): Promise<number>;
  /** `kill -9` in the middle of its work. */
  killDaemon(guest: QemuGuest): Promise<void>;
  /** As a daemon leaves it that is killed at the worst moment. */
  leaveOver(guest: QemuGuest): Promise<void>;
  /** What of it a killed daemon may have changed. */
  look(guest: QemuGuest): Promise<string>;
}

/** Kernels up to 6.14 free places in swap in lots of so many, so the kernel's count falls in lots. */
const LOT_PAGES = 64;

const PAGE_BY_PAGE = {
  capabilities: "-all,+sys_ptrace,+dac_read_search",
  setUp: async () => {},
  largestPart: async () => LOT_PAGES,
  killDaemon: async (guest: QemuGuest) => void (await guest.exec("kill -9 $(pidof node)")),
  leaveOver: async (guest: QemuGuest) => {
    await guest.exec(`printf '${SWAP_HIGH}\\nmax\\n' >/run/selfballoon/swap-high; echo 0 >${SWAP_HIGH}`);
  },
  look: async (guest: QemuGuest) => (await guest.exec(`cat ${SWAP_HIGH}`)).stdout.trim(),
};

export const SETTINGS: Readonly<Record<SwapKind, Setting>> = {
  zram: {
    ...PAGE_BY_PAGE,
    bootSwap: { swap: { kind: "zram", mib: SWAP_MIB } },
    stored: async (guest) => (await zramPages(guest)).reduce((sum, pages) => sum + pages, 0),
  },
  zswap: {
    ...PAGE_BY_PAGE,
    bootSwap: { swap: { kind: "zswap", mib: SWAP_MIB } },
    stored: async (guest) => (await guest.counter("/proc/meminfo", "Zswapped")) * PAGES_PER_KIB,
  },
  slices: {
    capabilities: `${PAGE_BY_PAGE.capabilities},+sys_admin`,
    bootSwap: {},
    setUp: async (guest) => void (await selfballoon(guest, `slices --size-mb ${SWAP_MIB} --count ${SLICES}`)),
    stored: async (guest) => (await zramPages(guest)).reduce((sum, pages) => sum + pages, 0),
    largestPart: async (guest) => Math.max(...(await zramPages(guest))),
    killDaemon: async (guest) => {
      await guest.exec("until pidof swapoff >/dev/null; do :; done; kill -9 $(pidof node)", PATIENCE_MS);
      const hasEnded = async (): Promise<boolean> => (await guest.exec("pidof swapoff")).exitCode !== 0;
      await waitUntil("the swapoff that nobody ended any more", hasEnded, PATIENCE_MS);
    },
    leaveOver: async (guest) => {
      const device = "$(sed -n 's/^\\(.dev.zram[0-9]*\\) .*/\\1/p' /proc/swaps | head -n 1)";
      const command = `${TOOLS}; device=${device}; printf '%s\\n100\\n' $device >/run/selfballoon/slice-off; swapoff $device`;
      await guest.exec(command, PATIENCE_MS);
    },
    look: async (guest) => {
      const { stdout } = await guest.exec("grep -c '^/dev/zram.*[^0-9-]100$' /proc/swaps; ls /run/selfballoon");
      return `${stdout.includes("slice-off") ? "a slice on record, " : ""}${Number.parseInt(stdout, 10)} slices on`;
    },
  },
};

/** What each zram device holds, less the page with its swap header. */
async function zramPages(guest: QemuGuest): Promise<readonly number[]> {
  const { stdout } = await guest.exec("cat /sys/block/zram*/mm_stat");
  return stdout
    .trim()
    .split("\n")
    .map((line) => Math.max(0, Number(line.trim().split(/ +/)[0]) / 4096 - 1));
}
