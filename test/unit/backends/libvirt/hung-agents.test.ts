import { chmodSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { createVirsh } from "../../../../src/backends/libvirt/virsh.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { missingReadings } from "../../../../src/core/observation.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

/** The daemon's deadline for a reading. */
const DEADLINE_MS = 3000;

const HUNG = ["h1", "h2", "h3", "h4", "h5", "h6"];
const KIB = 524_288;

/** virsh with domains whose agents hang, and `well`, which has none. */
function fakeVirsh(): string {
  const domstats = [...HUNG, "well"].flatMap((name) => [
    `Domain: '${name}'`,
    "  state.state=1",
    ...["current", "maximum", "available", "unused", "usable"].map((key) => `  balloon.${key}=${KIB}`),
    "  balloon.last-update=1795000000",
  ]);
  return `#!/bin/sh
case $4 in
domstats) printf '%s\\n' ${domstats.map((line) => `"${line}"`).join(" ")} ;;
dumpxml) echo "<memballoon model='virtio'><stats period='1'/></memballoon>" ;;
setmem) ;;
*'"well"'*) echo "error: QEMU guest agent is not connected" >&2 ;;
*) exec sleep 60 ;;
esac
`;
}

describe("agents that hang, all at the same time", () => {
  const directory = socketDirectory();
  const signal = new AbortController().signal;
  let host: OpenBackend;

  beforeAll(async () => {
    const program = `${directory.path}/virsh`;
    writeFileSync(program, fakeVirsh());
    chmodSync(program, 0o755);
    const nowMs = (): number => performance.now();
    const run = createVirsh({ uri: "qemu:///system", program, deadlineMs: 5000 });
    host = await createLibvirtBackend({ uri: "qemu:///system", run, nowMs, nowS: () => 0 }).open();
  });

  afterAll(async () => {
    await host.close();
    directory.remove();
  });

  it("leave their guests read and another guest moved within the daemon's deadline", async () => {
    const startedMs = performance.now();
    const readings = Promise.all(HUNG.map((name) => host.observe(name, signal)));
    const well = await host.observe("well", signal);
    expect(missingReadings(well.observation)).toEqual([]);
    await host.apply("well", 65_536, 4096, signal);
    expect(await readings).toHaveLength(HUNG.length);
    expect(performance.now() - startedMs).toBeLessThan(DEADLINE_MS);
  });
});
