import { configure } from "../config/configure.ts";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import { selfballoonError } from "../core/errors.ts";
import type { Configured } from "../core/settings.ts";
import { parseBootOptions, startReservedMb, startUp } from "../core/startup.ts";
import { kernelReadings } from "../formats/kernel-readings.ts";
import { MachineFiles } from "../machine/files.ts";
import { detectCompressedSwap, isConfigured } from "../swap/compressed-swap.ts";

/**
 * The tunables that the daemon starts with (specification, section 7). In a guest they follow from the boot options and
 * from what swap there is; simulated guests start with both loops on.
 * @throws ERR_NOTHING_TO_DO if neither loop is on, and what the configuration gets wrong.
 */
export function startTunables(
  backend: Backend,
  config: Config,
  root: string,
  bootFlags: readonly string[],
  consequence: string,
): Configured {
  if (backend.name === "simulated") return configure(config, { hasCompressedSwap: true, defaults: {} }, consequence);
  const files = new MachineFiles(root);
  const hasCompressedSwap = isConfigured(detectCompressedSwap(files));
  const cmdline = (files.readIfThere("/proc/cmdline") ?? "").split(/\s+/);
  const loops = startUp({
    boot: parseBootOptions([...cmdline, ...bootFlags]),
    compressedSwapConfigured: hasCompressedSwap,
    compressedSwapUsable: true,
  });
  const defaults = {
    selfballooning: Number(loops.selfballooning),
    frontswap_selfshrinking: Number(loops.selfshrinking),
    selfballoon_reserved_mb: reservedMb(files),
  };
  files.close();
  const configured = configure(config, { hasCompressedSwap, defaults }, consequence);
  refuseIdle(configured);
  return configured;
}

function reservedMb(files: MachineFiles): number {
  const { readings } = kernelReadings({
    meminfo: files.read("/proc/meminfo"),
    zoneinfo: files.read("/proc/zoneinfo"),
    vmstat: null,
    pressureMemory: null,
  });
  return startReservedMb(readings.totalramPages ?? 0, readings.pageBytes);
}

function refuseIdle({ settings }: Configured): void {
  const { selfballooning, frontswap_selfshrinking } = settings.values;
  if (selfballooning === 1 || (frontswap_selfshrinking === 1 && settings.hasCompressedSwap)) return;
  const because = settings.hasCompressedSwap
    ? "both were turned off; turn one on with --set selfballooning=1 or --set frontswap_selfshrinking=1"
    : "no compressed swap is configured, and then selfballooning is off unless it is asked for. Set up zram or zswap " +
      "(see `selfballoon doctor`), or turn it on with the boot option `selfballooning`, with --selfballooning, or with " +
      "`selfballooning = 1` under [tunables]";
  throw selfballoonError("ERR_NOTHING_TO_DO", { because });
}
