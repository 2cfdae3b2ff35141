import { describe, expect, it } from "vitest";
import { floorPages } from "../../../../src/core/guest/floor.ts";

const MIB = 256;
const at = (usefulMib: number, minUsableMb = 0): number => floorPages(4096, 1000, 1000 + usefulMib * MIB, minUsableMb);

describe("the floor", () => {
  it("is the whole guest below 16 MiB: not worth ballooning", () => {
    expect(at(15)).toBe(1000 + 15 * MIB);
  });

  it.each([
    [16, 16],
    [63, 39.5],
    [64, 43],
    [511, 98.875],
    [512, 111.90625],
    [1024, 127.90625],
    [8192, 351.90625],
  ])("leaves a guest of %d useful MiB %d MiB above the reserve", (usefulMib, floorMib) => {
    expect(at(usefulMib)).toBe(1000 + Math.floor(floorMib * MIB));
  });

  it("is the reserve plus selfballoon_min_usable_mb where that is set", () => {
    expect(at(1024, 7)).toBe(1000 + 7 * MIB);
    expect(at(4, 7)).toBe(1000 + 7 * MIB);
  });

  it("counts a reserve above the highest page frame as no useful memory, where the driver wrapped", () => {
    expect(floorPages(4096, 5000, 4000, 0)).toBe(4000);
  });

  it("does not wrap at 32 bits, as the driver did from 2^24 MiB on", () => {
    expect(at(1024, 2 ** 24)).toBe(1000 + 2 ** 32);
  });

  it("counts in the guest's own page size", () => {
    const of = (pageBytes: number): number => floorPages(pageBytes, 0, (1024 * 1_048_576) / pageBytes, 0) * pageBytes;
    expect(of(65_536) / 1_048_576).toBeCloseTo(of(4096) / 1_048_576, 0);
  });
});
