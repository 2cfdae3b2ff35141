import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's own folder, without a slash at the end. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** How long a program of a build may take, in ms: a limit for what hangs. */
const DEADLINE_MS = 600_000;

/** Run a program in the project's folder that must succeed; gives what it printed. @throws if it fails. */
export function run(command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const env = { ...process.env, LC_ALL: "C", ...more };
  const options = { cwd: PROJECT, encoding: "utf8", env, timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The time that all files of an artefact have, in s since 1970: SOURCE_DATE_EPOCH, or the last commit's. */
export function sourceEpochS(): number {
  return Number(process.env["SOURCE_DATE_EPOCH"] ?? run("git", ["log", "-1", "--format=%ct"]).trim());
}
