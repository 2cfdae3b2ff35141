import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { hasSystemCode, problemOf, selfballoonError } from "../core/errors.ts";

/** Two attempts are enough: the second one follows the removal of a dead owner's lock. */
const ATTEMPTS = 2;

/** Folders that are made above the lock if they are not there: /run/selfballoon, below a tree perhaps /run too. */
const MOST_NEW_FOLDERS = 3;

/**
 * Take the lock file `path`, so that only one daemon moves a balloon. The file holds the owner's process number and
 * start time; the lock of a process that is no more is taken over. It appears by `link` and a dead one goes by `rename`,
 * both atomic, so that of two starters one wins.
 * @returns how to give the lock back.
 * @throws ERR_ALREADY_RUNNING, ERR_PERMISSION.
 */
export function takeLock(path: string): () => void {
  const mine = `${process.pid} ${startTime(process.pid)}\n`;
  const draft = `${path}.${process.pid}`;
  try {
    makeFolder(dirname(path), MOST_NEW_FOLDERS);
    writeFileSync(draft, mine);
  } catch (thrown) {
    const remedy = "run as root, or set another api.socket";
    throw selfballoonError("ERR_PERMISSION", {
      path: dirname(path),
      mode: "writable",
      problem: problemOf(thrown),
      remedy,
    });
  }
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (linked(draft, path)) return () => giveBack(path, mine);
      removeIfDead(path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  const pid = readOwner(path).split(" ")[0] ?? "?";
  throw selfballoonError("ERR_ALREADY_RUNNING", { pid, lock: path });
}

/** Node's own recursive mkdir never ends below /proc, where a folder can't be made though its parent is there. */
function makeFolder(path: string, mostNew: number): void {
  try {
    mkdirSync(path);
  } catch (thrown) {
    if (hasSystemCode(thrown, "EEXIST")) return;
    if (!hasSystemCode(thrown, "ENOENT") || mostNew <= 1) throw thrown;
    makeFolder(dirname(path), mostNew - 1);
    mkdirSync(path);
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (thrown) {
    if (hasSystemCode(thrown, "EEXIST")) return false;
    throw thrown;
  }
}

function removeIfDead(path: string): void {
  if (isAlive(readOwner(path))) return;
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
    // Somebody may have taken the dead lock over in between: then what was moved is theirs, and goes back.
    if (isAlive(readOwner(aside))) linked(aside, path);
  } catch (thrown) {
    if (!hasSystemCode(thrown, "ENOENT")) throw thrown;
  } finally {
    rmSync(aside, { force: true });
  }
}

function giveBack(path: string, mine: string): void {
  if (readOwner(path) === mine) unlinkSync(path);
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, "latin1").slice(0, 64);
  } catch {
    // It went away while we looked: nobody owns it.
    return "";
  }
}

function isAlive(owner: string): boolean {
  const match = /^([0-9]+) ([0-9]+)\n$/.exec(owner);
  return match?.[1] !== undefined && startTime(Number(match[1])) === match[2];
}

/** When the process started, in clock ticks since boot (proc(5), field 22 of stat); empty if it is not there. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
