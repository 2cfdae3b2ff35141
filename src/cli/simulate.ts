import { readFileSync, statSync } from "node:fs";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { print, printJson } from "./output.ts";
import type { CliPorts, Simulator } from "./ports.ts";
import { resultJson, rounded } from "./simulation/json.ts";
import { plotLines } from "./simulation/plot.ts";
import { showProgress } from "./simulation/progress.ts";
import { choose, runAll, type TermOptions, termsOf } from "./simulation/run.ts";
import { scoreLines } from "./simulation/table.ts";

export interface SimulateOptions extends TermOptions {
  readonly policy: string;
  /** A file with a demand trace. */
  readonly trace?: string;
  /** How the trace is played. */
  readonly memoryMb?: number;
  readonly hotPercent: number;
  readonly json?: boolean;
}

/** The longest trace that is read; its rows are bounded too. */
const MAX_TRACE_BYTES = 32 * 1024 * 1024;

/** `selfballoon simulate`: one policy on one scenario. */
export async function simulate(ports: CliPorts, named: string | undefined, options: SimulateOptions): Promise<void> {
  const simulator = withTrace(await ports.simulator(), named, options);
  const name = named ?? (options.trace === undefined ? "mixed" : "trace");
  const scenarios = choose("scenario", [name], simulator.scenarios);
  const policies = choose("policy", [options.policy], simulator.policies);
  const progress = showProgress();
  const [ran] = runAll(simulator, scenarios, policies, termsOf(options), progress.tell, false);
  progress.end();
  const result = ran?.results[0];
  if (ran === undefined || result === undefined) return;
  const { seed, minutes } = options;
  const { series } = result;
  if (options.json) {
    const samples = {
      seconds: series.seconds,
      heldMib: series.heldMib.map(rounded),
      wantedMib: series.wantedMib.map(rounded),
    };
    return printJson({ version: ports.version, scenario: name, seed, minutes, ...resultJson(result), series: samples });
  }
  print(`${name}: ${ran.scenario.summary}`);
  print(`${result.policy}: ${policies[0]?.summary ?? ""}`);
  print(`${minutes} min on the virtual clock, seed ${seed}\n`);
  plotLines(series).forEach(print);
  print("");
  scoreLines([result]).forEach(print);
}

function withTrace(
  simulator: Simulator,
  scenario: string | undefined,
  { trace: file, memoryMb, hotPercent }: SimulateOptions,
): Simulator {
  if (file === undefined) {
    if (memoryMb === undefined) return simulator;
    throw selfballoonError("ERR_USAGE", { problem: "--memory-mb is the size of a trace's guest: name a --trace" });
  }
  if (scenario !== undefined) {
    throw selfballoonError("ERR_USAGE", { problem: "--trace is a scenario itself: leave the other one out" });
  }
  return simulator.withTrace(readTrace(file), { memoryMb: memoryMb ?? null, hotPercent });
}

function readTrace(file: string): string {
  try {
    if (statSync(file).size > MAX_TRACE_BYTES) throw new Error("it is larger than 32 MiB");
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw selfballoonError("ERR_USAGE", { problem: `the trace ${file} could not be read: ${problemOf(thrown)}` });
  }
}
