import type { Finding } from "../core/finding.ts";
import { parseEffectiveCapabilities } from "../formats/process-status.ts";
import type { MachineFiles } from "../machine/files.ts";
import type { CompressedSwap } from "./compressed-swap.ts";
import { isAtLeast, kernelRelease } from "./kernel-release.ts";
import { sliceAreas } from "./slices/slices.ts";

/** Linux, include/uapi/linux/capability.h: the number of each. */
const CAP_DAC_OVERRIDE = 1n;
const CAP_DAC_READ_SEARCH = 2n;
const CAP_SYS_PTRACE = 19n;
const CAP_SYS_ADMIN = 21n;

/** Whether a capability is in effect. */
type Has = (capability: bigint) => boolean;

/** Yama's strictest setting: nobody reads another process's memory (Documentation/admin-guide/LSM/Yama.rst). */
const NO_ATTACH = "3";

/** What it takes here to bring pages back from compressed swap, page by page and by slices. */
export function examineReturn(files: MachineFiles, swap: CompressedSwap): readonly Finding[] {
  const status = files.readIfPossible("/proc/self/status");
  const capabilities = status === null ? null : parseEffectiveCapabilities(status);
  const hasSlices = sliceAreas(files).length > 0;
  const way = hasSlices && !swap.zswap ? [] : [examineWay(files, swap)];
  if (capabilities === null) return way;
  const has: Has = (capability) => ((capabilities >> capability) & 1n) === 1n;
  return [...way, ...(hasSlices ? [examineSwapoff(has)] : []), examineAccess(files, has)];
}

/** Since Linux 6.8 zswap frees a page that is read; before, only with the page's place in swap. Measured on 6.1 and 6.12. */
function examineWay(files: MachineFiles, { zswap }: CompressedSwap): Finding {
  const release = kernelRelease(files);
  if (!zswap || isAtLeast(release, 6, 8))
    return { level: "ok", what: "Pages come back from compressed swap by being read.", remedy: "" };
  const what =
    `On this kernel (${release || "of unknown version"}) reading a page may leave it in zswap. Then memory.swap.high of ` +
    "its process's control group is lowered for some milliseconds while pages are read";
  if (files.readIfPossible("/sys/fs/cgroup/cgroup.controllers") !== null)
    return { level: "info", what: `${what}; processes in the root group are left as they are.`, remedy: "" };
  return {
    level: "warn",
    what: `${what}, but there is no control group version 2 at ${files.resolve("/sys/fs/cgroup")}.`,
    remedy: "Boot with systemd.unified_cgroup_hierarchy=1, or use zram in zswap's place.",
  };
}

/** Linux, mm/swapfile.c: swapoff and swapon ask for it. */
function examineSwapoff(has: Has): Finding {
  if (has(CAP_SYS_ADMIN)) return { level: "ok", what: "Slices may be swapped off and on.", remedy: "" };
  const what = "Slices may not be swapped off, so their pages come back page by page.";
  return { level: "warn", what, remedy: "Run as root, with CAP_SYS_ADMIN." };
}

function examineAccess(files: MachineFiles, has: Has): Finding {
  if (files.readIfPossible("/proc/sys/kernel/yama/ptrace_scope")?.trim() === NO_ATTACH) {
    const what = "No process may read another's memory (kernel.yama.ptrace_scope is 3), so no pages are brought back.";
    return { level: "warn", what, remedy: "Set kernel.yama.ptrace_scope to 2 or less in /etc/sysctl.d, and reboot." };
  }
  if (has(CAP_SYS_PTRACE) && (has(CAP_DAC_READ_SEARCH) || has(CAP_DAC_OVERRIDE)))
    return { level: "ok", what: "The memory of other processes may be read, to bring their pages back.", remedy: "" };
  return {
    level: "warn",
    what: "The memory of other processes may not be read, so only pages of our own user's are brought back.",
    remedy: "Run as root, with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.",
  };
}
