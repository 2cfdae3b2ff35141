import type { Standing } from "./standing.ts";

/** A guest as its fleet sees it; sizes in MiB, null is what is not known. */
interface Summary {
  readonly standing: Standing;
  readonly goalMb: number | null;
  readonly currentMb: number | null;
}

/** What the guest lacks to its goal, in MiB; 0 where it stands well and is on its way. */
export function missingMb({ standing, goalMb, currentMb }: Summary): number {
  return standing === "well" ? 0 : Math.max(0, (goalMb ?? 0) - (currentMb ?? 0));
}
