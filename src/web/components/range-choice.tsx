import { momentText } from "../format.ts";
import { type Past, RANGES, type Range } from "../past.ts";

interface RangeChoiceProps {
  readonly range: Range;
  readonly choose: (range: Range) => void;
  readonly past: Past | null;
}

/** Which time the chart shows, and what is to be known about it. */
export function RangeChoice({ range, choose, past }: RangeChoiceProps) {
  return (
    <div class="ranges">
      <fieldset>
        <legend class="unseen">Time that the chart shows</legend>
        {RANGES.map(({ key, name }) => (
          <label key={key} class="range">
            <input type="radio" name="range" checked={range === key} onChange={() => choose(key)} />
            {name}
          </label>
        ))}
        {typeof range !== "string" && (
          <label class="range">
            <input type="radio" name="range" checked={true} />
            {momentText(range.fromMs, Date.now())} to {momentText(range.toMs, Date.now())}
          </label>
        )}
      </fieldset>
      <p role="status" class={past?.state === "failed" ? "error" : "about"}>
        {aboutPast(past, range)}
      </p>
    </div>
  );
}

function aboutPast(past: Past | null, range: Range): string {
  if (past === null) return "What this page has seen. Drag over the chart to look closer.";
  if (past.state === "reading") return "Reading …";
  if (past.state === "failed" && typeof range !== "string")
    return `What this page has seen of this time; more can't be shown: ${past.problem}.`;
  if (past.state === "failed") return `The past can't be shown: ${past.problem}.`;
  const { keptFromMs, complete, points } = past.range;
  if (points.length === 0) return "Nothing of this time is kept of this guest.";
  const kept = keptFromMs === null ? "" : `Kept since ${momentText(keptFromMs, Date.now())}. `;
  return `${kept}${complete ? "" : "There is too much to read it all: the oldest part is missing. "}Read again every half minute.`;
}
