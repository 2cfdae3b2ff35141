import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "../../core/errors.ts";
import { globMatcher } from "../../core/glob.ts";

/**
 * Most sockets, and most directories on the way to them, that are taken of a pattern. More than a daemon has guests, so that
 * it sees those that it can't have.
 */
const MAX_MATCHES = 8192;

/** What became of looking for sockets. */
export interface SocketSearch {
  /** The sockets' paths, sorted, each once. */
  readonly paths: readonly string[];
  /** What could not be looked at, with the reason. */
  readonly problems: readonly string[];
  /** The directories and sockets of which it is unknown whether they are there: looking at them failed. */
  readonly unseen: readonly string[];
}

/** What goes wrong while sockets are looked for. */
interface Failures {
  readonly problems: Set<string>;
  readonly unseen: Set<string>;
}

/** What it is called when something is not there. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

/** Find the unix sockets that match `patterns`: absolute paths in which `*` and `?` stand for parts of names. */
export async function findSockets(patterns: readonly string[]): Promise<SocketSearch> {
  const failures: Failures = { problems: new Set(), unseen: new Set() };
  const found = await Promise.all(patterns.map((pattern) => socketsLike(pattern, failures)));
  const { problems, unseen } = failures;
  return { paths: [...new Set(found.flat())].sort(), problems: [...problems], unseen: [...unseen] };
}

/** Whether `path` may still be there, though it was not found: the search could not look at it. */
export function mayBeThere(path: string, { unseen }: SocketSearch): boolean {
  return unseen.some((place) => path === place || path.startsWith(join(place, "/")));
}

/** Whether `pattern` stands for more than one path. */
export function isPattern(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

async function socketsLike(pattern: string, failures: Failures): Promise<readonly string[]> {
  const names = pattern.split("/").filter((name) => name !== "");
  const last = names.pop() ?? "";
  let directories: readonly string[] = ["/"];
  for (const name of names) {
    const next = isPattern(name)
      ? await Promise.all(directories.map((directory) => list(directory, name, "directory", failures)))
      : directories.map((directory) => [join(directory, name)]);
    directories = next.flat().slice(0, MAX_MATCHES);
  }
  const sockets = isPattern(last)
    ? await Promise.all(directories.map((directory) => list(directory, last, "socket", failures)))
    : await Promise.all(directories.map((directory) => socketAt(join(directory, last), failures)));
  return sockets.flat().slice(0, MAX_MATCHES);
}

async function list(
  directory: string,
  pattern: string,
  kind: "directory" | "socket",
  failures: Failures,
): Promise<readonly string[]> {
  const like = nameMatcher(pattern);
  try {
    const entries = (await readdir(directory, { withFileTypes: true })).filter((entry) => like(entry.name));
    const right = entries.filter((entry) => entry.isSymbolicLink() || (kind === "socket") === entry.isSocket());
    return right.map((entry) => join(directory, entry.name)).sort();
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code !== "ENOTDIR") failures.problems.add(`${directory} can't be listed (${code})`);
    if (!ABSENT.has(code)) failures.unseen.add(directory);
    return [];
  }
}

/** As in a shell, a leading dot must be written. */
function nameMatcher(pattern: string): (name: string) => boolean {
  const matches = globMatcher(pattern);
  return (name) => (pattern.startsWith(".") || !name.startsWith(".")) && matches(name);
}

async function socketAt(path: string, failures: Failures): Promise<readonly string[]> {
  try {
    return (await stat(path)).isSocket() ? [path] : [];
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (ABSENT.has(code)) return [];
    failures.problems.add(`${path} can't be looked at (${code})`);
    failures.unseen.add(path);
    return [];
  }
}
