import type { MachineFiles } from "../machine/files.ts";

/** The kernel's release, such as `6.12.95+deb12-amd64`; empty if it is not known. */
export function kernelRelease(files: MachineFiles): string {
  return files.readIfPossible("/proc/sys/kernel/osrelease")?.trim().slice(0, 32) ?? "";
}

/** Whether `release` is of Linux `major`.`minor` or later; false if it is not known. */
export function isAtLeast(release: string, major: number, minor: number): boolean {
  const [, first = "0", second = "0"] = /^([0-9]{1,4})\.([0-9]{1,4})/.exec(release) ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}
