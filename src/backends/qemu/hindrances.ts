import { statfs } from "node:fs/promises";
import type { Hindrance } from "../host/hindrances.ts";
import { isJsonObject, textField } from "../host/json.ts";
import { answerIfAny, type Device, listDevices, property } from "./machine.ts";
import type { QmpClient } from "./qmp.ts";

/** Linux, include/uapi/linux/magic.h: HUGETLBFS_MAGIC. */
const HUGETLBFS = 0x958458f6;

/** Objects that make a guest confidential (QEMU, qapi/qom.json: what `confidential-guest-support` takes). */
const CONFIDENTIAL: Readonly<Record<string, Hindrance>> = {
  "sev-guest": "sev",
  "sev-snp-guest": "snp",
  "tdx-guest": "tdx",
  "s390-pv-guest": "s390",
  "pef-guest": "confidential",
  "rme-guest": "confidential",
};

/** Block drivers that pin the guest's memory (QEMU, block/nvme.c and block/blkio.c). */
const PINNING_DISKS: ReadonlySet<string | null> = new Set(["nvme", "virtio-blk-vfio-pci", "virtio-blk-vhost-vdpa"]);

/** What keeps memory with the machine behind `qmp`; each once. Machines of PCs and of microvm alike have their devices there. */
export async function findHindrances(qmp: QmpClient): Promise<readonly Hindrance[]> {
  const [named, unnamed, objects, network, disks] = await Promise.all([
    listDevices(qmp, "/machine/peripheral"),
    listDevices(qmp, "/machine/peripheral-anon"),
    listDevices(qmp, "/objects"),
    answerIfAny(qmp, "human-monitor-command", { "command-line": "info network" }),
    answerIfAny(qmp, "query-named-block-nodes", { flat: true }),
  ]);
  const devices = await Promise.all([...named, ...unnamed].map((device) => hindranceOfDevice(qmp, device)));
  const huge = await Promise.all(objects.filter(isMemory).map(({ path }) => isHuge(qmp, path)));
  const found: readonly (Hindrance | null)[] = [
    ...devices,
    ...objects.map(({ type }) => CONFIDENTIAL[type] ?? null),
    huge.includes(true) ? "hugepages" : null,
    typeof network === "string" && /\btype=vhost-vdpa\b/.test(network) ? "vdpa" : null,
    Array.isArray(disks) && disks.some(pins) ? "disk" : null,
  ];
  return [...new Set(found.filter((name) => name !== null))];
}

/** Whether what a guest has touched is counted as its process's: guest_memfd, of confidential guests, is not. */
export async function isCountedResident(qmp: QmpClient): Promise<boolean> {
  const objects = await listDevices(qmp, "/objects");
  return !objects.some(({ type }) => Object.hasOwn(CONFIDENTIAL, type));
}

async function hindranceOfDevice(qmp: QmpClient, { path, type }: Device): Promise<Hindrance | null> {
  if (type.startsWith("vhost-vdpa-device")) return "vdpa";
  // Channels and crypto of s390 pin no pages (QEMU, hw/vfio/ccw.c and ap.c).
  if (!type.startsWith("vfio-") || type === "vfio-ccw" || type === "vfio-ap") return null;
  const [allowsBalloon, sysfs] = await Promise.all([
    property(qmp, path, "x-balloon-allowed"),
    property(qmp, path, "sysfsdev"),
  ]);
  if (allowsBalloon === true) return null;
  return typeof sysfs === "string" && isMediated(sysfs) ? "mdev" : "vfio";
}

/** A mediated device is named by a UUID; a PCI device by its address. */
function isMediated(sysfs: string): boolean {
  return /\/mdev\b|\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/?$/i.test(sysfs);
}

function isMemory({ type }: Device): boolean {
  return type.startsWith("memory-backend-");
}

async function isHuge(qmp: QmpClient, path: string): Promise<boolean> {
  const [hugetlb, file] = await Promise.all([property(qmp, path, "hugetlb"), property(qmp, path, "mem-path")]);
  return hugetlb === true || (typeof file === "string" && (await liesOnHugepages(file)));
}

/** By its filesystem, if we can see it; else by the folder that hugetlbfs is mounted at by custom, never by a file's name. */
async function liesOnHugepages(file: string): Promise<boolean> {
  try {
    return (await statfs(file)).type === HUGETLBFS;
  } catch {
    return /^\/dev\/huge|\/(?:hugepages|hugetlbfs)[^/]*\//.test(file);
  }
}

function pins(node: unknown): boolean {
  return isJsonObject(node) && PINNING_DISKS.has(textField(node, "drv"));
}
