import { parseVmSwapKib } from "../formats/process-status.ts";
import { processNumbers } from "../machine/processes.ts";
import { readText } from "../machine/read-text.ts";

/** The processes below `root` that have swapped pages of their own, the largest first. */
export function listSwappers(root: string): readonly number[] {
  const found: { readonly pid: number; readonly swapKib: number }[] = [];
  for (const pid of processNumbers(root)) {
    const status = readText(`${root}/proc/${pid}/status`);
    const swapKib = status === null ? 0 : parseVmSwapKib(status);
    if (swapKib > 0) found.push({ pid, swapKib });
  }
  return found.sort((a, b) => b.swapKib - a.swapKib).map(({ pid }) => pid);
}
