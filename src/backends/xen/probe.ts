import type { Probe } from "../../core/backend.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { XEN_MEMORY } from "./balloon.ts";

/** Bit 11 of the hypervisor's features is set in the initial domain only (Xen, public/features.h: XENFEAT_dom0). */
const FEATURE_DOM0 = 0x800n;

/**
 * Whether this machine is a Xen guest with a balloon: told apart from no Xen, from the initial domain, and from a guest
 * without the balloon driver. Needs no xenfs and no privilege.
 */
export function probeXen(files: MachineFiles): Probe {
  const type = files.readIfThere("/sys/hypervisor/type")?.trim() ?? null;
  if (type === null) return absent(`this is not a Xen guest: there is no ${files.resolve("/sys/hypervisor/type")}`);
  if (type !== "xen")
    return absent(
      `this is not a Xen guest: ${files.resolve("/sys/hypervisor/type")} says ${JSON.stringify(type.slice(0, 32))}`,
    );
  if (isInitialDomain(files)) {
    return {
      usable: false,
      refused: true,
      because:
        "Xen selfballooning driver disabled for domain0: this is Xen's initial domain, and selfballooning is for guests",
    };
  }
  if (files.readIfThere(`${XEN_MEMORY}/target_kb`) === null) {
    return absent(
      `this Xen guest's kernel has no balloon driver (CONFIG_XEN_BALLOON): there is no ${files.resolve(XEN_MEMORY)}/target_kb`,
    );
  }
  const guestType = files.readIfPossible("/sys/hypervisor/guest_type")?.trim().slice(0, 32) ?? "";
  return { usable: true, found: `a Xen guest${guestType === "" ? "" : ` (${guestType})`} with a balloon` };
}

function absent(because: string): Probe {
  return { usable: false, refused: false, because };
}

function isInitialDomain(files: MachineFiles): boolean {
  const capabilities = files.readIfPossible("/proc/xen/capabilities") ?? "";
  if (capabilities.includes("control_d")) return true;
  const features = files.readIfPossible("/sys/hypervisor/properties/features")?.trim() ?? "";
  return /^[0-9a-f]{1,16}$/.test(features) && (BigInt(`0x${features}`) & FEATURE_DOM0) !== 0n;
}
