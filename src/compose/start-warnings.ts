import type { Config } from "../config/load.ts";
import type { Backend, OpenBackend } from "../core/backend.ts";
import type { Finding } from "../core/finding.ts";
import type { Settings } from "../core/settings.ts";
import { MachineFiles } from "../machine/files.ts";
import type { HostMemory } from "../machine/host-memory.ts";
import { maximumBytes } from "./maximum.ts";
import { idleBecause } from "./start-up.ts";

/** What is risky, and what to do about it; empty if `what` says that. */
export type StartWarning = Pick<Finding, "what" | "remedy">;

/**
 * What the owner should know when the daemon starts. Of a guest: that it has nothing to do, and that there is less swap than
 * it may have RAM, for which the driver's authors asked (specification, section 7, rule 5). Of a host: that its guests
 * may have more than it has.
 */
export async function startWarnings(
  backend: Pick<Backend, "traits">,
  opened: OpenBackend,
  settings: Settings,
  root: string,
  config: Pick<Config, "host">,
  lookAtHost: (() => HostMemory) | null,
): Promise<readonly StartWarning[]> {
  if (backend.traits.place !== "guest") {
    if (lookAtHost === null) return [];
    const { budgetWarning } = await import("./budget-warning.ts");
    const warning = budgetWarning(config, lookAtHost());
    return warning === null ? [] : [warning];
  }
  const because = idleBecause(backend, settings);
  const idle = because === null ? [] : [{ what: `Neither loop is on, so nothing is moved: ${because}.`, remedy: "" }];
  if (!backend.traits.hasBalloons) return idle;
  const { examineSwapSize } = await import("../swap/advice.ts");
  const files = new MachineFiles(root);
  const swap = examineSwapSize(files, await maximumBytes(opened));
  files.close();
  return swap?.level === "warn" ? [...idle, swap] : idle;
}
