import { readdirSync } from "node:fs";
import { parseVmSwapKib } from "../formats/process-status.ts";
import { readText } from "./read-text.ts";

/** Processes that are looked at; the kernel's default limit of process numbers on a large machine. */
const MAX_PROCESSES = 32_768;

/** The processes below `root` that have swapped pages of their own, the largest first. */
export function listSwappers(root: string): readonly number[] {
  const found: { readonly pid: number; readonly swapKib: number }[] = [];
  for (const name of processNames(root)) {
    const status = readText(`${root}/proc/${name}/status`);
    const swapKib = status === null ? 0 : parseVmSwapKib(status);
    if (swapKib > 0) found.push({ pid: Number(name), swapKib });
  }
  return found.sort((a, b) => b.swapKib - a.swapKib).map(({ pid }) => pid);
}

function processNames(root: string): readonly string[] {
  const names = readdirSync(`${root}/proc`);
  return names.filter((name) => /^[1-9][0-9]{0,9}$/.test(name)).slice(0, MAX_PROCESSES);
}
