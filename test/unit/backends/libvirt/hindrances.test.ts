import { describe, expect, it } from "vitest";
import { isCountedResident } from "../../../../src/backends/libvirt/hindrances.ts";

describe("the resident size of a domain's process", () => {
  it.each([
    ["ordinary memory", "<domain/>", true],
    ["locked memory, which is resident", "<memoryBacking><locked/></memoryBacking>", true],
    ["hugepages, which the kernel does not count", "<memoryBacking><hugepages/></memoryBacking>", false],
    ["memory that only the guest can read", "<launchSecurity type='sev-snp'/>", false],
    ["hugepages in a description", "<description><hugepages/></description>", true],
  ])("says what a guest has touched: %s", (_, xml, isCounted) => {
    expect(isCountedResident(xml)).toBe(isCounted);
  });
});
