import type { Backend, OpenBackend } from "../core/backend.ts";
import type { Finding } from "../core/finding.ts";
import type { Settings } from "../core/settings.ts";
import { MachineFiles } from "../machine/files.ts";
import { maximumBytes } from "./maximum.ts";
import { idleBecause } from "./start-up.ts";

/** What is risky, and what to do about it; empty if `what` says that. */
export type StartWarning = Pick<Finding, "what" | "remedy">;

/**
 * What the owner of this guest should know when the daemon starts: that it has nothing to do, and that there is less swap
 * than the guest may have RAM, for which the driver's authors asked (specification, section 7, rule 5). Empty on a host.
 */
export async function startWarnings(
  backend: Pick<Backend, "traits">,
  opened: OpenBackend,
  settings: Settings,
  root: string,
): Promise<readonly StartWarning[]> {
  if (backend.traits.place !== "guest") return [];
  const because = idleBecause(backend, settings);
  const idle = because === null ? [] : [{ what: `Neither loop is on, so nothing is moved: ${because}.`, remedy: "" }];
  if (!backend.traits.hasBalloons) return idle;
  const { examineSwapSize } = await import("../swap/advice.ts");
  const files = new MachineFiles(root);
  const swap = examineSwapSize(files, await maximumBytes(opened));
  files.close();
  return swap?.level === "warn" ? [...idle, swap] : idle;
}
