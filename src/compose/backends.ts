import { type BackendRow, rowsOf } from "../backends/registry.ts";
import { hostRules } from "../config/host-rules.ts";
import type { Config } from "../config/load.ts";
import type { Backend, OpenBackend } from "../core/backend.ts";
import { selfballoonError } from "../core/errors.ts";
import type { HostRules } from "../core/host/rules.ts";

/** The backend that was chosen, and what was looked at before it. */
export interface Choice {
  readonly backend: Backend;
  /** What it is, as a sentence without its full stop. */
  readonly found: string;
  /** Why the others are not usable, one sentence each. */
  readonly passedOver: readonly string[];
}

/** A row that the configuration asks for, made into a backend. */
export function loadBackend(row: BackendRow, { backend: asked, backendSection }: Config, root: string) {
  return row.load({ section: backendSection, isAskedFor: asked !== "auto", root });
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

/** How the guests of this host share it; null where we are a guest ourselves, and for simulated guests without limits. */
export function rulesFor(backend: Backend, config: Config, dryRun: boolean): HostRules | null {
  if (backend.traits.place === "guest") return null;
  if (backend.traits.isReal) return hostRules(config, dryRun);
  const isLimited = config.host.memoryMb !== null || config.guests.some(({ limits }) => Object.keys(limits).length > 0);
  return isLimited ? { ...hostRules(config, dryRun), isNamed: () => true } : null;
}

/** The backend without a way to move guests that are not ours; `isNamed` is asked each time. */
export function onlyNamed(backend: OpenBackend, isNamed: (guest: string) => boolean): OpenBackend {
  return {
    guests: (cancellation) => backend.guests(cancellation),
    observe: (guest, cancellation) => backend.observe(guest, cancellation),
    watch: (guest, cancellation) => backend.watch(guest, cancellation),
    size: (guest, cancellation) => backend.size(guest, cancellation),
    apply: async (guest, pages, pageBytes, cancellation) => {
      if (isNamed(guest)) await backend.apply(guest, pages, pageBytes, cancellation);
    },
    release: async (guest, cancellation) => {
      if (isNamed(guest)) await backend.release(guest, cancellation);
    },
    close: () => backend.close(),
  };
}

/** The balloon of this machine, to look at it or to give memory back. @throws ERR_NO_BACKEND. */
export async function openBackend(config: Config, root: string): Promise<OpenBackend> {
  const { backend } = await chooseBackend(config, root, true);
  const rules = rulesFor(backend, config, false);
  return onlyNamed(await backend.open(), (guest) => rules?.isNamed(guest) ?? true);
}
