import { chmodSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { createVirsh } from "../../../../src/backends/libvirt/virsh.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { missingReadings } from "../../../../src/core/observation.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const HUNG = ["h1", "h2", "h3", "h4", "h5", "h6"];
const ALL = [...HUNG, "well"];
const KIB = 524_288;

const uuidOf = (name: string): string => `6695eb01-f6a4-8304-79aa-00000000000${ALL.indexOf(name)}`;

/** virsh with domains whose agents hang, and `well`, which has none. */
function fakeVirsh(): string {
  const domstats = ALL.flatMap((name) => [
    `Domain: '${name}'`,
    "  state.state=1",
    ...["current", "maximum", "available", "unused", "usable"].map((key) => `  balloon.${key}=${KIB}`),
    "  balloon.last-update=1795000000",
  ]);
  const domains = ALL.map((name) => `${uuidOf(name)} ${ALL.indexOf(name) + 1} ${name}`);
  return `#!/bin/sh
case $4 in
list*)
  mark=\${4##*echo }
  mark=\${mark%%;*}
  printf '%s\\n' ${[...domains, "$mark", ...domstats, "$mark", ...domains].map((line) => `"${line}"`).join(" ")} ;;
dumpxml) echo "<memballoon model='virtio'><stats period='1'/></memballoon>" ;;
setmem) ;;
*${uuidOf("well")}*) echo "error: QEMU guest agent is not connected" >&2 ;;
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
    host = await createLibvirtBackend({
      connections: onlyConnection(() => new VirshLibvirt("qemu:///system", run)),
      nowMs,
      nowS: () => 0,
    }).open();
  });

  afterAll(async () => {
    await host.close();
    directory.remove();
  });

  it("leave another guest read and moved, and end their own guests' readings", async () => {
    const readings = HUNG.map((name) => host.observe(name, signal));
    const well = await host.observe("well", signal);
    expect(missingReadings(well.observation)).toEqual([]);
    await host.apply("well", 65_536, 4096, signal);
    expect(await Promise.all(readings)).toHaveLength(HUNG.length);
  });
});
