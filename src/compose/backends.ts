import type { BackendKind } from "../config/backend-kinds.ts";
import type { Backend } from "../core/backend.ts";
import { selfballoonError } from "../core/errors.ts";
import { MachineFiles } from "../machine/files.ts";

/** The backend that was chosen, and what was looked at before it. */
export interface Choice {
  readonly backend: Backend;
  /** What it is, as a sentence without its full stop. */
  readonly found: string;
  /** Why the others are not usable, one sentence each. */
  readonly passedOver: readonly string[];
}

/** The real backends, in the order in which `auto` tries them. Each is loaded only when it is asked for. */
const REAL_KINDS = ["xen"] as const satisfies readonly BackendKind[];

/** Make a backend; nothing is touched until it is probed. */
export async function createBackend(kind: Exclude<BackendKind, "auto">, root: string): Promise<Backend> {
  switch (kind) {
    case "xen":
      return createXen(root);
    case "simulated": {
      const { createSimulatedBackend } = await import("../backends/simulated/backend.ts");
      return createSimulatedBackend({ nowMs: () => performance.now() });
    }
  }
}

/**
 * Find the backend to use: the one that was asked for or, for `auto`, the first that is usable, and simulated guests if
 * none is.
 * @throws ERR_NO_BACKEND if the one asked for is not usable, or if ballooning is forbidden here.
 */
export async function chooseBackend(kind: BackendKind, root: string): Promise<Choice> {
  const kinds = kind === "auto" ? [...REAL_KINDS, "simulated" as const] : [kind];
  const passedOver: string[] = [];
  for (const candidate of kinds) {
    const backend = await createBackend(candidate, root);
    const probe = await backend.probe();
    if (probe.usable) return { backend, found: probe.found, passedOver };
    if (probe.refused) throw selfballoonError("ERR_NO_BACKEND", { because: probe.because });
    passedOver.push(probe.because);
  }
  throw selfballoonError("ERR_NO_BACKEND", { because: passedOver.join("; ") });
}

async function createXen(root: string): Promise<Backend> {
  const { createXenBackend } = await import("../backends/xen/backend.ts");
  const { detectCompressedSwap, storedPages } = await import("../swap/compressed-swap.ts");
  const files = new MachineFiles(root);
  return createXenBackend({
    files,
    nowS: () => Date.now() / 1000,
    frontswapPages: (meminfo, pageBytes) => storedPages(files, detectCompressedSwap(files), meminfo, pageBytes),
  });
}
