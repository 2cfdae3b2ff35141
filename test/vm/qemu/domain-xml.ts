import {
  AGENT_PORT,
  type Disk,
  type Machine,
  type QemuSockets,
  qmpArguments,
  RIG_PORT,
  SECOND_AGENT_PORT,
} from "./machine.ts";

/** Seconds between the guest's memory statistics, as `virsh dommemstat --period` would set it. */
const STATISTICS_PERIOD_S = 1;

/** What a guest has beyond what all machines of the rig are described by. */
export interface DomainExtras {
  readonly hasAgent: boolean;
  /** Room for memory that is plugged while it runs; 0: none. */
  readonly pluggableMib: number;
  /** Where QEMU itself listens, besides what it tells libvirt; null: nowhere. */
  readonly sockets: QemuSockets | null;
}

/** The machine as libvirt wants it described: the same that `qemuArguments` makes, as far as libvirt lets it be. */
export function domainXml(machine: Machine, { hasAgent, pluggableMib, sockets }: DomainExtras): string {
  const text = (value: string) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&apos;");
  const channel = (port: number, name: string, source: string) =>
    `<channel type='unix'>${source}<target type='virtio' name='${name}'/>` +
    `<address type='virtio-serial' controller='0' bus='0' port='${port}'/></channel>`;
  const bound = (path: string) => `<source mode='bind' path='${text(path)}'/>`;
  return `<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>${text(machine.name)}</name>
  <memory unit='MiB'>${machine.memoryMib}</memory>
  ${pluggableMib > 0 ? `<maxMemory slots='1' unit='MiB'>${machine.memoryMib + pluggableMib}</maxMemory>` : ""}
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>${text(machine.images.kernel)}</kernel>
    <initrd>${text(machine.images.initramfs)}</initrd>
    <cmdline>${text(machine.kernelCommandLine)}</cmdline>
  </os>
  <features><acpi/><tcg><tb-cache unit='MiB'>32</tb-cache></tcg></features>
  <cpu mode='maximum'>${pluggableMib > 0 ? numaXml(machine.memoryMib) : ""}</cpu>
  <on_reboot>${machine.survivesReset ? "restart" : "destroy"}</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    ${machine.disks.map((disk, index) => diskXml(disk, index, text)).join("\n    ")}
    <serial type='file'><source path='${text(machine.consoleLog)}'/></serial>
    ${hasAgent ? channel(1, AGENT_PORT, "") : ""}
    ${channel(2, RIG_PORT, bound(machine.rigSocket))}
    ${sockets?.agent ? channel(3, SECOND_AGENT_PORT, bound(sockets.agent)) : ""}
    <memballoon model='virtio' autodeflate='${onOff(machine.deflateOnOom)}'
      freePageReporting='${onOff(machine.freePageReporting)}'><stats period='${STATISTICS_PERIOD_S}'/></memballoon>
  </devices>
  <qemu:commandline>
    ${(sockets?.qmp ?? [])
      .flatMap(qmpArguments)
      .map((value) => `<qemu:arg value='${text(value)}'/>`)
      .join("")}
  </qemu:commandline>
</domain>
`;
}

/** Memory is plugged into a NUMA node. */
function numaXml(memoryMib: number): string {
  return `<numa><cell id='0' cpus='0' memory='${memoryMib}' unit='MiB'/></numa>`;
}

function diskXml({ file, readOnly }: Disk, index: number, text: (value: string) => string): string {
  const target = `<target dev='vd${"abcd".charAt(index)}' bus='virtio'/>`;
  return (
    `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='unsafe'/>` +
    `<source file='${text(file)}'/>${target}${readOnly ? "<readonly/>" : ""}</disk>`
  );
}

function onOff(value: boolean): string {
  return value ? "on" : "off";
}
