import { describe, expect, it } from "vitest";
import { parseProcessId, parseResidentKib, parseVmSwapKib } from "../../../src/formats/process-status.ts";

const STATUS = [
  "Name:\tqemu-system-x86\nTgid:\t4711\nNgid:\t0\nPid:\t4713\n",
  "VmPeak:\t 1048576 kB\nVmRSS:\t   45144 kB\nRssAnon:\t   22816 kB\nVmSwap:\t     120 kB\nHugetlbPages:\t    2048 kB\n",
].join("");

describe("/proc/PID/status", () => {
  it("tells what is resident, hugepages too, what is swapped out, and whose thread it is", () => {
    expect(parseResidentKib(STATUS)).toBe(45_144 + 2048);
    expect(parseResidentKib(STATUS.replace(/^HugetlbPages.*\n/m, ""))).toBe(45_144);
    expect([parseVmSwapKib(STATUS), parseProcessId(STATUS)]).toEqual([120, 4711]);
  });

  it.each([
    "",
    "Name:\tkthreadd\n",
    "Name:\tVmRSS: 5 kB\nTgid: 1\n",
    "VmRSS:\t-5 kB\n",
    "VmRSS:\t99999999999999999 kB\n",
  ])("tells nothing where it says nothing: %j", (status) =>
    expect([parseResidentKib(status), parseProcessId(status)]).toEqual([null, null]),
  );
});
