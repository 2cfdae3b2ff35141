import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { takeLock } from "../../../src/daemon/lock.ts";
import { temporaryFolder } from "../../support/trees.ts";

const lockPath = () => join(temporaryFolder(), "run", "selfballoon.lock");

describe("the lock", () => {
  it("is held by one at a time, and names its owner", () => {
    const path = lockPath();
    const giveBack = takeLock(path);
    expect(() => takeLock(path)).toThrow(`process ${process.pid} holds ${path}`);
    giveBack();
    expect(existsSync(path)).toBe(false);
    takeLock(path)();
  });

  it("of a process that is no more is taken over", () => {
    const path = lockPath();
    takeLock(path)();
    const { pid } = spawnSync("true");
    writeFileSync(path, `${pid} 12345\n`);
    takeLock(path)();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("of another process that has the dead owner's number is taken over", () => {
    const path = lockPath();
    takeLock(path)();
    writeFileSync(path, `${process.pid} 1\n`);
    takeLock(path)();
  });

  it.each(["", "rubbish", "-1 5\n"])("that holds %j is nobody's", (content) => {
    const path = lockPath();
    takeLock(path)();
    writeFileSync(path, content);
    takeLock(path)();
  });

  it("that was taken over by another is left to it", () => {
    const path = lockPath();
    const giveBack = takeLock(path);
    writeFileSync(path, "1 1\n");
    giveBack();
    expect(existsSync(path)).toBe(true);
  });

  it("can't be taken where nothing can be written", () => {
    expect(() => takeLock("/proc/selfballoon/lock")).toThrow("must be a writable folder of ours alone");
  });

  it("of a starter that died while it removed a dead lock is taken over too", () => {
    const path = lockPath();
    takeLock(path)();
    const owner = "99999999 12345\n";
    const claimant = "99999999 67890\n";
    writeFileSync(path, owner);
    writeFileSync(`${path}.dead.${Buffer.from(owner).toString("hex")}`, claimant);
    writeFileSync(`${path}.dead.${Buffer.from(claimant).toString("hex")}`, "rubbish");
    takeLock(path)();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it("is left to a starter that is about to remove it", () => {
    const path = lockPath();
    const giveBack = takeLock(path);
    const mine = readFileSync(path, "utf8");
    giveBack();
    const owner = "99999999 12345\n";
    writeFileSync(path, owner);
    writeFileSync(`${path}.dead.${Buffer.from(owner).toString("hex")}`, mine);
    expect(() => takeLock(path)).toThrow("nothing was started");
    expect(readFileSync(path, "utf8")).toBe(owner);
  });

  it("goes to exactly one of several starters that find a dead owner's at once", { timeout: 240_000 }, async () => {
    const path = lockPath();
    const starters = await Promise.all(Array.from({ length: 4 }, startStarter));
    takeLock(path)();
    for (let round = 1; round <= 50; round += 1) {
      writeFileSync(path, `99999999 ${round}\n`);
      const answers = await askAll(starters, { path });
      expect([...answers].sort(), `round ${round}`).toEqual([...Array(3).fill("ERR_ALREADY_RUNNING"), "won"]);
      await askAll(starters, null);
      expect(readdirSync(dirname(path)), `round ${round}`).toEqual([]);
    }
  });
});

async function startStarter(): Promise<ChildProcess> {
  const file = new URL("../../support/lock-starter.ts", import.meta.url).pathname;
  const starter = fork(file, { execArgv: ["--import", "tsx"] });
  onTestFinished(() => void starter.kill("SIGKILL"));
  await once(starter, "message");
  return starter;
}

function askAll(starters: readonly ChildProcess[], order: object | null): Promise<readonly unknown[]> {
  return Promise.all(
    starters.map(async (starter) => {
      const answer = once(starter, "message");
      starter.send(order as object);
      return ((await answer) as unknown[])[0];
    }),
  );
}

describe("the lock's folder", () => {
  const isRoot = process.getuid?.() === 0;
  const STRANGER = 12_345;

  it("is made for its owner to write to alone, whatever the umask says", () => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    const path = lockPath();
    onTestFinished(takeLock(path));
  });

  it.each([0o775, 0o757, 0o1777])("is refused with the mode %o, in which others may write", (mode) => {
    const path = lockPath();
    mkdirSync(dirname(path));
    chmodSync(dirname(path), mode);
    expect(() => takeLock(path)).toThrow(/ours alone: others may write to it/);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it("is refused where it is a link", () => {
    const [path, other] = [lockPath(), temporaryFolder()];
    symlinkSync(other, dirname(path));
    expect(() => takeLock(path)).toThrow("it is a link or a file");
    expect(readdirSync(other)).toEqual([]);
  });

  it("is refused below a folder that others can change", () => {
    const path = lockPath();
    chmodSync(dirname(dirname(path)), 0o777);
    expect(() => takeLock(path)).toThrow(`others may write to ${dirname(dirname(path))}`);
  });

  it.skipIf(!isRoot).each([dirname, (path: string) => dirname(dirname(path))])(
    "is refused where another user owns it or the one above it, and no link of his is followed",
    (folderOf) => {
      const path = lockPath();
      const victim = join(temporaryFolder(), "victim");
      writeFileSync(victim, "precious");
      mkdirSync(dirname(path));
      for (const name of [path, `${path}.${process.pid}`]) symlinkSync(victim, name);
      chownSync(folderOf(path), STRANGER, STRANGER);
      expect(() => takeLock(path)).toThrow(`user ${STRANGER} owns ${folderOf(path)}`);
      expect(readFileSync(victim, "utf8")).toBe("precious");
    },
  );

  it("holds a link for our draft, and what it leads to stays", () => {
    const path = lockPath();
    const victim = join(temporaryFolder(), "victim");
    writeFileSync(victim, "precious");
    mkdirSync(dirname(path));
    symlinkSync(victim, `${path}.${process.pid}`);
    takeLock(path)();
    expect(readFileSync(victim, "utf8")).toBe("precious");
  });
});
