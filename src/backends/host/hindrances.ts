/** What keeps memory with a machine whatever its balloon takes. */
export type Hindrance = keyof typeof HINDRANCES;

const PINNED = "which pins all its memory: QEMU then leaves the balloon without effect";

/** Each, as it is said of a guest (QEMU: who calls `ram_block_discard_disable`). */
export const HINDRANCES = {
  hugepages: "its memory is made of hugepages, of which a balloon frees none",
  locked: "its memory is locked, so nothing that the balloon takes comes free",
  vfio: `it has a VFIO device, ${PINNED}`,
  mdev: `it has a mediated device (mdev, such as a vGPU), ${PINNED}`,
  vdpa: `it has a vDPA device, ${PINNED}`,
  disk: `it has a disk that QEMU drives through VFIO or vDPA itself, ${PINNED}`,
  sev: `it is a confidential guest (AMD SEV), ${PINNED}`,
  snp: "it is a confidential guest (AMD SEV-SNP): what a balloon takes of its private memory does not come free",
  tdx: "it is a confidential guest (Intel TDX): what a balloon takes of its private memory does not come free",
  s390: "it is a protected guest (IBM Secure Execution): QEMU leaves the balloon without effect",
  confidential: "it is a confidential guest: what a balloon takes of its private memory does not come free",
} as const;

/** What helps where nothing can be changed about the machine. */
export const NOT_NAMED = "Do not name this guest under [guests]: nothing of its memory comes free.";
