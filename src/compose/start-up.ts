import { configure, type StartFacts } from "../config/configure.ts";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import { type KernelParameter, readBootOptions } from "../core/boot-options.ts";
import { problemOf } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import { armsAfterRun } from "../core/guest/arming.ts";
import type { Policy } from "../core/policy.ts";
import type { Settings } from "../core/settings.ts";
import { startIntervalOnHost, startPolicy, startReservedMb, startUp } from "../core/startup.ts";
import { parseKernelCommandLine } from "../formats/kernel-command-line.ts";
import { MachineFiles } from "../machine/files.ts";
import { readOwnKernel } from "../machine/own-kernel.ts";
import { detectCompressedSwap, isConfigured } from "../swap/compressed-swap.ts";
import { isRealHost } from "./backends.ts";

/**
 * What start-up finds (specification, section 7). In a guest it follows from the boot options, from what swap there is
 * and from the RAM that the guest has. Simulated guests start with both loops on and a step a second, to be watched. On a
 * host no boot option speaks, and the swap of the guests is out of our reach.
 */
export function findStartFacts(
  backend: Backend,
  root: string,
  bootFlags: readonly KernelParameter[],
  policy: Policy,
): StartFacts {
  if (!backend.traits.isReal) return { hasCompressedSwap: true, defaults: { selfballoon_interval: 1 } };
  if (isRealHost(backend)) {
    const intervalS = startIntervalOnHost(policy);
    return { hasCompressedSwap: false, defaults: intervalS === null ? {} : { selfballoon_interval: intervalS } };
  }
  const files = new MachineFiles(root);
  const hasCompressedSwap = isConfigured(detectCompressedSwap(files));
  const cmdline = parseKernelCommandLine(files.readIfPossible("/proc/cmdline") ?? "");
  const loops = startUp({
    boot: readBootOptions([...cmdline, ...bootFlags]),
    compressedSwapConfigured: hasCompressedSwap,
    compressedSwapUsable: true,
  });
  const defaults = {
    selfballooning: Number(loops.selfballooning && backend.traits.hasBalloons),
    frontswap_selfshrinking: Number(loops.selfshrinking),
    selfballoon_reserved_mb: reservedMb(files),
  };
  files.close();
  return { hasCompressedSwap, defaults };
}

/** The policy that the operator named, or else the usual one for what was found. */
export function policyFor({ traits }: Pick<Backend, "traits">, { policy }: Pick<Config, "policy">): Policy {
  return policy ?? startPolicy(traits);
}

/** Why neither loop of this guest is on, and how to turn one on; null if one is, or if these are a host's guests. */
export function idleBecause(
  { traits }: Pick<Backend, "traits">,
  { values, hasCompressedSwap }: Settings,
): string | null {
  if (traits.place !== "guest" || armsAfterRun(values, hasCompressedSwap)) return null;
  if (hasCompressedSwap) return "both were turned off; turn one on with selfballooning=1 or frontswap_selfshrinking=1";
  return (
    "no compressed swap is configured, and then selfballooning is off unless it is asked for. Set up zram or zswap " +
    "(see `selfballoon doctor`) and restart, or turn it on with `selfballoon set selfballooning=1`, with the boot option " +
    "`selfballooning`, with --selfballooning, or with `selfballooning = 1` under [tunables]"
  );
}

/** What `doctor` says of the loops that `run` would start with in this guest. */
export function examineStart(backend: Backend, config: Config, root: string): Finding {
  try {
    const facts = findStartFacts(backend, root, [], policyFor(backend, config));
    const { settings } = configure(config, facts, "nothing was started");
    const { selfballooning, frontswap_selfshrinking, selfballoon_reserved_mb } = settings.values;
    const swap = settings.hasCompressedSwap
      ? `frontswap_selfshrinking=${frontswap_selfshrinking}`
      : "no self-shrinking";
    const loops = `selfballooning=${selfballooning}, ${swap}, selfballoon_reserved_mb=${selfballoon_reserved_mb}`;
    const idle = idleBecause(backend, settings);
    if (idle !== null) return finding("warn", `\`run\` would start and do nothing (${loops}): ${idle}.`);
    return finding("ok", `\`run\` would start with ${loops}.`);
  } catch (thrown) {
    return finding("fail", `\`run\` would not start: ${problemOf(thrown)}.`);
  }
}

function reservedMb(files: MachineFiles): number {
  const { readings } = readOwnKernel(files, null);
  return startReservedMb(readings.totalramPages ?? 0, readings.pageBytes);
}
