import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseEffectiveCapabilities } from "../../../src/formats/process-status.ts";
import { hasSysAdmin } from "../../../src/sysfs/privilege.ts";

describe("the privilege that the driver asked of its writers", () => {
  it("is CAP_SYS_ADMIN in effect", () => {
    const effective = parseEffectiveCapabilities(readFileSync("/proc/self/status", "latin1")) ?? 0n;
    expect(hasSysAdmin(process.pid)).toBe((effective & 0x20_0000n) !== 0n);
  });

  it.each([0, 4_194_305, -1])("is not what process %i has, which can't be seen", (pid) => {
    expect(hasSysAdmin(pid)).toBe(false);
  });
});
