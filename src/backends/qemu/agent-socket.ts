import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { stemOf } from "./guest-names.ts";

/**
 * The socket of a machine's agent, of which the machine says that it is at `said`. It could name any socket of the host,
 * so it is believed only of one in the directory of its own QMP socket. Where that directory has QMP sockets of other
 * machines too, the agent's must be called after this machine's: `100.qga` beside `100.qmp`.
 * @param qmpPaths all QMP sockets that were found.
 * @returns its path; null if it may not be used, or is not there yet.
 */
export async function agentSocket(said: string, qmpPath: string, qmpPaths: readonly string[]): Promise<string | null> {
  const directory = dirname(qmpPath);
  const path = join(directory, basename(said));
  const neighbours = qmpPaths.filter((other) => dirname(other) === directory);
  const isOwn = neighbours.every((other) => other === qmpPath) || isCalledAfter(path, qmpPath, neighbours);
  return isOwn && !neighbours.includes(path) && (await isSocketIn(said, directory)) ? path : null;
}

/** Whether the file is called after this QMP socket, and not more so after another: `web-2.qga` is that of `web-2.qmp`. */
function isCalledAfter(path: string, qmpPath: string, neighbours: readonly string[]): boolean {
  const matchLength = (other: string): number => (holdsWord(basename(path), stemOf(other)) ? stemOf(other).length : 0);
  const ownLength = matchLength(qmpPath);
  return ownLength > 0 && neighbours.every((other) => matchLength(other) <= ownLength);
}

function holdsWord(name: string, word: string): boolean {
  const ends = (character: string | undefined): boolean => character === undefined || !/[A-Za-z0-9]/.test(character);
  for (let at = name.indexOf(word); at !== -1; at = name.indexOf(word, at + 1)) {
    if (ends(name[at - 1]) && ends(name[at + word.length])) return true;
  }
  return false;
}

/** Whether `path` leads to a socket itself, by no link, in the directory that `directory` is or leads to. */
async function isSocketIn(path: string, directory: string): Promise<boolean> {
  if (!path.startsWith("/")) return false;
  try {
    const [here, there, entry] = await Promise.all([realpath(directory), realpath(dirname(path)), lstat(path)]);
    return here === there && entry.isSocket();
  } catch {
    return false;
  }
}
