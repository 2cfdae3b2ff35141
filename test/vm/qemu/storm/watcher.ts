import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { builtFolder, hashSources } from "../../rig/cache.ts";
import { putCompiled } from "../../rig/roots.ts";

const SOURCE = new URL("./watcher.c", import.meta.url);

/** What the guest had at one moment. */
export interface MemorySample {
  /** Since the load began. */
  readonly ms: number;
  readonly totalMib: number;
  readonly freeMib: number;
  readonly availableMib: number;
}

/** What the watcher wrote down of one load. */
export interface Watched {
  readonly samples: readonly MemorySample[];
  readonly exitCode: number;
  readonly tookMs: number;
  /** What the load itself printed. */
  readonly said: string;
  /** By how much each of the kernel's counters grew. */
  readonly grown: Readonly<Record<CountName, number>>;
}

type CountName = "oom_kill" | "pswpin" | "pswpout" | "workingset_refault_file" | "psi_some" | "psi_full";

/** The program that watches a load from within a guest, see watcher.c; its path on this machine. */
export async function buildWatcher(): Promise<string> {
  const folder = await builtFolder("storm-watcher", await hashSources([SOURCE]), async (scratch) => {
    await mkdir(scratch, { recursive: true });
    await putCompiled(scratch, SOURCE, "watcher");
  });
  return join(folder, "watcher");
}

/** The watcher's output as numbers. */
export function parseWatched(text: string): Watched {
  const lines = text.split("\n").map((line) => line.split(" "));
  const numbersOf = (word: string): number[][] =>
    lines.filter(([first]) => first === word).map((fields) => fields.slice(1).map(Number));
  const [tookMs = Number.NaN, exitCode = Number.NaN] = numbersOf("end")[0] ?? [];
  return {
    samples: numbersOf("sample").map(([ms = 0, total = 0, free = 0, available = 0]) => ({
      ms,
      totalMib: total / 1024,
      freeMib: free / 1024,
      availableMib: available / 1024,
    })),
    exitCode,
    tookMs,
    said: text
      .split("\n")
      .filter((line) => !/^(sample|end|count) /.test(line))
      .join("\n"),
    grown: Object.fromEntries(
      lines
        .filter(([first]) => first === "count")
        .map(([, name = "", before, after]) => [name, Number(after) - Number(before)]),
    ) as Record<CountName, number>,
  };
}
