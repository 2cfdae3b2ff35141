import type { TunableStatus } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import { TUNABLES } from "../core/tunables.ts";
import { defaultText, valueText } from "../view/tunable-text.ts";
import { askTunables } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { coloured, print, printJson, tableLines } from "./output.ts";
import { checkTunableNames } from "./tunable-name.ts";

/** `selfballoon get [NAME]...`: one name prints its value alone, as reading the driver's file did. */
export async function get(
  names: readonly string[],
  options: DaemonOptions & { readonly json?: boolean },
): Promise<void> {
  checkTunableNames(names);
  const tunables = await askTunables(options);
  const chosen = names.length === 0 ? tunables : names.map((name) => find(tunables, name));
  if (options.json) return printJson({ tunables: chosen });
  const [only] = chosen;
  if (names.length === 1 && only !== undefined) return print(String(only.value));
  const [first = "", ...rest] = tableLines([["NAME", "VALUE", "DEFAULT", "FROM", "MEANING"], ...chosen.map(row)]);
  print(coloured("bold", first));
  rest.forEach(print);
}

function find(tunables: readonly TunableStatus[], name: string): TunableStatus {
  const found = tunables.find((tunable) => tunable.name === name);
  if (found !== undefined) return found;
  throw selfballoonError("ERR_TUNABLE_ABSENT", { name });
}

function row(tunable: TunableStatus): readonly string[] {
  const { name, source } = tunable;
  const { summary = "", unit = "" } = TUNABLES.find((known) => known.name === name) ?? {};
  return [name, valueText(tunable, unit), defaultText(tunable), source, summary];
}
