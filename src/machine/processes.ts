import { readdirSync } from "node:fs";

/** Processes that are looked at; the kernel's default limit of process numbers on a large machine. */
const MAX_PROCESSES = 32_768;

/** The numbers of the processes below `root`; none where no /proc can be read. */
export function processNumbers(root: string): readonly number[] {
  const names = namesIn(`${root}/proc`).filter((name) => /^[1-9][0-9]{0,9}$/.test(name));
  return names.slice(0, MAX_PROCESSES).map(Number);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
