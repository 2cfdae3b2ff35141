import type { Figures } from "../../core/figures.ts";

/** What the guest has of what it may have, with a tick at its goal. The figures beside it say the same. */
export function MemoryBar({ figures }: { readonly figures: Figures | null }) {
  if (figures?.currentBytes == null || figures.maximumBytes === null || figures.maximumBytes === 0) return null;
  const { currentBytes, goalBytes, maximumBytes } = figures;
  const share = (bytes: number): string => `${Math.min(100, (bytes / maximumBytes) * 100)}%`;
  return (
    <div class="memory" aria-hidden="true">
      <div class="memory-has" style={{ width: share(currentBytes) }} />
      {goalBytes !== null && <div class="memory-goal" style={{ left: share(goalBytes) }} />}
    </div>
  );
}
