/** The backends that can be asked for. `auto` takes the first that is usable, and simulated guests if none is. */
export const BACKEND_KINDS = ["auto", "xen", "qemu", "libvirt", "simulated"] as const;

export type BackendKind = (typeof BACKEND_KINDS)[number];
