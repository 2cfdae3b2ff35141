import { readFileSync } from "node:fs";

/** What one side said on one connection. */
export interface CapturedStream {
  readonly from: string;
  readonly bytes: Buffer;
}

const FILE = new URL("../../fixtures/libvirt/virsh-9.0-test-driver.txt", import.meta.url);

/** Real traffic between virsh and libvirtd, by connection and direction. */
export function captured(): readonly CapturedStream[] {
  const streams = new Map<string, CapturedStream>();
  for (const [key = "", from = "", hex] of readFileSync(FILE, "utf8").matchAll(
    /^(client|server) [0-9]+ ([0-9a-f]+)$/gm,
  )) {
    const name = key.slice(0, key.lastIndexOf(" "));
    const before = streams.get(name)?.bytes ?? Buffer.alloc(0);
    streams.set(name, { from, bytes: Buffer.concat([before, Buffer.from(hex ?? "", "hex")]) });
  }
  return [...streams.values()];
}
