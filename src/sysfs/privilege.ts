import { readFileSync, readlinkSync } from "node:fs";
import { parseEffectiveCapabilities } from "../formats/process-status.ts";

/** CAP_SYS_ADMIN (capabilities(7)), which the driver asked of its writers. */
const SYS_ADMIN = 1n << 21n;

/**
 * Whether the thread has CAP_SYS_ADMIN here. One that has it in a user namespace of its own, such as root of a container, does not.
 * It waits for our answer to its request, so that its number is nobody else's meanwhile. False for one that can't be seen.
 */
export function hasSysAdmin(pid: number): boolean {
  if (pid === 0) return false;
  try {
    const effective = parseEffectiveCapabilities(readFileSync(`/proc/${pid}/status`, "latin1"));
    if (effective === null || (effective & SYS_ADMIN) === 0n) return false;
    return readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync("/proc/self/ns/user");
  } catch {
    return false;
  }
}
