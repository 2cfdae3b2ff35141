import { coloured, print, printJson, tableLines } from "./output.ts";
import type { CliPorts, DescribedPolicy } from "./ports.ts";
import { resultJson } from "./simulation/json.ts";
import { showProgress } from "./simulation/progress.ts";
import { addResults, choose, type Result, runAll, type TermOptions, termsOf } from "./simulation/run.ts";
import { scoreLines } from "./simulation/table.ts";
import { writeFile } from "./write-file.ts";

export interface CompareOptions extends TermOptions {
  /** All if none are named. */
  readonly policies?: readonly string[];
  readonly json?: boolean;
  /** Where to write a report with plots. */
  readonly html?: string;
}

/** `selfballoon compare`: policies side by side on the same scenarios and seed. */
export async function compare(ports: CliPorts, named: readonly string[], options: CompareOptions): Promise<void> {
  const simulator = await ports.simulator();
  const { seed, minutes } = options;
  const all = (rows: readonly { readonly name: string }[]): readonly string[] => rows.map(({ name }) => name);
  const scenarios = choose("scenario", named.length > 0 ? named : all(simulator.scenarios), simulator.scenarios);
  const policies = choose("policy", options.policies ?? all(simulator.policies), simulator.policies);
  const progress = showProgress();
  const compared = runAll(simulator, scenarios, policies, termsOf(options), progress.tell, true);
  progress.end();
  const together = addResults(compared);
  if (options.html !== undefined) {
    const { reportPage } = await import("./simulation/report.ts");
    writeFile(options.html, reportPage({ version: ports.version, seed, minutes, policies, compared, together }));
  }
  if (options.json) {
    const rows = compared.map(({ scenario, results }) => ({
      scenario: scenario.name,
      results: results.map(resultJson),
    }));
    return printJson({ version: ports.version, seed, minutes, scenarios: rows, together: together.map(resultJson) });
  }
  print(`${minutes} min on the virtual clock, seed ${seed}`);
  for (const { scenario, results } of compared) printScores(`${scenario.name}: ${scenario.summary}`, results);
  if (compared.length > 1) printScores("all of these together", together);
  printLegend(policies);
}

function printLegend(policies: readonly DescribedPolicy[]): void {
  print("");
  const rows = policies.map(({ name, summary, source }) => [
    `  ${name}`,
    source === "" ? summary : `${summary} (our reading)`,
  ]);
  tableLines(rows).forEach(print);
  print("\nSmall is good, but for what is saved. --html FILE writes all this with plots, and what the columns mean.");
}

function printScores(title: string, results: readonly Result[]): void {
  print(`\n${coloured("bold", title)}`);
  scoreLines(results).forEach(print);
}
