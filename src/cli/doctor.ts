import type { Finding } from "../core/finding.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { type BackendOptions, configOrDefaults } from "./daemon.ts";
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
  for (const finding of findings) print(describe(finding));
}

function describe({ level, what, remedy }: Finding): string {
  const first = `${coloured(COLOURS[level], level.padEnd(4))}  ${shownText(what, SENTENCE_LENGTH)}`;
  return remedy === "" ? first : `${first}\n      ${shownText(remedy, SENTENCE_LENGTH)}`;
}
