import { accessSync, constants } from "node:fs";
import { problemOf } from "../../core/errors.ts";
import { type Finding, finding } from "../../core/finding.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { XEN_MEMORY } from "./balloon.ts";

/** What `doctor` says of the Xen guest that we run in. `xenstore` is the way to dom0's, null where it is not used. */
export function examineXen(files: MachineFiles, found: string, xenstore: string | null): readonly Finding[] {
  const target = files.resolve(`${XEN_MEMORY}/target_kb`);
  return [
    finding("ok", `xen: this is ${found}.`),
    examineAccess(target, constants.W_OK, "Run as root, with CAP_SYS_ADMIN."),
    ...(xenstore === null ? [] : [examineAccess(xenstore, constants.R_OK | constants.W_OK, XENSTORE_REMEDY)]),
  ];
}

const XENSTORE_REMEDY = "Run as root; without it dom0 is shown nothing, and its wishes are not taken.";

function examineAccess(path: string, mode: number, remedy: string): Finding {
  try {
    accessSync(path, mode);
    return finding("ok", `${path} may be written.`);
  } catch (thrown) {
    return finding("fail", `${path} may not be written: ${problemOf(thrown)}.`, remedy);
  }
}
