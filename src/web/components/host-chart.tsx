import { useMemo, useState } from "preact/hooks";
import type { HostPastAnswer } from "../../api/answers.ts";
import type { HostPoint } from "../../core/history.ts";
import { bytesText } from "../../view/amounts.ts";
import { momentText } from "../format.ts";
import { withGaps } from "../past.ts";
import type { Line } from "../plot-options.ts";
import { usePolled } from "../poll.ts";
import { FigureTable } from "./figure-table.tsx";
import { Legend } from "./legend.tsx";
import { Plot } from "./plot.tsx";

/** The past of the host is read again so often. */
const REFRESH_MS = 5000;

/** The same while nothing is known, so that the chart is not made again. */
const NO_POINTS: readonly HostPoint[] = [];

const plain = { width: 2, isStepped: false } as const;
const LINES: readonly Line<HostPoint>[] = [
  { ...plain, label: "saved", colour: "--saved", readBytes: ({ savedBytes }) => savedBytes },
  { ...plain, label: "in use", colour: "--used", readBytes: ({ usedBytes }) => usedBytes },
  { ...plain, label: "spare in guests", colour: "--available", readBytes: ({ availableBytes }) => availableBytes },
];

/** What the guests used and saved together; read once somebody wants to see it. */
export function HostChart() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="host-past" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Saved over time</summary>
      {isOpen && <SavedChart />}
    </details>
  );
}

function SavedChart() {
  const points = usePolled<HostPastAnswer>("/v1/host/history", REFRESH_MS).value?.points ?? NO_POINTS;
  const moments = useMemo(() => withGaps(points), [points]);
  const [looked, setLooked] = useState<HostPoint | null>(null);
  const point = looked ?? points.at(-1);
  if (point === undefined) return <p class="about">Nothing is known yet.</p>;
  return (
    <figure class="chart">
      <Plot
        label="Chart of what all guests saved: arrow keys go from moment to moment"
        moments={moments}
        lines={LINES}
        say={(of) => `${momentText(of.atMs, Date.now())}: ${bytesText(of.savedBytes)} saved by ${guestsText(of)}`}
        onMoment={setLooked}
      />
      <figcaption>
        <p class="caption-why">
          <time>{momentText(point.atMs, Date.now())}</time> {guestsText(point)}
        </p>
        <Legend lines={LINES} point={point} />
      </figcaption>
      <FigureTable points={points} lines={LINES} />
    </figure>
  );
}

function guestsText({ guests }: HostPoint): string {
  return guests === 1 ? "1 guest" : `${guests} guests`;
}
