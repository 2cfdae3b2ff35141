import type { ToolstackBackend } from "../core/toolstack.ts";
import type { Meminfo } from "../formats/meminfo.ts";
import type { SimulatedPlan } from "./simulated/guests.ts";

/** What may stand at a key under `[backend]`: true or false, a text, a text or several, or a list of absolute paths. */
export type SectionValue = "switch" | "text" | "texts" | "paths";

/** What the configuration says under `[backend]`, apart from the kind: keys of the rows, each as its row says. */
export type BackendSection = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

/** What a backend is made with. */
export interface BackendContext {
  readonly section: BackendSection;
  /** What simulated guests are made of. */
  readonly simulated: SimulatedPlan;
  /** Whether the operator asked for it by name. */
  readonly isAskedFor: boolean;
  /** Put before `/proc`, `/sys` and `/dev`; empty for this machine. */
  readonly root: string;
}

/** A backend as the rest of the house finds it. */
export interface BackendRow {
  readonly name: string;
  /** Whether `--backend` and `kind` take its name; if not, only `auto` finds it. */
  readonly canBeAskedFor: boolean;
  /** Its own keys under `[backend]`. */
  readonly section: Readonly<Record<string, SectionValue>>;
  /** Load its code and make it; nothing is touched until it is probed. */
  readonly load: (context: BackendContext) => Promise<ToolstackBackend>;
}

const clocks = { nowMs: () => performance.now(), nowS: () => Date.now() / 1000 };

/** Every backend, in the order in which `auto` tries them. None is loaded before it is needed. */
export const BACKENDS = [
  {
    name: "xen",
    canBeAskedFor: true,
    section: { xenstore: "switch" },
    load: async ({ root, section }) => {
      const { createXenBackend } = await import("./xen/backend.ts");
      return createXenBackend({ ...(await ownMachine(root)), usesXenstore: section["xenstore"] === true });
    },
  },
  {
    name: "qemu",
    canBeAskedFor: true,
    section: { qmp: "paths", agent: "text" },
    load: async ({ section }) => {
      const { createQemuBackend } = await import("./qemu/backend.ts");
      return createQemuBackend({ qmp: pathsOf(section, "qmp"), agent: textOf(section, "agent"), ...clocks });
    },
  },
  {
    name: "libvirt",
    canBeAskedFor: true,
    section: { libvirt_uri: "texts" },
    load: async ({ section, isAskedFor }) => {
      const { createLibvirt } = await import("./libvirt/create.ts");
      return createLibvirt({ uris: textsOf(section, "libvirt_uri"), isAskedFor, ...clocks });
    },
  },
  {
    name: "swap-only",
    canBeAskedFor: false,
    section: {},
    load: async ({ root }) => {
      const { createSwapOnlyBackend } = await import("./swap-only/backend.ts");
      const { compressedSwapNames, detectCompressedSwap } = await import("../swap/compressed-swap.ts");
      const machine = await ownMachine(root);
      const compressedSwap = () => compressedSwapNames(detectCompressedSwap(machine.files));
      return createSwapOnlyBackend({ ...machine, compressedSwap });
    },
  },
  {
    name: "simulated",
    canBeAskedFor: true,
    section: {},
    load: async ({ simulated: plan }) => {
      const { createSimulatedBackend } = await import("./simulated/backend.ts");
      return createSimulatedBackend({ ...clocks, plan });
    },
  },
] as const satisfies readonly BackendRow[];

type AskableRow = Extract<(typeof BACKENDS)[number], { readonly canBeAskedFor: true }>;

/** What can be asked for: a backend, or `auto`, which takes the first that is usable. */
export type BackendKind = "auto" | AskableRow["name"];

/** All of them, as help and the reference list them. */
export const BACKEND_KINDS: readonly BackendKind[] = ["auto", ...BACKENDS.filter(isAskable).map(({ name }) => name)];

/** The rows that `kind` stands for, in the order in which they are tried. */
export function rowsOf(kind: BackendKind): readonly BackendRow[] {
  return kind === "auto" ? BACKENDS : BACKENDS.filter(({ name }) => name === kind);
}

/** The backend whose key under `[backend]` this is. */
export function kindWithKey(key: string): BackendKind | undefined {
  return BACKENDS.filter(isAskable).find(({ section }) => Object.hasOwn(section, key))?.name;
}

function isAskable(row: (typeof BACKENDS)[number]): row is AskableRow {
  return row.canBeAskedFor;
}

function textOf(section: BackendSection, key: string): string | null {
  const value = section[key];
  return typeof value === "string" ? value : null;
}

function textsOf(section: BackendSection, key: string): readonly string[] | null {
  const value = section[key];
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.length > 0 ? value : null;
}

/** The paths that the configuration has at a key under `[backend]`. */
export function pathsOf(section: BackendSection, key: string): readonly string[] {
  const value = section[key] ?? [];
  return Array.isArray(value) ? value : [];
}

/** What the backends of the machine that we run in have in common. */
async function ownMachine(root: string) {
  const { MachineFiles } = await import("../machine/files.ts");
  const { detectCompressedSwap, storedPages } = await import("../swap/compressed-swap.ts");
  const files = new MachineFiles(root);
  const frontswapPages = (meminfo: Meminfo, pageBytes: number): number | null =>
    storedPages(files, detectCompressedSwap(files), meminfo, pageBytes);
  return { files, frontswapPages, nowS: clocks.nowS };
}
