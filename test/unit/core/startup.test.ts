import { describe, expect, it } from "vitest";
import { readBootOptions } from "../../../src/core/boot-options.ts";
import { startIntervalOnHost, startPolicy, startReservedMb, startUp } from "../../../src/core/startup.ts";
import { parseKernelCommandLine } from "../../../src/formats/kernel-command-line.ts";

const start = (words: readonly string[], configured: boolean) =>
  startUp({
    boot: readBootOptions(parseKernelCommandLine(words.join(" "))),
    compressedSwapConfigured: configured,
    compressedSwapUsable: true,
  });

describe("start-up where compressed swap is configured", () => {
  it.each([
    [[], true, true],
    [["noselfballooning"], false, true],
    [["noselfshrink"], true, false],
    [["noselfballooning", "noselfshrink"], false, false],
    [["tmem.selfballooning=0"], false, true],
    [["tmem.selfshrinking=0"], true, false],
    [["tmem.selfshrink=0"], true, false],
    [["noselfballooning", "tmem.selfballooning=1"], true, true],
  ])("with %j has selfballooning %s and self-shrinking %s", (words, selfballooning, selfshrinking) => {
    expect(start(words, true)).toEqual({ selfballooning, selfshrinking });
  });
});

describe("start-up without compressed swap", () => {
  it.each([
    [[], false],
    [["selfballooning"], true],
    [["tmem.selfballooning=1"], true],
    [["tmem.selfshrinking=1"], false],
  ])("with %j has selfballooning %s and never self-shrinking", (words, selfballooning) => {
    expect(start(words, false)).toEqual({ selfballooning, selfshrinking: false });
  });
});

describe("the reserve at start-up", () => {
  it("is 10 % of RAM in whole MiB, rounded down", () => {
    expect(startReservedMb(114_011, 4096)).toBe(44);
    expect(startReservedMb(2559, 4096)).toBe(0);
  });
});

describe("the policy that nobody named", () => {
  it.each([
    ["host", true, "adaptive"],
    ["host", false, "driver"],
    ["guest", true, "driver"],
  ] as const)("in a %s that is real: %s is %s", (place, isReal, policy) => {
    expect(startPolicy({ place, isReal })).toBe(policy);
  });
});

describe("the interval on a host", () => {
  it("is a second under the adaptive policy, and the row's own under the driver's", () => {
    expect(startIntervalOnHost("adaptive")).toBe(1);
    expect(startIntervalOnHost("driver")).toBeNull();
  });
});
