import fc from "fast-check";
import { describe, it } from "vitest";
import { parsePrivateMapping } from "../../../src/formats/process-maps.ts";
import { parseEffectiveCapabilities, parseVmSwapKib } from "../../../src/formats/process-status.ts";

const anyLine = fc.oneof(
  fc.string(),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.string({ maxLength: 6 }))
    .map(([start, end, access]) => `${start.toString(16)}-${end.toString(16)} ${access} 00000000 00:00 0 [heap]`),
);

describe("what /proc says of a process, whatever that is", () => {
  it("gives a mapping whose ends are safe numbers in order, or none", () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const mapping = parsePrivateMapping(line);
        if (mapping === null) return true;
        return mapping.start < mapping.end && mapping.start >= 0 && Number.isSafeInteger(mapping.end);
      }),
    );
  });

  it("gives a private mapping that can be accessed back as it was", () => {
    const address = fc.integer({ min: 0, max: 2 ** 35 });
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 2 ** 30 }), (startPage, pages) => {
        const [start, end] = [startPage * 4096, (startPage + pages) * 4096];
        const line = `${start.toString(16).padStart(8, "0")}-${end.toString(16).padStart(8, "0")} rw-p 00000000 00:00 0 `;
        const mapping = parsePrivateMapping(line);
        return mapping?.start === start && mapping.end === end;
      }),
    );
  });

  it("gives what is in swap as a count, and capabilities as bits or none", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (noise, kib) => {
        const status = `Name:\t${noise.replaceAll("\n", "")}\nVmSwap:\t${String(kib).padStart(8)} kB\nCapEff:\t${noise}\n`;
        const capabilities = parseEffectiveCapabilities(status);
        return parseVmSwapKib(status) === kib && (capabilities === null || capabilities >= 0n);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseVmSwapKib(text) >= 0));
  });
});
