import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { hasSystemCode, problemOf, selfballoonError } from "../core/errors.ts";

/** A first attempt may find a dead owner's lock, and the next the lock of whoever removed it. */
const ATTEMPTS = 2;

/** Claims on the files of starters that died over them, one upon the other; beyond that nobody is so unlucky. */
const MAX_CLAIMS = 8;

/** Folders that are made above the lock if they are not there: /run/selfballoon, below a tree perhaps /run too. */
const MAX_NEW_FOLDERS = 3;

const FOLDER_MODE = 0o755;

const [STICKY, GROUP_WRITES, OTHERS_WRITE] = [0o1000, 0o020, 0o002];

/**
 * Take the lock file `path`, so that only one daemon moves a balloon. The file holds the owner's process number and start
 * time. It appears by `link`, which one alone of several starters can do. The lock of a process that is no more is removed
 * by whoever holds the claim on that process's files, a link too; nobody else removes what is not his own.
 * @returns how to give the lock back.
 * @throws ERR_ALREADY_RUNNING; ERR_PERMISSION too where the folder is not ours alone.
 */
export function takeLock(path: string): () => void {
  const mine = `${process.pid} ${startTime(process.pid)}\n`;
  const draft = `${path}.${process.pid}`;
  try {
    makeFolder(dirname(path), MAX_NEW_FOLDERS);
    checkFolder(dirname(path));
    rmSync(draft, { force: true });
    writeFileSync(draft, mine, { flag: "wx", mode: 0o644 });
    if (settled(path, draft)) return () => giveBack(path, mine);
  } catch (thrown) {
    throw unusable(dirname(path), thrown);
  }
  const pid = readOwner(path)?.split(" ")[0] ?? "?";
  throw selfballoonError("ERR_ALREADY_RUNNING", { pid, lock: path });
}

/** Whether the lock is ours now. The draft is removed either way. */
function settled(path: string, draft: string): boolean {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (linked(draft, path)) return true;
      const owner = readOwner(path);
      if (owner !== null && !isAlive(owner)) removeDead(path, owner, { lock: path, draft }, MAX_CLAIMS);
    }
    return linked(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function unusable(folder: string, thrown: unknown): Error {
  const mode = "a writable folder of ours alone";
  const remedy = "run as root, or set another api.socket";
  return selfballoonError("ERR_PERMISSION", { path: folder, mode, problem: problemOf(thrown), remedy }, thrown);
}

/** Node's own recursive mkdir never ends below /proc, where a folder can't be made though its parent is there. */
function makeFolder(path: string, maxNew: number): void {
  try {
    mkdirSync(path, FOLDER_MODE);
  } catch (thrown) {
    if (hasSystemCode(thrown, "EEXIST")) return;
    if (!hasSystemCode(thrown, "ENOENT") || maxNew <= 1) throw thrown;
    makeFolder(dirname(path), maxNew - 1);
    mkdirSync(path, FOLDER_MODE);
  }
}

/** In a folder where others can put links, or that others can replace, our files would be theirs. */
function checkFolder(path: string): void {
  const own = lstatSync(path);
  if (!own.isDirectory()) throw new Error("it is a link or a file");
  if ((own.mode & (GROUP_WRITES | OTHERS_WRITE)) !== 0) throw new Error("others may write to it");
  for (let place = realpathSync(path); ; place = dirname(place)) {
    const found = statSync(place);
    if (!isTrusted(found)) throw new Error(`user ${found.uid} owns ${place}`);
    if ((found.mode & OTHERS_WRITE) !== 0 && (found.mode & STICKY) === 0)
      throw new Error(`others may write to ${place}`);
    if (place === dirname(place)) return;
  }
}

/** Who owns the root folder can do anything; in a user namespace that is not user 0. */
function isTrusted({ uid }: Stats): boolean {
  return uid === process.geteuid?.() || uid === 0 || uid === statSync("/").uid;
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

/**
 * Remove the file at `path`, which holds `owner`, who is dead, unless another starter is about to. The claim to do so has
 * the owner's name, so that one alone has it, and a lock that somebody took meanwhile is not touched.
 */
function removeDead(path: string, owner: string, mine: { lock: string; draft: string }, claims: number): void {
  const claim = `${mine.lock}.dead.${Buffer.from(owner, "latin1").toString("hex")}`;
  if (!linked(mine.draft, claim)) {
    const claimant = readOwner(claim);
    if (claimant === null || isAlive(claimant) || claims === 0) return;
    removeDead(claim, claimant, mine, claims - 1);
    if (!linked(mine.draft, claim)) return;
  }
  if (readOwner(path) === owner) rmSync(path, { force: true });
  unlinkSync(claim);
}

function giveBack(path: string, mine: string): void {
  if (readOwner(path) === mine) unlinkSync(path);
}

/** Who owns the file; null if it is not there any more. */
function readOwner(path: string): string | null {
  try {
    return readFileSync(path, "latin1").slice(0, 64);
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT")) return null;
    throw thrown;
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
