import { completionFiles } from "./completions.ts";
import { dashboard } from "./dashboard.ts";
import { exampleConfigFile } from "./example-config.ts";
import type { GeneratedFile } from "./file.ts";
import { fleetDashboard } from "./fleet-dashboard.ts";
import { manual } from "./manual.ts";

/** Every generated file of packaging/, as the tables make it. */
export function packagingFiles(): readonly GeneratedFile[] {
  return [manual(), ...completionFiles(), exampleConfigFile(), dashboard(), fleetDashboard()];
}
