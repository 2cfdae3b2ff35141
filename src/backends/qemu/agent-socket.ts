import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { stemOf } from "./guest-names.ts";

/** How sockets of agents are called, whatever the machine is. */
const AGENT_WORDS = /qga|agent|(?<![a-z0-9])ga\d*(?![a-z0-9])/i;

/**
 * The socket of a machine's agent, of which the machine says that it is at `said`. It could name any socket of the host,
 * so it is believed only of one in the directory of its own QMP socket that is called after this: `100.qga` beside
 * `100.qmp`. Where that directory has no QMP socket of another machine, it may also be called an agent's: `agent.sock`.
 * @param qmpPaths all QMP sockets that were found.
 * @returns its path; null if it may not be used, or is not there yet.
 */
export async function agentSocket(said: string, qmpPath: string, qmpPaths: readonly string[]): Promise<string | null> {
  const directory = dirname(qmpPath);
  const path = join(directory, basename(said));
  const neighbours = qmpPaths.filter((other) => dirname(other) === directory);
  const isAlone = neighbours.every((other) => other === qmpPath);
  const isOwn = (isAlone && AGENT_WORDS.test(basename(path))) || isCalledAfter(path, qmpPath, neighbours);
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
