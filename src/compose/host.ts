import { existsSync } from "node:fs";
import type { LibvirtOptions } from "../backends/libvirt/backend.ts";
import { SYSTEM_SOCKETS } from "../backends/libvirt/socket-paths.ts";
import { hostRules } from "../config/host-rules.ts";
import type { Config } from "../config/load.ts";
import type { Backend, OpenBackend, Probe } from "../core/backend.ts";
import type { HostRules } from "../core/host/rules.ts";
import { BYTES_PER_MIB } from "../core/units.ts";

/** Backends of machines that others run in: here the operator names the guests that are ours to move. */
const HOSTS: ReadonlySet<string> = new Set(["qemu", "libvirt"]);

/** Whether the guests of `backend` share a host that is ours. */
export function isHost({ name }: Backend): boolean {
  return HOSTS.has(name);
}

/** How the guests of this host share it; null where we are a guest ourselves, and for simulated guests without limits. */
export function rulesFor(backend: Backend, config: Config, dryRun: boolean): HostRules | null {
  if (isHost(backend)) return hostRules(config, dryRun);
  const isLimited = config.host.memoryMb !== null || config.guests.some(({ limits }) => Object.keys(limits).length > 0);
  if (backend.name !== "simulated" || !isLimited) return null;
  const rules = hostRules(config, dryRun);
  return { ...rules, terms: (guest) => ({ ...rules.terms(guest), isManaged: true }) };
}

/** The backend without a way to move guests that are not ours; `rules` are asked for each time. Null: all are ours. */
export function onlyManaged(backend: OpenBackend, rules: () => HostRules | null): OpenBackend {
  return {
    ...passing(backend),
    apply: async (guest, pages, pageBytes, cancellation) => {
      if (rules()?.terms(guest).isManaged ?? true) await backend.apply(guest, pages, pageBytes, cancellation);
    },
    release: (guest, maxBytes, cancellation) => backend.release(guest, maxBytes, cancellation),
  };
}

/** The backend for whoever only gives memory back: to guests that are ours, and no more than the operator allows. */
export function onlyReleasing(backend: OpenBackend, rules: HostRules | null): OpenBackend {
  return {
    ...passing(backend),
    apply: () => Promise.resolve(),
    release: async (guest, _, cancellation) => {
      const { isManaged, maxMb } = rules?.terms(guest) ?? { isManaged: true, maxMb: null };
      if (isManaged) await backend.release(guest, maxMb === null ? null : maxMb * BYTES_PER_MIB, cancellation);
    },
  };
}

function passing(backend: OpenBackend): Omit<OpenBackend, "apply" | "release"> {
  return {
    guests: (cancellation) => backend.guests(cancellation),
    observe: (guest, cancellation) => backend.observe(guest, cancellation),
    watch: (guest, cancellation) => backend.watch(guest, cancellation),
    size: (guest, cancellation) => backend.size(guest, cancellation),
    close: () => backend.close(),
  };
}

/** A monotonic clock, and the wall clock in seconds. */
export const clocks = { nowMs: () => performance.now(), nowS: () => Date.now() / 1000 };

export async function createQemu({ qemu }: Config): Promise<Backend> {
  const { createQemuBackend } = await import("../backends/qemu/backend.ts");
  return createQemuBackend({ ...qemu, ...clocks });
}

export async function createLibvirt(config: Config): Promise<Backend> {
  const { createLibvirtBackend } = await import("../backends/libvirt/backend.ts");
  const backend = createLibvirtBackend(await libvirtOptions(config));
  if (mayHaveLibvirt(config)) return backend;
  const because = `libvirt is not running: there is no ${SYSTEM_SOCKETS.join(" and no ")}`;
  return { ...backend, probe: (): Promise<Probe> => Promise.resolve({ usable: false, refused: false, because }) };
}

/** libvirt is only looked for where its daemon is there, or where the operator says where it is. */
export function mayHaveLibvirt({ isLibvirtNamed }: Config): boolean {
  return isLibvirtNamed || SYSTEM_SOCKETS.some((path) => existsSync(path));
}

/** What libvirt is looked at with. */
export async function libvirtOptions({ libvirtUri: uri }: Config): Promise<LibvirtOptions> {
  const { chooseLibvirt } = await import("../backends/libvirt/choose.ts");
  const runtimeFolder = process.env["XDG_RUNTIME_DIR"];
  return { libvirt: await chooseLibvirt({ uri, runtimeFolder, nowMs: clocks.nowMs }), ...clocks };
}
