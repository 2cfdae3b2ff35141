import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { MachineFiles } from "../../machine/files.ts";
import { runTool } from "../../machine/tools.ts";
import { HOT_ADD, HOT_REMOVE, LOAD_ZRAM, type Step } from "./slice-steps.ts";

/** swapoff of a slice brings back all that it holds; the other steps take milliseconds. */
const STEP_DEADLINE_MS = 120_000;

/** A device that was just closed is looked at by udev for a moment, and can't be removed meanwhile. */
const BUSY_TRIES = 40;
const BUSY_PAUSE_MS = 50;

/** The machine whose zram devices are made and removed: this one, or one made up by a test. */
export interface ZramHost {
  /** Make a zram device. @returns its name, such as `zram3`. @throws ERR_TOOL, ERR_PERMISSION, ERR_FILE_MISSING. */
  add(): Promise<string>;
  /** @throws ERR_TOOL, ERR_PERMISSION, ERR_FILE_MISSING, ERR_FILE_UNREADABLE. */
  take(step: Step): Promise<void>;
}

/** This machine. */
export function zramHost(files: MachineFiles): ZramHost {
  const take = async (step: Step): Promise<void> => {
    if (step.do === "run") await runTool(step.tool, step.args, STEP_DEADLINE_MS);
    else if (step.path === HOT_REMOVE) await untilIdle(() => files.write(step.path, step.text));
    else files.write(step.path, step.text);
  };
  return {
    add: async () => {
      if (!existsSync(files.resolve(HOT_ADD))) await take(LOAD_ZRAM);
      return `zram${files.read(HOT_ADD).trim()}`;
    },
    take,
  };
}

async function untilIdle(remove: () => void): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      remove();
      return;
    } catch (thrown) {
      if (tries === BUSY_TRIES) throw thrown;
      await sleep(BUSY_PAUSE_MS);
    }
  }
}
