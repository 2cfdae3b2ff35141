import { describe, expect, it } from "vitest";
import { BOOT_OPTIONS, readBootOptions } from "../../../src/core/boot-options.ts";

describe("boot options", () => {
  it.each(BOOT_OPTIONS.map((row) => [row.name, row] as const))(
    "without a value, %s says what its row says",
    (name, row) => {
      const said = readBootOptions([{ name, value: null }]);
      expect(said).toEqual({ selfballooning: null, selfshrinking: null, [row.loop]: row.sets ?? true });
    },
  );

  it("have names of which none is another's beginning, so that their order does not matter", () => {
    const prefixes = BOOT_OPTIONS.filter(({ sets }) => sets !== null).map(({ name }) => name);
    for (const prefix of prefixes) expect(BOOT_OPTIONS.filter(({ name }) => name.startsWith(prefix))).toHaveLength(1);
  });

  it("take no word of JavaScript's own for one of theirs", () => {
    const parameters = ["toString", "__proto__", "constructor"].map((name) => ({ name, value: "1" }));
    expect(readBootOptions(parameters)).toEqual({ selfballooning: null, selfshrinking: null });
  });
});
