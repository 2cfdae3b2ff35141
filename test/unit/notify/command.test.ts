import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createCommand } from "../../../src/notify/command.ts";
import { messageOf } from "../../../src/notify/message.ts";

const message = messageOf({ kind: "pause", guest: "web", paused: true, released: false, seq: 1, atMs: 0 }, "host", 0);

describe("a program that is told", () => {
  it.each([
    ["that is not there", "/nowhere/tell", "ENOENT"],
    ["that may not be run", "/dev/null", "EACCES"],
  ])("%s is a failure of that message", async (_, program, problem) => {
    const sent = createCommand([program])(message, new AbortController().signal);
    await expect(sent).rejects.toThrow(problem);
  });

  it("is one of that message alone where no file can be opened any more, and no fault of the process", () => {
    const file = new URL("../../support/command-starter.ts", import.meta.url).pathname;
    const words = ["--nofile=128:128", process.execPath, "--import", "tsx", file];
    expect(execFileSync("prlimit", words, { encoding: "utf8", timeout: 60_000 }).trim().split("\n")).toEqual([
      "taken",
      "failed: Error: spawn true EMFILE",
    ]);
  });
});
