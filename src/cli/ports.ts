import type { Config, Flags } from "../config/load.ts";
import type { OpenBackend } from "../core/backend.ts";
import type { Finding } from "../core/finding.ts";

/** What `run` was asked to do. */
export interface RunPlan {
  readonly flags: Flags;
  /** The driver's boot options, given as flags. */
  readonly bootOptions: readonly string[];
  readonly dryRun: boolean;
  readonly once: boolean;
  readonly json: boolean;
}

/** What the commands need from the rest of the house; the composition root provides it. */
export interface CliPorts {
  readonly version: string;
  /** Do the main job. @returns the exit code. */
  run(plan: RunPlan): Promise<number>;
  /** Open the balloon of this machine to look at it or to give memory back. @throws ERR_NO_BACKEND. */
  openBackend(config: Config, root: string): Promise<OpenBackend>;
  /** Look at this machine: what is present, missing, risky. */
  examine(config: Config, root: string): Promise<readonly Finding[]>;
}
