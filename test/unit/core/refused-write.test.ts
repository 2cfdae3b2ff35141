import { describe, expect, it } from "vitest";
import { refusedWrite } from "../../../src/core/refused-write.ts";
import { createSettings } from "../../../src/core/settings.ts";

const settings = createSettings({ defaults: { selfballoon_interval: 7 }, hasCompressedSwap: true });

describe("a write that was refused", () => {
  it.each([
    ["ENOENT", "ERR_TUNABLE_ABSENT", { name: "selfballoon_interval" }],
    ["EPERM", "ERR_TUNABLE_FORBIDDEN", { name: "selfballoon_interval", current: 7 }],
    ["EINVAL", "ERR_TUNABLE_INVALID", { name: "selfballoon_interval", value: '"soon"', current: 7 }],
  ] as const)("by %s says so, and what is in force", (refusal, code, details) => {
    expect(refusedWrite(settings, "selfballoon_interval", "soon", refusal)).toMatchObject({ code, details });
  });

  it("says what the value should have been", () => {
    expect(refusedWrite(settings, "selfballoon_interval", null, "EINVAL").message).toMatch(/1.*4294967295/);
    expect(refusedWrite(settings, "selfballoon_interval", null, "EINVAL").details).toMatchObject({ value: '""' });
  });

  it("repeats no more of the value than fits a line", () => {
    const { details } = refusedWrite(settings, "selfballoon_interval", "x".repeat(5000), "EINVAL");
    expect(details).toMatchObject({ value: JSON.stringify("x".repeat(40)) });
  });

  it("of a name that nobody knows tells what was probably meant, and no more of the name than fits a line", () => {
    const refused = refusedWrite(settings, "s".repeat(5000), "1", "ENOENT", " (did you mean guard?)");
    expect(refused).toMatchObject({
      code: "ERR_TUNABLE_UNKNOWN",
      details: { name: JSON.stringify("s".repeat(64)), hint: " (did you mean guard?)" },
    });
  });
});
