import { describe, expect, it } from "vitest";
import { maximumKib } from "../../../../src/backends/xen/maximum.ts";

const reading = (currentKib: number, targetKib: number, sumKib: number) => ({
  currentKib,
  targetKib,
  sumKib,
  retryCount: 1,
});

describe("the most that a Xen guest was built for", () => {
  it("is what it has and what its balloon holds, while nothing else is known", () => {
    expect(maximumKib(null, reading(500, 500, 1000))).toBe(1000);
    expect(maximumKib(null, reading(400, 500, 990))).toBe(990);
  });

  it("is exact at rest, whatever was taken for it before", () => {
    expect(maximumKib(1010, reading(500, 500, 1000))).toBe(1000);
    expect(maximumKib(990, reading(500, 500, 1000))).toBe(1000);
  });

  it("does not fall while the balloon gives memory back, when what it holds runs ahead", () => {
    expect(maximumKib(1000, reading(400, 500, 992))).toBe(1000);
    expect(maximumKib(992, reading(404, 500, 996))).toBe(996);
  });

  it("does not rise while the balloon takes memory, when what it holds runs ahead", () => {
    expect(maximumKib(1000, reading(500, 400, 1008))).toBe(1000);
  });
});
