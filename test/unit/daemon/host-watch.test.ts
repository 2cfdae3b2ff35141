import { describe, expect, it } from "vitest";
import type { HostReading, HostSight } from "../../../src/core/host/host-reading.ts";
import { HostWatch } from "../../../src/daemon/host-watch.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

function watch() {
  const clock = new VirtualClock();
  let reading: HostReading = {
    ...{ totalBytes: 1000, availableBytes: 500, someTotalUs: 0, fullTotalUs: 0, swapOutBytes: 0, swappedBytes: 0 },
  };
  const sights: HostSight[] = [];
  const host = new HostWatch({ clock, read: () => reading, onSight: (sight) => sights.push(sight) });
  const change = (to: Partial<HostReading>): void => {
    reading = { ...reading, ...to };
  };
  return { clock, host, sights, change };
}

describe("the watch of a host", () => {
  it("looks at once, then every second, and four times a second while the host is tight", async () => {
    const { clock, host, sights, change } = watch();
    host.look();
    await clock.advance(3000);
    expect(sights).toHaveLength(4);
    change({ availableBytes: 100 });
    await clock.advance(2000);
    expect(sights).toHaveLength(9);
  });

  it("tells what happened between two looks", async () => {
    const { clock, host, sights, change } = watch();
    host.look();
    change({ someTotalUs: 250_000 });
    await clock.advance(1000);
    expect(sights.map(({ someShare }) => someShare)).toEqual([null, 0.25]);
  });

  it("has one look due however often it is asked to look now, and none once it was stopped", async () => {
    const { clock, host, sights } = watch();
    host.look();
    host.look();
    await clock.advance(1000);
    expect(sights).toHaveLength(3);
    host.stop();
    await clock.advance(5000);
    expect(sights).toHaveLength(3);
  });
});
