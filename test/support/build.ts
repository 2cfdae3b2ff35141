import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The built command, or empty if it could not be built. */
    readonly command: string;
  }
}

const root = new URL("../../", import.meta.url).pathname;

/**
 * Once for all tests: build `dist/` if it is out of date, and copy it away. The tests run the copy, which shows that it
 * needs nothing beside it, and another build meanwhile does not disturb them. Its users may be anybody.
 */
export default function setup(project: TestProject): () => void {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/setup.mjs")], { stdio: "inherit" });
  const folder = mkdtempSync(join(tmpdir(), "sb-dist-"));
  chmodSync(folder, 0o755);
  if (status === 0) cpSync(join(root, "dist"), folder, { recursive: true });
  // Other tests do without; those of the command say that there is none.
  project.provide("command", status === 0 ? join(folder, "selfballoon.mjs") : "");
  return () => rmSync(folder, { recursive: true });
}
