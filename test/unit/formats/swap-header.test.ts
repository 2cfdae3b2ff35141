import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PAGE_SIZES_BYTES } from "../../../src/formats/page-size.ts";
import { parseSwapLabel } from "../../../src/formats/swap-header.ts";
import { swapHeader } from "../../support/swap-header.ts";
import { temporaryFolder } from "../../support/trees.ts";

describe("the label of a swap area", () => {
  it("is what mkswap wrote", () => {
    const file = join(temporaryFolder(), "swap");
    writeFileSync(file, Buffer.alloc(65_536), { mode: 0o600 });
    execFileSync("mkswap", ["-L", "selfballoon", "-p", "4096", file], { env: { PATH: "/usr/sbin:/sbin" } });
    expect(parseSwapLabel(readFileSync(file).subarray(0, 4096))).toBe("selfballoon");
  });

  it("is found with pages of any size, may be empty, and may fill its place", () => {
    for (const pageBytes of PAGE_SIZES_BYTES) {
      for (const label of ["", "selfballoon", "x".repeat(16)])
        expect(parseSwapLabel(swapHeader(label, pageBytes))).toBe(label);
    }
  });

  it("is not there where the first page is none of a swap area, or not whole", () => {
    expect(parseSwapLabel(Buffer.alloc(4096))).toBeNull();
    expect(parseSwapLabel(swapHeader("selfballoon").subarray(0, 4095))).toBeNull();
    expect(parseSwapLabel(Buffer.alloc(0))).toBeNull();
  });

  it("is a short text or none, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.boolean(), (bytes, isSigned) => {
        const page = isSigned ? Buffer.concat([bytes, Buffer.from("SWAPSPACE2", "latin1")]) : bytes;
        const label = parseSwapLabel(page);
        return label === null || (label.length <= 16 && !label.includes("\0"));
      }),
    );
  });
});
