import type { Config } from "../config/load.ts";
import type { Finding } from "../core/finding.ts";
import { bytesText } from "../view/amounts.ts";

/**
 * What is said where the configuration lets guests have more memory than their host has, `totalBytes`: they would be given what
 * is not there. Null where it does not, or where either is not known.
 */
export function budgetWarning(
  { host: { memory } }: Pick<Config, "host">,
  totalBytes: number | null,
): Pick<Finding, "what" | "remedy"> | null {
  if (memory?.kind !== "bytes" || totalBytes === null || memory.bytes <= totalBytes) return null;
  return {
    what: `Guests may have ${bytesText(memory.bytes)} together (memory_mb under [host]), and the host has ${bytesText(totalBytes)}: they would be given memory that is not there.`,
    remedy: "Lower memory_mb, or leave it out: then guests may have seven eighths of the host.",
  };
}
