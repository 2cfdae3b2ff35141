import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { problemOf, selfballoonError } from "../core/errors.ts";

/** A token is random, and as long as a hash: nobody guesses it. */
const TOKEN_BYTES = 32;

const SHORTEST_LENGTH = 16;
const LONGEST_LENGTH = 512;

/**
 * Read the token of an operator's file; make it with a new token if it is not there.
 * @throws ERR_PERMISSION if others than its owner may read it, or if it can't be used.
 */
export function readToken(path: string): string {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return writeToken(path);
    const token = readOwn(path).trim();
    if (!/^[\x21-\x7e]+$/.test(token) || token.length < SHORTEST_LENGTH || token.length > LONGEST_LENGTH)
      throw new Error(`it is not one word of ${SHORTEST_LENGTH} to ${LONGEST_LENGTH} letters`);
    return token;
  } catch (thrown) {
    throw unusable(path, thrown);
  }
}

/** The text of a file that nobody else may read or write. What is judged is what is read: a link is not followed. */
function readOwn(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new Error("it is no file");
    if ((mode & 0o077) !== 0) throw new Error("others may read or write it");
    if (size > LONGEST_LENGTH + 2) throw new Error("it is too long");
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** Put a new token into a file of ours, in place of one that a dead daemon left. @throws ERR_PERMISSION. */
export function createToken(path: string): string {
  try {
    rmSync(path, { force: true });
    return writeToken(path);
  } catch (thrown) {
    throw unusable(path, thrown);
  }
}

function writeToken(path: string): string {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  writeFileSync(path, `${token}\n`, { mode: 0o600, flag: "wx" });
  return token;
}

function unusable(path: string, thrown: unknown): Error {
  const mode = "a file with the token that its owner alone may read (mode 0600)";
  const remedy = "fix it, or name another file as api.token_file";
  return selfballoonError("ERR_PERMISSION", { path, mode, problem: problemOf(thrown), remedy }, thrown);
}

/** Judge `Authorization` headers by `token`, in a time that does not depend on how much of it is right. */
export function createBearerCheck(token: string): (header: string | undefined) => boolean {
  const expected = hash(`Bearer ${token}`);
  return (header) => header !== undefined && timingSafeEqual(hash(header), expected);
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
