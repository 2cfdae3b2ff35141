import { bundleProgram } from "../../rig/bundle.ts";
import type { Guest, Service } from "./guest.ts";

const QMP = new URL("../../../support/qmp/", import.meta.url);

/** A virtual machine whose sockets are for a group of their own. */
const START_MACHINE = [
  "groupadd --system vms",
  "install -d -g vms -m 2770 /run/vms",
  "systemd-run --quiet --unit=vm -p Group=vms -p UMask=0007 node /in/machine.mjs /run/vms",
].join(" && ");

/** What docs/guides/qemu-libvirt-host.md says, for sockets of that group. */
const BECOME_HOST = [
  "useradd --system --user-group selfballoon",
  "rm -f /etc/systemd/system/selfballoon.service.d/*",
  "sed s/=libvirt/=vms/ /usr/share/doc/selfballoon/examples/systemd/host.conf >/etc/systemd/system/selfballoon.service.d/host.conf",
  `printf '[backend]\\nkind = "qemu"\\nqmp = ["/run/vms/*.qmp"]\\n[host]\\nmemory_mb = 4096\\n[guests.web]\\n' >/etc/selfballoon/selfballoon.toml`,
  "systemctl daemon-reload",
  "systemctl restart selfballoon",
].join(" && ");

/** What came of the service on a host, under its own user. */
export interface HostServiceEvidence {
  readonly service: Service;
  /** What the guest had in the end, in MiB, of 512. */
  readonly hasMib: number;
  /** The user of its process, and the capabilities that it has or could have, in hexadecimal digits. */
  readonly user: string;
  readonly capabilities: readonly string[];
  readonly exposure: number;
  /** The journal of its end. */
  readonly end: string;
}

/** The virtual machine as one file. */
export function buildMachine(): Promise<string> {
  const parts = ["fake-agent", "fake-guest", "fake-qemu", "fake-socket"].map((name) => new URL(`${name}.ts`, QMP));
  return bundleProgram("fake-machine", new URL("./machine.ts", import.meta.url), parts);
}

/** Makes the installed service that of a host, sees it take memory of a machine, and ends it. */
export async function playHostService(guest: Guest): Promise<HostServiceEvidence> {
  await guest.must(START_MACHINE);
  await guest.must(BECOME_HOST);
  const hasMib = async (): Promise<number> =>
    Number(/^web .*? (\d+) MiB /m.exec(await guest.say("selfballoon status"))?.[1]);
  await guest.until("memory to be taken", async () => (await hasMib()) < 400);
  const service = await guest.service();
  const status = await guest.say(`cat /proc/${service.MainPID}/status`);
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  const evidence = {
    service,
    hasMib: await hasMib(),
    user: (await guest.say(`getent passwd ${uid} | cut -d: -f1`)).trim(),
    capabilities: [...status.matchAll(/^Cap\w+:\s+(\w+)/gm)].map(([, digits = ""]) => digits),
    exposure: await guest.exposure(),
  };
  await guest.must("systemctl stop selfballoon");
  const end = await guest.say("journalctl -u selfballoon -n 5 --no-pager -o cat");
  await guest.must("systemctl stop vm");
  return { ...evidence, end };
}
