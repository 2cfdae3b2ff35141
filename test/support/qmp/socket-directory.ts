import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new directory for sockets, with a path short enough for them, and how to remove it. */
export function socketDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "sbq-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
