import type { Point } from "../model.ts";

const WIDTH = 120;
const HEIGHT = 28;
const MAX_POINTS = 60;

/** What a guest had over its last steps, of what it may have. */
export function Sparkline({ points }: { readonly points: readonly Point[] }) {
  const shown = points.slice(-MAX_POINTS);
  const max = Math.max(1, ...shown.map(({ figures }) => figures.maximumBytes ?? figures.currentBytes ?? 0));
  const line = shown.flatMap(({ figures }, index) => {
    if (figures.currentBytes === null) return [];
    const x = WIDTH - (shown.length - 1 - index) * (WIDTH / (MAX_POINTS - 1));
    const y = HEIGHT - 1 - (figures.currentBytes / max) * (HEIGHT - 2);
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  });
  return (
    <svg
      class="sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={line.join(" ")} />
    </svg>
  );
}
