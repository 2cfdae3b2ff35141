import { describe, expect, it, vi } from "vitest";
import { exitCodeOf } from "../../../src/cli/thrown.ts";

describe("what ends a command", () => {
  it.each([
    ["EMFILE", 5, "ERR_DESCRIPTORS"],
    ["ENFILE", 5, "ERR_DESCRIPTORS"],
    ["EISDIR", 1, "ERR_INTERNAL"],
  ])("is no fault of ours where the machine lets nothing be opened: %s", (system, exitCode, code) => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
    const thrown = Object.assign(new Error(`${system}: no more files`), { code: system });
    const ended = exitCodeOf(thrown, true);
    spy.mockRestore();
    expect([ended, JSON.parse(written[0] ?? "")]).toEqual([exitCode, expect.objectContaining({ code })]);
  });
});
