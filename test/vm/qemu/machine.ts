import type { BootImages } from "./images.ts";

/** One emulated machine, whoever starts it: this rig or libvirt. Sizes in MiB, files and sockets as paths. */
export interface Machine {
  readonly name: string;
  readonly memoryMib: number;
  readonly images: BootImages;
  readonly kernelCommandLine: string;
  /** In the guest /dev/vda, /dev/vdb and so on. */
  readonly disks: readonly Disk[];
  readonly deflateOnOom: boolean;
  readonly freePageReporting: boolean;
  readonly survivesReset: boolean;
  readonly consoleLog: string;
  /** Where the rig sends commands for the guest. */
  readonly rigSocket: string;
}

export interface Disk {
  /** What the guest knows it by: /dev/disk/NAME. */
  readonly name: "in" | "node" | "swap" | "root";
  readonly file: string;
  readonly readOnly: boolean;
}

/** The sockets of a machine that QEMU serves itself. */
export interface QemuSockets {
  readonly qmp: readonly string[];
  /** null for a machine without a port for the guest agent. */
  readonly agent: string | null;
}

export const AGENT_PORT = "org.qemu.guest_agent.0";
/** Of an agent besides the one that libvirt keeps to itself. */
export const SECOND_AGENT_PORT = "org.qemu.guest_agent.1";
export const RIG_PORT = "rig";

/** QEMU's own id of the balloon device, for `qom-get /machine/peripheral/balloon0`. */
const BALLOON_ID = "balloon0";

/**
 * `no_timer_check`: without it two of 32 guests that started together on a busy machine panicked, "IO-APIC + timer
 * doesn't work". `panic=-1` reboots at once, which ends QEMU. `cryptomgr.notests` skips self-tests that are slow here.
 */
const KERNEL_ARGUMENTS = [
  ..."console=ttyS0 quiet loglevel=4 panic=-1 no_timer_check tsc=reliable".split(" "),
  ..."nokaslr mitigations=off audit=0 random.trust_cpu=on cryptomgr.notests".split(" "),
];

/** The kernel's command line for a guest with these disks; `more` comes last and so wins. */
export function kernelCommandLine(disks: readonly Disk[], more: string): string {
  const diskNames = disks.map(({ name }) => name).join(",");
  return [...KERNEL_ARGUMENTS, ...(diskNames === "" ? [] : [`rig.disks=${diskNames}`]), more].join(" ").trim();
}

/** The arguments of qemu-system-x86_64 for this machine. */
export function qemuArguments(machine: Machine, sockets: QemuSockets): string[] {
  const balloonOptions = [
    `virtio-balloon-pci,id=${BALLOON_ID}`,
    ...(machine.deflateOnOom ? ["deflate-on-oom=on"] : []),
    ...(machine.freePageReporting ? ["free-page-reporting=on"] : []),
  ];
  return [
    // A small buffer of translated code: with the default each QEMU takes tens of MiB more.
    ...["-accel", "tcg,tb-size=32", "-machine", "q35,usb=off", "-cpu", "max", "-smp", "1"],
    ...["-m", `${machine.memoryMib}M`, "-name", machine.name],
    ...["-nodefaults", "-no-user-config", "-display", "none"],
    ...(machine.survivesReset ? [] : ["-no-reboot"]),
    ...["-kernel", machine.images.kernel, "-initrd", machine.images.initramfs],
    ...["-append", machine.kernelCommandLine, "-serial", `file:${machine.consoleLog}`],
    ...sockets.qmp.flatMap(qmpArguments),
    ...["-device", balloonOptions.join(","), "-device", "virtio-serial-pci,id=serial0"],
    ...(sockets.agent === null ? [] : portArguments(1, AGENT_PORT, "agent", sockets.agent)),
    ...portArguments(2, RIG_PORT, "rig", machine.rigSocket),
    ...machine.disks.flatMap(diskArguments),
  ];
}

/** One more socket on which QEMU takes commands. */
export function qmpArguments(path: string): string[] {
  return ["-qmp", `unix:${path},server=on,wait=off`];
}

/** The port's id makes QEMU tell, by VSERPORT_CHANGE, whether somebody in the guest has it open. */
function portArguments(number: number, name: string, id: string, socket: string): string[] {
  const port = `virtserialport,bus=serial0.0,nr=${number},chardev=${id},id=port-${id},name=${name}`;
  return ["-chardev", `socket,id=${id},path=${socket},server=on,wait=off`, "-device", port];
}

function diskArguments({ name, file, readOnly }: Disk): string[] {
  // cache=unsafe: the images are thrown away.
  const drive = `if=none,id=disk-${name},file=${file},format=raw,cache=unsafe,readonly=${readOnly ? "on" : "off"}`;
  return ["-drive", drive, "-device", `virtio-blk-pci,drive=disk-${name}`];
}
