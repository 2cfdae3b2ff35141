import { hasSystemCode, SelfballoonError } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import { parseZoneinfo } from "../formats/zoneinfo.ts";
import type { MachineFiles } from "./files.ts";

const PRESSURE = "/proc/pressure/memory";
const ZONES = "/proc/zoneinfo";

/** What `doctor` says of memory pressure as this kernel reports it. */
export function examinePressure(files: MachineFiles): Finding {
  try {
    if (files.readIfThere(PRESSURE) !== null) return finding("ok", "The kernel reports memory pressure (PSI).");
    return finding("info", `${NO_PRESSURE} there is no ${files.resolve(PRESSURE)}, or it is switched off.`, PSI_ON);
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    // Linux, kernel/sched/psi.c: what is built in and switched off can be opened, and not read.
    const isOff = hasSystemCode(thrown.cause, "ENOTSUP", "EOPNOTSUPP");
    if (isOff) return finding("info", `${NO_PRESSURE} it is built in and switched off.`, PSI_ON);
    return finding("warn", `${NO_PRESSURE} ${thrown.message}.`);
  }
}

const NO_PRESSURE = "The kernel does not report memory pressure (PSI):";

const PSI_ON = "Boot with psi=1 on the kernel's command line (Linux 4.20 or later, CONFIG_PSI).";

/** What `doctor` says where the zones of this kernel can't be read; null if they can. */
export function examineZones(files: MachineFiles): Finding | null {
  try {
    parseZoneinfo(files.read(ZONES));
    return null;
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    const what = `The kernel's own reserve is taken for 1/16 of the guest, at most 128 MiB: ${thrown.message}.`;
    return finding("warn", what);
  }
}
