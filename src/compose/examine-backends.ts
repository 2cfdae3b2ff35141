import { accessSync, constants } from "node:fs";
import { XEN_MEMORY } from "../backends/xen/balloon.ts";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import { problemOf } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import type { MachineFiles } from "../machine/files.ts";
import { createBackend } from "./backends.ts";
import { findStartFacts, startTunables } from "./start-up.ts";

/** What `doctor` says of the ways to reach balloons. */
export interface BackendsExamined {
  /** Whether this machine is itself a guest with a balloon. */
  readonly isGuest: boolean;
  readonly findings: readonly Finding[];
}

/** Look for balloons as `run` does: at each way in its order, up to the first that is usable. */
export async function examineBackends(files: MachineFiles, config: Config, root: string): Promise<BackendsExamined> {
  const xen = await createBackend("xen", config, root);
  const probe = await xen.probe();
  if (!probe.usable) {
    const said = finding(probe.refused || config.backend === "xen" ? "fail" : "info", `xen: ${probe.because}.`);
    return { isGuest: false, findings: probe.refused ? [said] : [said, ...(await examineOthers(config, root))] };
  }
  const found = finding("ok", `xen: this is ${probe.found}.`);
  return { isGuest: true, findings: [found, examineTarget(files), examineLoops(xen, config, root)] };
}

type Other = "qemu" | "libvirt" | "swap-only";

function othersFor({ backend: asked }: Config): readonly Other[] {
  if (asked === "auto") return ["qemu", "libvirt", "swap-only"];
  return asked === "qemu" || asked === "libvirt" ? [asked] : [];
}

async function examineOthers(config: Config, root: string): Promise<readonly Finding[]> {
  const { backend: asked } = config;
  const findings: Finding[] = [];
  for (const kind of othersFor(config)) {
    const probe = await (await createBackend(kind, config, root)).probe();
    if (probe.usable) return [...findings, usable(kind, probe.found)];
    const remedy = kind === "swap-only" ? ADD_SWAP : "";
    findings.push({ level: asked === "auto" ? "info" : "fail", what: sentence(kind, probe.because), remedy });
  }
  return asked === "auto" || asked === "simulated" ? [...findings, SIMULATED] : findings;
}

function usable(kind: Other, found: string): Finding {
  return kind === "swap-only" ? SWAP_ONLY : finding("info", `${kind}: ${found}.`);
}

/** Some reasons begin with the name already. */
function sentence(kind: string, because: string): string {
  return because.startsWith(kind) ? `${because}.` : `${kind}: ${because}.`;
}

const SWAP_ONLY = finding(
  "ok",
  "Where `run` finds no balloon, it brings pages back from compressed swap alone, once it is calm.",
);

const ADD_SWAP = "With zram or zswap in use, `run` brings pages back from it: selfballoon slices --help";

const SIMULATED = finding("info", "`run` would start simulated guests here: they move nothing of this machine.");

function examineLoops(backend: Backend, config: Config, root: string): Finding {
  try {
    const { settings } = startTunables(backend, findStartFacts(backend, root, []), config, "nothing was started");
    const { selfballooning, frontswap_selfshrinking, selfballoon_reserved_mb } = settings.values;
    const swap = settings.hasCompressedSwap
      ? `frontswap_selfshrinking=${frontswap_selfshrinking}`
      : "no self-shrinking";
    const what = `\`run\` would start with selfballooning=${selfballooning}, ${swap}, selfballoon_reserved_mb=${selfballoon_reserved_mb}.`;
    return finding("ok", what);
  } catch (thrown) {
    return finding("fail", `\`run\` would not start: ${problemOf(thrown)}.`);
  }
}

function examineTarget(files: MachineFiles): Finding {
  const path = files.resolve(`${XEN_MEMORY}/target_kb`);
  try {
    accessSync(path, constants.W_OK);
    return finding("ok", `${path} may be written.`);
  } catch (thrown) {
    return {
      level: "fail",
      what: `${path} may not be written: ${problemOf(thrown)}.`,
      remedy: "Run as root, with CAP_SYS_ADMIN.",
    };
  }
}
