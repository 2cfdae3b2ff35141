import { FakeLibvirtd } from "../test/support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../test/support/libvirt/fake-virsh.ts";

// A process of its own: a stand-in for libvirtd with as many guests as the first argument says, with agents where the
// second says `agents`. Says where its socket is; answers each line on standard input with how many calls it was asked.
const INTERVAL_MS = 1000;
const MIB = 2 ** 20;

const [, , count = "0", source] = process.argv;
const virsh = new FakeVirsh();
virsh.remember = false;
for (let index = 0; index < Number(count); index += 1) {
  const domain = virsh.add(`guest-${index}`);
  domain.agent.running = source === "agents";
  if (index % 10 !== 0) continue; // one guest in ten needs more, then less
  setInterval(() => {
    domain.guest.usedBytes = (250 + 150 * Math.sin(performance.now() / 10_000 + index)) * MIB;
  }, INTERVAL_MS);
}
const daemon = await FakeLibvirtd.start(virsh);
process.stdout.write(`${daemon.path}\n`);
process.stdin.on("data", () => process.stdout.write(`${daemon.called.length}\n`));
process.stdin.on("end", () => process.exit(0));
