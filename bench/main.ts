import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { tableLines } from "../src/cli/output.ts";
import { type BudgetName, type Figure, judge, pending, type Verdict } from "./budgets.ts";
import { MEASUREMENTS, type Measurement } from "./measurements.ts";

// Prints each budget with its figure. `npm run bench -- step start` measures only those; `--json` prints JSON.
const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });

const verdicts: Verdict[] = [];
const loadBefore = loadavg()[0] ?? 0;
for (const measurement of MEASUREMENTS) {
  if (positionals.length > 0 && !measurement.budgets.some((name) => positionals.includes(name))) continue;
  if (process.stderr.isTTY) process.stderr.write(`measuring ${measurement.budgets.join(", ")} ...\n`);
  const figures = await figuresOf(measurement);
  measurement.budgets.forEach((name: BudgetName, index) => {
    verdicts.push(judge(name, figures[index] ?? pending("it gave no figure")));
  });
}
print(verdicts);

/** A measurement that fails must not keep the others from being made. */
async function figuresOf({ budgets, measure }: Measurement): Promise<readonly Figure[]> {
  try {
    return await measure();
  } catch (thrown) {
    return budgets.map(() => pending(thrown instanceof Error ? thrown.message : String(thrown)));
  }
}

function print(rows: readonly Verdict[]): void {
  const machine = {
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    load: loadBefore,
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, budgets: rows }, null, 2)}\n`);
    return;
  }
  const header = ["what", "budget", "figure", "of budget", "", "how"];
  const lines = tableLines([header, ...rows.map(cells)]);
  process.stdout.write(`${lines.join("\n")}\n\n`);
  process.stdout.write(
    `Node ${machine.node}, ${machine.cores} cores (${machine.processor}), load ${machine.load.toFixed(2)} at the start\n`,
  );
}

function cells({ what, bound, limit, unit, value, ratio, verdict, note }: Verdict): readonly string[] {
  const figure = value === null ? "-" : numberText(value);
  return [
    what,
    `${bound === "most" ? "<=" : ">="} ${numberText(limit)} ${unit}`,
    figure,
    ratio?.toFixed(2) ?? "-",
    verdict,
    note,
  ];
}

function numberText(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });
}
