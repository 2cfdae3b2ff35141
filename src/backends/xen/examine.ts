import { accessSync, constants } from "node:fs";
import { problemOf } from "../../core/errors.ts";
import { type Finding, finding } from "../../core/finding.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { XEN_MEMORY } from "./balloon.ts";

/** What `doctor` says of the Xen guest that we run in. */
export function examineXen(files: MachineFiles, found: string): readonly Finding[] {
  return [finding("ok", `xen: this is ${found}.`), examineTarget(files.resolve(`${XEN_MEMORY}/target_kb`))];
}

function examineTarget(path: string): Finding {
  try {
    accessSync(path, constants.W_OK);
    return finding("ok", `${path} may be written.`);
  } catch (thrown) {
    return finding("fail", `${path} may not be written: ${problemOf(thrown)}.`, "Run as root, with CAP_SYS_ADMIN.");
  }
}
