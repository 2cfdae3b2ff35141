import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_STATISTICS } from "../../../../src/backends/host/statistics.ts";
import { parseBalloonDevice } from "../../../../src/backends/libvirt/balloon-device.ts";
import { parseDomstats } from "../../../../src/backends/libvirt/domstats.ts";

/** As virsh 9.0 of Debian 12 prints it. */
const ANSWER = `Domain: 'rig1'
  state.state=1
  state.reason=1
  balloon.current=524288
  balloon.maximum=524288
  balloon.swap_in=0
  balloon.swap_out=4
  balloon.major_fault=0
  balloon.minor_fault=2136
  balloon.unused=419840
  balloon.available=468416
  balloon.usable=415744
  balloon.last-update=1795414677
  balloon.disk_caches=14436
  balloon.hugetlb_pgalloc=0
  balloon.hugetlb_pgfail=0
  balloon.rss=312320

Domain: 'it's a name: odd'
  state.state=3
  state.reason=1
  balloon.current=262144
  balloon.maximum=524288

Domain: 'busy'
  state.state=1
  state.reason=1

`;

describe("virsh domstats", () => {
  it("tells of every domain, in bytes", () => {
    const [rig, odd, busy, ...others] = parseDomstats(ANSWER);
    expect(others).toEqual([]);
    expect(rig).toEqual({
      name: "rig1",
      running: true,
      currentBytes: 536_870_912,
      maximumBytes: 536_870_912,
      rssBytes: 319_815_680,
      lastUpdateS: 1_795_414_677,
      pageFaults: 2136,
      statistics: {
        totalBytes: 468_416 * 1024,
        freeBytes: 419_840 * 1024,
        availableBytes: 415_744 * 1024,
        cacheBytes: 14_436 * 1024,
        swapInBytes: 0,
        swapOutBytes: 4096,
        oomKills: null,
        allocStalls: null,
      },
    });
    expect(odd).toMatchObject({
      name: "it's a name: odd",
      running: false,
      currentBytes: 268_435_456,
      lastUpdateS: null,
    });
    expect(busy).toEqual({
      name: "busy",
      running: true,
      currentBytes: null,
      maximumBytes: null,
      rssBytes: null,
      lastUpdateS: null,
      pageFaults: null,
      statistics: NO_STATISTICS,
    });
  });

  it.each(["", "\n", "error: no", "Domain: \n", "Domain: 'x'", "  balloon.current=5\n"])("may print %j", (text) => {
    expect(parseDomstats(text).filter(({ currentBytes }) => currentBytes !== null)).toEqual([]);
  });

  it("gives null for what is no safe number", () => {
    const [domain] = parseDomstats("Domain: 'x'\n  balloon.current=18446744073709551615\n  balloon.maximum=-1\n");
    expect(domain).toMatchObject({ currentBytes: null, maximumBytes: null });
  });

  it("never makes the parser throw", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (head, tail) => {
        parseDomstats(`${head}Domain: '${tail}\n${ANSWER}${tail}`);
        parseBalloonDevice(`<memballoon ${head}>${tail}</memballoon>`);
      }),
    );
  });
});

describe("a domain's balloon device", () => {
  it.each([
    ["<memballoon model='virtio'><alias name='balloon0'/></memballoon>", { deflateOnOom: false, periodS: null }],
    [`<memballoon model="virtio" autodeflate="on"/>`, { deflateOnOom: true, periodS: null }],
    [
      "<memballoon model='virtio' autodeflate='off'>\n <stats period='5'/>\n</memballoon>",
      { deflateOnOom: false, periodS: 5 },
    ],
    ["<memballoon model='virtio'><stats period='0'/></memballoon>", { deflateOnOom: false, periodS: null }],
    ["<memballoon model='none'/>", null],
    ["<domain/>", null],
  ])("is read of %s", (xml, device) => {
    expect(parseBalloonDevice(`<domain><devices>${xml}</devices></domain>`)).toEqual(device);
  });
});
