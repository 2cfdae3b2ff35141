import { existsSync, readdirSync } from "node:fs";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import { DEFAULT_TUNABLES } from "../../core/tunables.ts";
import { mibFromBytes } from "../../core/units.ts";
import { parseMeminfo } from "../../formats/meminfo.ts";
import { parseMmStat } from "../../formats/mm-stat.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { commandOf, HOT_ADD, LOAD_ZRAM, removeSteps, type SlicesPlan, setUpSteps } from "./slice-steps.ts";
import { isOn, readLabel, SLICE_LABEL } from "./slices.ts";
import type { ZramHost } from "./zram-host.ts";

const KIB_PER_MIB = 1024;

/**
 * Set up slices: all of them or, if a step fails, none. @returns their devices' names.
 * @throws ERR_USAGE if there are slices already, and the errors of the step that failed.
 */
export async function setUpSlices(files: MachineFiles, host: ZramHost, plan: SlicesPlan): Promise<readonly string[]> {
  refuseSecondSet(files);
  const names: string[] = [];
  try {
    while (names.length < plan.count) {
      const name = await host.add();
      names.push(name);
      for (const step of setUpSteps(name, plan)) await host.take(step);
    }
    return names;
  } catch (thrown) {
    for (const name of names) await remove(files, host, name).catch(() => {});
    throw thrown;
  }
}

/** What `setUpSlices` would do, as one would type it; the devices' numbers are those that the kernel would give now. */
export function setUpCommands(files: MachineFiles, plan: SlicesPlan): readonly string[] {
  refuseSecondSet(files);
  const load = existsSync(files.resolve(HOT_ADD)) ? [] : [commandOf(LOAD_ZRAM)];
  const taken = new Set(zramNames(files));
  const free = Array.from({ length: plan.count + taken.size }, (_, number) => `zram${number}`);
  const names = free.filter((name) => !taken.has(name)).slice(0, plan.count);
  return [...load, ...names.flatMap((name) => [`cat ${HOT_ADD}`, ...setUpSteps(name, plan).map(commandOf)])];
}

/**
 * Remove all slices, those that are off too. @returns their devices' names.
 * @throws ERR_TOOL if there is not enough memory for what one holds; that one and the rest stay as they are.
 */
export async function removeSlices(files: MachineFiles, host: ZramHost): Promise<readonly string[]> {
  const names = sliceNames(files);
  for (const name of names) {
    requireRoom(files, name);
    await remove(files, host, name);
  }
  return names;
}

/** What `removeSlices` would do, as one would type it. */
export function removeCommands(files: MachineFiles): readonly string[] {
  return sliceNames(files).flatMap((name) => removeSteps(name, isOn(files, `/dev/${name}`)).map(commandOf));
}

async function remove(files: MachineFiles, host: ZramHost, name: string): Promise<void> {
  for (const step of removeSteps(name, isOn(files, `/dev/${name}`))) await host.take(step);
}

function refuseSecondSet(files: MachineFiles): void {
  const there = sliceNames(files);
  if (there.length === 0) return;
  const problem = `there are slices already (${there.join(", ")}); \`selfballoon slices --undo\` removes them`;
  throw selfballoonError("ERR_USAGE", { problem });
}

/** What the slice holds must fit into what is available, beside the guard's headroom. */
function requireRoom(files: MachineFiles, name: string): void {
  const heldMib = mibFromBytes(parseMmStat(files.read(`/sys/block/${name}/mm_stat`)).origDataBytes);
  const availableMib = Math.floor((parseMeminfo(files.read("/proc/meminfo")).memAvailableKib ?? 0) / KIB_PER_MIB);
  const neededMib = heldMib + DEFAULT_TUNABLES.guard_headroom_mb;
  if (heldMib === 0 || availableMib >= neededMib) return;
  const problem = `it holds ${heldMib} MiB, and with the headroom ${neededMib} MiB must be available, not ${availableMib}`;
  throw selfballoonError("ERR_TOOL", { command: `swapoff /dev/${name}`, problem });
}

/** The zram devices with our label, whether they are on or off. */
function sliceNames(files: MachineFiles): readonly string[] {
  return zramNames(files).filter((name) => readLabel(files.resolve(`/dev/${name}`)) === SLICE_LABEL);
}

function zramNames(files: MachineFiles): readonly string[] {
  try {
    const names = readdirSync(files.resolve("/sys/block")).filter((name) => /^zram[0-9]{1,4}$/.test(name));
    return names.sort((a, b) => Number(a.slice("zram".length)) - Number(b.slice("zram".length)));
  } catch (thrown) {
    throw selfballoonError(
      "ERR_FILE_MISSING",
      { path: files.resolve("/sys/block"), problem: problemOf(thrown) },
      thrown,
    );
  }
}
