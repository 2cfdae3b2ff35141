import { join } from "node:path";
import { XEN_IMAGES } from "./images.ts";

/** Fixed: dom0 runs the toolstack only, from an initramfs. */
const DOM0_MEMORY_MIB = 512;
/** For Xen itself, its tables, and a reserve: less and the guest could not rise to its maximum. */
const XEN_MEMORY_MIB = 1024;

/**
 * What QEMU's emulated processor (7.2, without KVM) must not offer, or Xen and its guests crash on it.
 * The first two are understood; of the others it is only known that without them nothing crashed any more.
 */
const DISABLED_CPU_FEATURES = [
  // A PV kernel runs in ring 3 and executes IRET there; the emulation reads that stack frame with supervisor rights,
  // which SMAP forbids on user pages: dom0 dies at once by a page fault (vector 14, error code 1). SMEP goes along.
  "smap",
  "smep",
  // A PVH guest's RDTSCP exits to Xen, which cannot tell the length of that instruction here and kills the guest.
  "rdtscp",
  // With extended state on, processes of a PV guest (awk, node) crash now and then and a PVH guest triple-faults.
  "xsave",
  "avx",
  "avx2",
  "fma",
  "f16c",
];

// No mitigation, watchdog or frequency scaling: each costs emulated time and protects nobody here. No `noreboot`:
// when Xen or dom0 crashes it reboots, and QEMU, told not to, ends.
const XEN_ARGUMENTS = [
  `dom0_mem=${DOM0_MEMORY_MIB}M,max:${DOM0_MEMORY_MIB}M`,
  ..."com1=115200,8n1 console=com1 loglvl=warning guest_loglvl=warning".split(" "),
  ..."xpti=no spec-ctrl=no pv-l1tf=no ucode=no watchdog=0 cpufreq=none".split(" "),
];

/** For both Linux kernels; `cryptomgr.notests` skips self-tests that take a second on an emulated processor. */
export const KERNEL_ARGUMENTS = "console=hvc0 mitigations=off cryptomgr.notests quiet panic=1";

export interface Disk {
  readonly file: string;
  readonly readOnly: boolean;
}

export interface MachineOptions {
  readonly imagesFolder: string;
  /** Appears in dom0 as /host, writable. */
  readonly runFolder: string;
  readonly consoleLog: string;
  /** The most that the guest can have. */
  readonly guestMaxMemoryMib: number;
  /** In dom0 /dev/vda, /dev/vdb and so on. */
  readonly disks: readonly Disk[];
}

/** The arguments of qemu-system-x86_64 for a machine that boots Xen with dom0. */
export function qemuArguments(options: MachineOptions): string[] {
  const image = (name: keyof typeof XEN_IMAGES) => join(options.imagesFolder, XEN_IMAGES[name]);
  return [
    ...["-accel", "tcg,thread=multi,tb-size=512", "-machine", "q35"],
    ...["-cpu", ["max", ...DISABLED_CPU_FEATURES.map((feature) => `-${feature}`)].join(",")],
    ...["-smp", "1"], // two emulated processors on two busy cores are slower than one
    ...["-m", `${DOM0_MEMORY_MIB + XEN_MEMORY_MIB + options.guestMaxMemoryMib}`],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-serial", `file:${options.consoleLog}`],
    ...["-kernel", image("hypervisor"), "-append", XEN_ARGUMENTS.join(" ")],
    ...["-initrd", `${image("kernel")} ${KERNEL_ARGUMENTS},${image("dom0Initramfs")}`],
    ...sharedFolder("host", options.runFolder, false),
    ...sharedFolder("images", options.imagesFolder, true),
    ...options.disks.flatMap(diskArguments),
  ];
}

function sharedFolder(tag: string, folder: string, readOnly: boolean): string[] {
  return ["-virtfs", `local,path=${folder},mount_tag=${tag},security_model=none,readonly=${readOnly ? "on" : "off"}`];
}

function diskArguments({ file, readOnly }: Disk, index: number): string[] {
  const id = `disk${index}`;
  // cache=unsafe: the images are thrown away, and the host does not crash between the run and the reading.
  const drive = `if=none,id=${id},file=${file},format=raw,cache=unsafe,readonly=${readOnly ? "on" : "off"}`;
  return ["-drive", drive, "-device", `virtio-blk-pci,drive=${id}`];
}
