import type { Finding } from "../core/finding.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { namesText } from "../view/names-text.ts";
import { configOrDefaults } from "./daemon.ts";
import type { BackendOptions } from "./flags.ts";
import { coloured, print, printJson } from "./output.ts";
import type { CliPorts } from "./ports.ts";

const COLOURS = { ok: "green", info: "dim", warn: "yellow", fail: "red" } as const;

/** `selfballoon doctor`: what is present, missing and risky on this machine, and what to do. */
export async function doctor(ports: CliPorts, options: BackendOptions & { readonly json?: boolean }): Promise<void> {
  const { config, problem } = await configOrDefaults(options);
  const examined = await ports.examine(config, options.root ?? "");
  const findings =
    problem === null ? examined : [{ level: "fail" as const, what: `${problem}.`, remedy: "" }, ...examined];
  if (options.json) return printJson({ findings });
  for (const folded of foldFindings(findings)) print(describe(folded));
}

/** A finding, and the other guests of which the same is said. */
export interface FoldedFinding {
  readonly finding: Finding;
  readonly others: readonly string[];
}

/** Those that are alike but for the guest become one, in the place of the first. */
export function foldFindings(findings: readonly Finding[]): readonly FoldedFinding[] {
  const alike = new Map<string, { readonly finding: Finding; readonly others: string[] }>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const first = alike.get(key);
    if (first === undefined) alike.set(key, { finding, others: [] });
    else if (finding.guest !== undefined) first.others.push(finding.guest);
  }
  return [...alike.values()];
}

function keyOf({ level, what, remedy, guest = "" }: Finding): string {
  const rest = what.startsWith(guest) ? what.slice(guest.length) : what;
  return JSON.stringify([level, guest !== "", rest, remedy]);
}

function describe({ finding: { level, what, remedy }, others }: FoldedFinding): string {
  const lines = [`${coloured(COLOURS[level], level.padEnd(4))}  ${shownText(what, SENTENCE_LENGTH)}`];
  if (others.length > 0) lines.push(`      The same of ${namesText(others)}.`);
  if (remedy !== "") lines.push(`      ${shownText(remedy, SENTENCE_LENGTH)}`);
  return lines.join("\n");
}
