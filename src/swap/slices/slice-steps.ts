import type { Tool } from "../../machine/tools.ts";
import { SLICE_LABEL } from "./slices.ts";

/** How slices are to be set up. */
export interface SlicesPlan {
  /** What all of them hold together before compression, in MiB. */
  readonly totalMib: number;
  readonly count: number;
  /** 0 to 32767; the same for all, so that the kernel swaps to them in turn. */
  readonly priority: number;
  /** How zram compresses, such as `lz4` or `zstd`; null for the kernel's own choice. */
  readonly algorithm: string | null;
}

/** One thing that is done to the machine. */
export type Step =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "run"; readonly tool: Tool; readonly args: readonly string[] };

/** To read this makes a zram device and gives its number (Linux, Documentation/admin-guide/blockdev/zram.rst). */
export const HOT_ADD = "/sys/class/zram-control/hot_add";

/** A number written to this removes that device. */
export const HOT_REMOVE = "/sys/class/zram-control/hot_remove";

/** zram with no device yet. */
export const LOAD_ZRAM: Step = { do: "run", tool: "modprobe", args: ["zram", "num_devices=0"] };

/** The size of one slice, in MiB: none is smaller than the others. */
export function sliceMib({ totalMib, count }: SlicesPlan): number {
  return Math.ceil(totalMib / count);
}

/** From a new zram device, such as `zram3`, to a slice that is on. */
export function setUpSteps(name: string, plan: SlicesPlan): readonly Step[] {
  const { algorithm, priority } = plan;
  const attribute = (attribute: string, text: string): Step => ({
    do: "write",
    path: `/sys/block/${name}/${attribute}`,
    text,
  });
  return [
    ...(algorithm === null ? [] : [attribute("comp_algorithm", algorithm)]),
    attribute("disksize", `${sliceMib(plan)}M`),
    { do: "run", tool: "mkswap", args: ["-L", SLICE_LABEL, `/dev/${name}`] },
    { do: "run", tool: "swapon", args: ["-p", String(priority), `/dev/${name}`] },
  ];
}

/** From a slice to no device at all. */
export function removeSteps(name: string, isOn: boolean): readonly Step[] {
  const swapoff: Step = { do: "run", tool: "swapoff", args: [`/dev/${name}`] };
  const remove: Step = { do: "write", path: HOT_REMOVE, text: name.slice("zram".length) };
  return isOn ? [swapoff, remove] : [remove];
}

/** A step as one would type it. */
export function commandOf(step: Step): string {
  return step.do === "write" ? `echo ${step.text} >${step.path}` : [step.tool, ...step.args].join(" ");
}
