import { type BackendRow, rowsOf } from "../backends/registry.ts";
import { hostRules } from "../config/host-rules.ts";
import type { Config, GuestSection } from "../config/load.ts";
import type { Backend, OpenBackend } from "../core/backend.ts";
import { NOTHING_SET, termsWith } from "../core/controls/guest-settings.ts";
import { selfballoonError } from "../core/errors.ts";
import type { HostRules } from "../core/host/rules.ts";
import { createSettings } from "../core/settings.ts";
import type { ToolstackBackend } from "../core/toolstack.ts";
import { BYTES_PER_MIB } from "../core/units.ts";

/** The backend that was chosen, and what was looked at before it. */
export interface Choice {
  readonly backend: ToolstackBackend;
  /** What it is, as a sentence without its full stop. */
  readonly found: string;
  /** Why the others are not usable, one sentence each. */
  readonly passedOver: readonly string[];
}

/** A row that the configuration asks for, made into a backend. */
export function loadBackend(row: BackendRow, { backend: asked, backendSection, simulated }: Config, root: string) {
  return row.load({ section: backendSection, simulated, isAskedFor: asked !== "auto", root });
}

/**
 * Find the backend to use: the one that was asked for or, for `auto`, the first that is usable, and simulated guests if
 * none is. With `real` only a balloon of this machine will do: giving memory back to simulated guests helps nobody.
 * @throws ERR_NO_BACKEND if the one asked for is not usable, or if ballooning is forbidden here.
 */
export async function chooseBackend(config: Config, root: string, real = false): Promise<Choice> {
  const passedOver: string[] = [];
  for (const row of rowsOf(config.backend)) {
    const backend = await loadBackend(row, config, root);
    if (real && !backend.traits.isReal) continue;
    const probe = await backend.probe();
    if (probe.usable) return { backend, found: probe.found, passedOver };
    if (probe.refused) throw selfballoonError("ERR_NO_BACKEND", { because: probe.because });
    passedOver.push(probe.because);
  }
  throw selfballoonError("ERR_NO_BACKEND", { because: passedOver.join("; ") });
}

/** Whether the guests of `backend` share a host that is ours, whose operator names the guests to move. */
export function isRealHost({ traits: { place, isReal } }: Backend): boolean {
  return place === "host" && isReal;
}

/** Whether this machine is that host. */
export function isOwnHost(backend: Backend): boolean {
  return isRealHost(backend) && backend.traits.isHere;
}

/**
 * What guests may have can't follow from this machine where they run on another; `consequence` as in every refused
 * configuration.
 * @throws ERR_HOST_ELSEWHERE if the configuration does not say how much they may have.
 */
export function requireBudget(backend: Backend, { host }: Config, consequence: string): void {
  if (!isRealHost(backend) || backend.traits.isHere || host.memory?.kind === "bytes") return;
  throw selfballoonError("ERR_HOST_ELSEWHERE", { consequence });
}

/** How the guests of this host share it; null where we are a guest ourselves, and for simulated guests without limits. */
export function rulesFor(backend: Backend, config: Config, dryRun: boolean): HostRules | null {
  if (backend.traits.place === "guest") return null;
  // A configuration that names no guest stands for all of them in a dry run, so that it can be tried without one.
  if (backend.traits.isReal) return hostRules(config, dryRun && config.guests.length === 0);
  const isLimitedIn = ({ terms, quietHours }: GuestSection): boolean =>
    Object.keys(terms).length > 0 || quietHours !== undefined;
  const isLimited = config.host.memory !== null || config.guests.some(isLimitedIn);
  return isLimited ? hostRules(config, true) : null;
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

/** The balloon of this machine, to look at it or to give memory back. @throws ERR_NO_BACKEND. */
export async function openBackend(config: Config, root: string): Promise<OpenBackend> {
  const { backend } = await chooseBackend(config, root, true);
  const rules = rulesFor(backend, config, false);
  return onlyReleasing(await backend.open(), rules === null ? null : await withGuestSettings(rules, config));
}

/** The rules with what was set for single guests while the daemon ran; what is wrong with the file is told by the daemon. */
async function withGuestSettings(rules: HostRules, config: Config): Promise<HostRules> {
  const { guestSettingsStore } = await import("./guest-settings-store.ts");
  const set = guestSettingsStore(config, () => {}).load(createSettings({ hasCompressedSwap: true }));
  const ofAll = await withFleetSettings(rules, config);
  return { ...ofAll, terms: (guest) => termsWith(set.get(guest) ?? NOTHING_SET, ofAll.terms(guest)) };
}

async function withFleetSettings(rules: HostRules, config: Config): Promise<HostRules> {
  if (config.fleet === null) return rules;
  const { rulesAsKept } = await import("./fleet-settings.ts");
  return rulesAsKept(rules, config.fleet, config);
}

/** The backend for whoever only gives memory back: to guests that are ours, and no more than the operator allows. */
function onlyReleasing(backend: OpenBackend, rules: HostRules | null): OpenBackend {
  return {
    ...passing(backend),
    apply: () => Promise.resolve(),
    release: async (guest, _, cancellation) => {
      const { isManaged, maxMb } = rules?.terms(guest) ?? { isManaged: true, maxMb: null };
      if (!isManaged) return;
      // Giving takes nothing: one that has more than the operator allows keeps that.
      const hasBytes = maxMb === null ? 0 : ((await backend.size(guest, cancellation))?.currentBytes ?? 0);
      await backend.release(guest, maxMb === null ? null : Math.max(maxMb * BYTES_PER_MIB, hasBytes), cancellation);
    },
  };
}

function passing(backend: OpenBackend): Omit<OpenBackend, "apply" | "release"> {
  return {
    listen: (onChange) => backend.listen?.(onChange),
    guests: (cancellation) => backend.guests(cancellation),
    problems: () => backend.problems?.() ?? [],
    observe: (guest, cancellation) => backend.observe(guest, cancellation),
    watch: (guest, cancellation) => backend.watch(guest, cancellation),
    size: (guest, cancellation) => backend.size(guest, cancellation),
    close: () => backend.close(),
  };
}
