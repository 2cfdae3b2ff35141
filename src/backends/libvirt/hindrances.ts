import type { Hindrance } from "../host/hindrances.ts";

/** What in a domain's XML keeps memory with the machine (libvirt, formatdomain: memory backing, devices). */
const ELEMENTS: Readonly<Partial<Record<Hindrance, RegExp>>> = {
  hugepages: /<hugepages\b/,
  locked: /<locked\b/,
  vfio: /<(?:hostdev\b[^>]*\btype=["']pci["']|interface\b[^>]*\btype=["']hostdev["']|qemu:arg\b[^>]*\bvalue=["']vfio-pci\b)/,
  // Channels and crypto of s390 pin no pages (QEMU, hw/vfio/ccw.c and ap.c).
  mdev: /<hostdev\b(?![^>]*\bmodel=["']vfio-(?:ccw|ap)["'])[^>]*\btype=["']mdev["']/,
  vdpa: /<interface\b[^>]*\btype=["']vdpa["']/,
  disk: /<disk\b[^>]*\btype=["'](?:nvme|vhostvdpa)["']/,
};

/** Types of `<launchSecurity>`; one that came later is a confidential guest all the same. */
const CONFIDENTIAL: Readonly<Record<string, Hindrance>> = {
  sev: "sev",
  "sev-snp": "snp",
  tdx: "tdx",
  "s390-pv": "s390",
};

/** What keeps memory with the machine of this XML. */
export function findHindrances(xml: string): readonly Hindrance[] {
  const own = xml.replace(/<(metadata|description|title)\b[^>]*>[\s\S]*?<\/\1>/g, ""); // there anybody may write anything
  const names = Object.keys(ELEMENTS) as readonly (keyof typeof ELEMENTS)[]; // the keys of a literal
  const security = /<launchSecurity\b[^>]*\btype=["']([a-z0-9-]{1,32})["']/.exec(own)?.[1];
  return [
    ...names.filter((name) => ELEMENTS[name]?.test(own)),
    ...(security === undefined ? [] : [CONFIDENTIAL[security] ?? ("confidential" as const)]),
  ];
}

/** What keeps a guest's memory where its process is not counted to hold it. */
const UNCOUNTED: ReadonlySet<Hindrance> = new Set(["hugepages", "sev", "snp", "tdx", "s390", "confidential"]);

/** Whether the resident size of the machine's process says what the guest has touched: hugepages and guest_memfd are not in it. */
export function isCountedResident(xml: string): boolean {
  return !findHindrances(xml).some((hindrance) => UNCOUNTED.has(hindrance));
}
