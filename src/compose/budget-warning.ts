import type { Config } from "../config/load.ts";
import type { Finding } from "../core/finding.ts";
import type { HostMemory } from "../machine/host-memory.ts";
import { bytesText } from "../view/amounts.ts";

/**
 * What is said where the configuration lets guests have more memory than there is on their host, or in the cgroup that we and
 * they are in: they would be given what is not there. Null where it does not, or where either is not known.
 */
export function budgetWarning(
  { host: { memory } }: Pick<Config, "host">,
  { reading: { totalBytes }, isOfCgroup }: HostMemory,
): Pick<Finding, "what" | "remedy"> | null {
  if (memory?.kind !== "bytes" || totalBytes === null || memory.bytes <= totalBytes) return null;
  const whole = bytesText(totalBytes);
  const has = isOfCgroup ? `the cgroup that we are in is limited to ${whole}` : `the host has ${whole}`;
  return {
    what: `Guests may have ${bytesText(memory.bytes)} together (memory_mb under [host]), and ${has}: they would be given memory that is not there.`,
    remedy: isOfCgroup
      ? "Lower memory_mb; or, where the guests are not in that cgroup, start selfballoon outside of it."
      : "Lower memory_mb, or leave it out: then guests may have seven eighths of the host.",
  };
}
