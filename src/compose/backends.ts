import type { XenOptions } from "../backends/xen/backend.ts";
import type { BackendKind } from "../config/backend-kinds.ts";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import { selfballoonError } from "../core/errors.ts";
import { MachineFiles } from "../machine/files.ts";
import { createLibvirt, createQemu } from "./host.ts";

/** The backend that was chosen, and what was looked at before it. */
export interface Choice {
  readonly backend: Backend;
  /** What it is, as a sentence without its full stop. */
  readonly found: string;
  /** Why the others are not usable, one sentence each. */
  readonly passedOver: readonly string[];
}

/** A backend by name. `swap-only` can't be asked for: `auto` takes it where there is compressed swap and no balloon. */
type Candidate = Exclude<BackendKind, "auto"> | "swap-only";

/** What `auto` tries, in this order. Each is loaded only when it is asked for. */
const CANDIDATES = ["xen", "qemu", "libvirt", "swap-only", "simulated"] as const satisfies readonly Candidate[];

/** Make a backend; nothing is touched until it is probed. */
export async function createBackend(kind: Candidate, config: Config, root: string): Promise<Backend> {
  switch (kind) {
    case "xen":
      return createXen(root);
    case "qemu":
      return createQemu(config);
    case "libvirt":
      return createLibvirt(config);
    case "swap-only":
      return createSwapOnly(root);
    case "simulated": {
      const { createSimulatedBackend } = await import("../backends/simulated/backend.ts");
      return createSimulatedBackend({ nowMs: () => performance.now(), plan: config.simulated });
    }
  }
}

/**
 * Find the backend to use: the one that was asked for or, for `auto`, the first that is usable, and simulated guests if
 * none is. With `real` only a balloon of this machine will do: giving memory back to simulated guests helps nobody.
 * @throws ERR_NO_BACKEND if the one asked for is not usable, or if ballooning is forbidden here.
 */
export async function chooseBackend(config: Config, root: string, real = false): Promise<Choice> {
  const { backend: kind } = config;
  const all: readonly Candidate[] = kind === "auto" ? CANDIDATES : [kind];
  const kinds = real ? all.filter((candidate) => candidate !== "simulated") : all;
  const passedOver: string[] = [];
  for (const candidate of kinds) {
    const backend = await createBackend(candidate, config, root);
    const probe = await backend.probe();
    if (probe.usable) return { backend, found: probe.found, passedOver };
    if (probe.refused) throw selfballoonError("ERR_NO_BACKEND", { because: probe.because });
    passedOver.push(probe.because);
  }
  throw selfballoonError("ERR_NO_BACKEND", { because: passedOver.join("; ") });
}

async function createXen(root: string): Promise<Backend> {
  const { createXenBackend } = await import("../backends/xen/backend.ts");
  return createXenBackend(await machineOptions(root));
}

async function createSwapOnly(root: string): Promise<Backend> {
  const { createSwapOnlyBackend } = await import("../backends/swap-only/backend.ts");
  const { compressedSwapNames, detectCompressedSwap } = await import("../swap/compressed-swap.ts");
  const options = await machineOptions(root);
  return createSwapOnlyBackend({
    ...options,
    compressedSwap: () => compressedSwapNames(detectCompressedSwap(options.files)),
  });
}

/** What the backends of this machine have in common. */
async function machineOptions(root: string): Promise<XenOptions> {
  const { detectCompressedSwap, storedPages } = await import("../swap/compressed-swap.ts");
  const files = new MachineFiles(root);
  return {
    files,
    nowS: () => Date.now() / 1000,
    frontswapPages: (meminfo, pageBytes) => storedPages(files, detectCompressedSwap(files), meminfo, pageBytes),
  };
}
