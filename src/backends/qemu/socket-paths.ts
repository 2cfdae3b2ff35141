import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Most sockets, and most directories on the way to them, that are taken of a pattern. */
const MAX_MATCHES = 4096;

/** What became of looking for sockets. */
export interface SocketSearch {
  /** The sockets' paths, sorted, each once. */
  readonly paths: readonly string[];
  /** The directories that could not be listed, with the reason. */
  readonly problems: readonly string[];
}

/** Find the unix sockets that match `patterns`: absolute paths in which `*` and `?` stand for parts of names. */
export async function findSockets(patterns: readonly string[]): Promise<SocketSearch> {
  const problems = new Set<string>();
  const found = await Promise.all(patterns.map((pattern) => socketsLike(pattern, problems)));
  return { paths: [...new Set(found.flat())].sort(), problems: [...problems] };
}

/** Whether `pattern` stands for more than one path. */
export function isPattern(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

async function socketsLike(pattern: string, problems: Set<string>): Promise<readonly string[]> {
  const names = pattern.split("/").filter((name) => name !== "");
  const last = names.pop() ?? "";
  let directories: readonly string[] = ["/"];
  for (const name of names) {
    const next = isPattern(name)
      ? await Promise.all(directories.map((directory) => list(directory, name, "directory", problems)))
      : directories.map((directory) => [join(directory, name)]);
    directories = next.flat().slice(0, MAX_MATCHES);
  }
  const sockets = isPattern(last)
    ? await Promise.all(directories.map((directory) => list(directory, last, "socket", problems)))
    : await Promise.all(directories.map((directory) => socketAt(join(directory, last))));
  return sockets.flat().slice(0, MAX_MATCHES);
}

async function list(
  directory: string,
  pattern: string,
  kind: "directory" | "socket",
  problems: Set<string>,
): Promise<readonly string[]> {
  const like = nameMatcher(pattern);
  try {
    const entries = (await readdir(directory, { withFileTypes: true })).filter((entry) => like(entry.name));
    const right = entries.filter((entry) => entry.isSymbolicLink() || (kind === "socket") === entry.isSocket());
    return right.map((entry) => join(directory, entry.name)).sort();
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    if (code !== "ENOTDIR") problems.add(`${directory} can't be listed (${code})`);
    return [];
  }
}

/** As in a shell, a leading dot must be written. */
function nameMatcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  const like = new RegExp(`^${source}$`, "s");
  return (name) => (pattern.startsWith(".") || !name.startsWith(".")) && like.test(name);
}

async function socketAt(path: string): Promise<readonly string[]> {
  try {
    return (await stat(path)).isSocket() ? [path] : [];
  } catch {
    return [];
  }
}
