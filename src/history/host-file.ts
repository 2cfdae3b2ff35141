import { open, rename, writeFile } from "node:fs/promises";
import { hasSystemCode } from "../core/errors.ts";
import type { HostPoint } from "../core/history.ts";

/** Every point that is kept, with room for more. */
const LIMIT_BYTES = 524_288;

const FILE_MODE = 0o640;

/** The points that a daemon before has left in a file; none where there is none. @throws if it can't be read, or has something else. */
export async function readHostPoints(path: string): Promise<readonly HostPoint[]> {
  const text = await readBounded(path);
  return text === null ? [] : parseHostPoints(text);
}

/** The points that such a file holds. @throws where the text is anything else. */
export function parseHostPoints(text: string): readonly HostPoint[] {
  const points: unknown = JSON.parse(text);
  if (!Array.isArray(points) || !points.every(isHostPoint)) throw new Error("it has something else than points");
  return points;
}

/** Replace them, so that a crash of the daemon leaves the old ones or the new ones. */
export async function writeHostPoints(path: string, points: readonly HostPoint[]): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, JSON.stringify(points), { mode: FILE_MODE });
  await rename(draft, path);
}

async function readBounded(path: string): Promise<string | null> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > LIMIT_BYTES) throw new Error(`it is larger than ${LIMIT_BYTES / 1024} KiB`);
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
}

function isHostPoint(value: unknown): value is HostPoint {
  if (typeof value !== "object" || value === null) return false;
  const { atMs, usedBytes, availableBytes, savedBytes, guests, gap } = value as Record<keyof HostPoint, unknown>;
  return [atMs, usedBytes, availableBytes, savedBytes, guests].every(Number.isSafeInteger) && typeof gap === "boolean";
}
